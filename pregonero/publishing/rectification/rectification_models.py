"""A request to rectify a publication, its decision, and the posts that must be pinned where the original was (N-2)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

TEXT = r"\S"


class RequestWay(models.TextChoices):
    """How a request arrived."""

    MESSAGE = "MESSAGE", "un mensaje en las redes"
    MAIL = "MAIL", "correo"
    LETTER = "LETTER", "carta o radicado"
    CALL = "CALL", "llamada"
    IN_PERSON = "IN_PERSON", "en persona"
    OWN = "OWN", "lo vimos nosotros"


class Ruling(models.TextChoices):
    """What was decided about a request."""

    YES = "YES", "rectificar"
    NO = "NO", "no rectificar"


class Rectification(models.Model):
    """A request to rectify a publication, and what was decided about it.

    `part` is the position of the part of a thread that is wrong; None is the whole publication. What a citizen wrote
    stays in the conversation that `origin_*` names, where it can be erased (N-7): then `asked_by` and `request` are
    empty. `due_on` is the last day to decide, and `term_basis` the norm that sets it. `closed_at` is when the original
    was marked as rectified.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="rectifications")
    publication = models.ForeignKey("publishing.Publication", on_delete=models.PROTECT, related_name="rectifications")
    part = models.PositiveSmallIntegerField(null=True)
    way = models.CharField(max_length=10, choices=RequestWay.choices)
    asked_by = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    request = models.TextField(blank=True)
    origin_kind = models.CharField(max_length=20, blank=True)
    origin_id = models.BigIntegerField(null=True)
    origin_name = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    term_basis = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ruling = models.CharField(max_length=3, choices=Ruling.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    correction = models.TextField(blank=True)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(origin_kind="", origin_id__isnull=True, asked_by__regex=TEXT, request__regex=TEXT)
                | (~Q(origin_kind="") & Q(origin_id__gt=0, asked_by="", request="")),
                name="rectification_has_request",
            ),
            models.CheckConstraint(
                condition=Q(ruling="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(ruling="") & Q(reason__regex=TEXT, decided_by__isnull=False, decided_at__isnull=False)),
                name="rectification_decided_by_and_why",
            ),
            models.CheckConstraint(
                condition=Q(ruling=Ruling.YES, correction__regex=TEXT) | (~Q(ruling=Ruling.YES) & Q(correction="")),
                name="rectification_yes_has_correction",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False, ruling=Ruling.YES),
                name="rectification_closed_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["publication", "origin_kind", "origin_id"],
                condition=Q(origin_id__isnull=False),
                name="rectification_once_for_origin",
            ),
        )
        indexes = (models.Index(fields=["entity", "-asked_at", "-id"], name="rectification_newest"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="request_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "publication", "part", "way", "asked_at", "origin_kind", "origin_id", "due_on", "term_basis"
                ),
            ),
            pgtrigger.Protect(
                name="ruling_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.decided_at IS NOT NULL AND (OLD.ruling, OLD.reason, OLD.correction, OLD.decided_by_id, "
                    "OLD.decided_at) IS DISTINCT FROM (NEW.ruling, NEW.reason, NEW.correction, NEW.decided_by_id, "
                    "NEW.decided_at)"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"Rectificación de «{self.publication}»"

    @property
    def ref(self) -> ObjectRef:
        """Return how records and publications refer to it."""
        return ObjectRef("rectification", self.pk, str(self)[:300])

    @property
    def origin(self) -> ObjectRef | None:
        """Return the message from which it was opened, or None."""
        return ObjectRef(self.origin_kind, self.origin_id, self.origin_name) if self.origin_id else None

    @property
    def part_label(self) -> str:
        """Return in Spanish which part of the thread is wrong; empty for the whole publication."""
        return "" if self.part is None else f"parte {self.part + 1} del hilo"

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("publishing:rectification", args=[self.pk])


class RectificationPin(models.Model):
    """An account where the original was pinned: a person pins the rectification there, at the network."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="pins")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    pinned_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    pinned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["rectification", "account"], name="rectification_pin_once"),
            models.CheckConstraint(
                condition=Q(pinned_by__isnull=True, pinned_at__isnull=True)
                | Q(pinned_by__isnull=False, pinned_at__isnull=False),
                name="rectification_pinned_by_and_at",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"fijar en {self.account_id}"
