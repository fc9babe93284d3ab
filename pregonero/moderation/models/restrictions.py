"""People that an account blocked or muted at its network, found by reading its lists (ALL-1)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.inbox.models import Contact
from pregonero.moderation.states import RestrictionKind
from pregonero.networks.models import Account
from pregonero.records.actions import ObjectRef


class RestrictionReading(models.Model):
    """How far one list of an account was read: when, and what went wrong."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RestrictionKind.choices)
    next_read_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "kind"], name="restriction_reading_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} en {self.account}"


class RestrictionFinding(models.Model):
    """Somebody is on a list that must be empty. It is open until the list is empty."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RestrictionKind.choices)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(closed_at__isnull=True), name="restriction_finding_one_open"
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} en {self.account}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: without names (N-7)."""
        return ObjectRef("restriction_finding", self.pk, f"{self.get_kind_display().capitalize()} en {self.account}")

    def get_absolute_url(self) -> str:
        """Return the page of the findings."""
        return reverse("moderation:restrictions")


class RestrictionNotice(models.Model):
    """A signed notice of a network that the account blocked or muted somebody, or no longer does.

    `digest` is the SHA-256 of the notice as it came: its words are not kept.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RestrictionKind.choices)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    is_end = models.BooleanField()
    happened_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "kind", "contact", "is_end", "happened_at"], name="restriction_notice_once"
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"aviso de {self.get_kind_display()} en {self.account}"


class RestrictedPerson(models.Model):
    """A person of a finding: since when they are on the list as far as we know, and when they were off it.

    `told_by` and `ended_by` are the network's notices of both, where it sent them; without one, its list said so.
    """

    finding = models.ForeignKey(RestrictionFinding, on_delete=models.PROTECT, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(RestrictionNotice, on_delete=models.PROTECT, related_name="+", null=True)
    ended_by = models.ForeignKey(RestrictionNotice, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["finding", "contact"], condition=Q(ended_at__isnull=True), name="restricted_person_once"
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return str(self.contact)
