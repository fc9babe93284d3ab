"""Petitions, what happened to them, their legal date each time that it changed, and their packets (Q-5)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.inbox.petition_clock import TERMS, PetitionKind, StepKind
from pregonero.inbox.states import STEP_CHOICES
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class Priority(models.TextChoices):
    """Why a petition goes before the others (Ley 1755 de 2015, art. 20)."""

    JOURNALIST = "JOURNALIST", "la presenta un periodista, para su trabajo"
    RIGHT = "RIGHT", "un derecho fundamental, para evitar un perjuicio irremediable"
    LIFE = "LIFE", "peligro para la vida o la integridad de alguien"


class Petition(models.Model):
    """A conversation that is a petition: handled, not only redirected (Q-5).

    `features` says which features of a petition it has (T-230 de 2020). `number` is the one that PQRSD gave it
    (radicado). Its legal date comes from its steps (`petition_clock`).
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="petitions")
    message = models.OneToOneField("inbox.Message", on_delete=models.PROTECT, related_name="petition")
    kind = models.CharField(max_length=15, choices=[(kind.value, TERMS[kind].label) for kind in PetitionKind])
    features = models.JSONField(default=dict)
    priority = models.CharField(max_length=10, choices=Priority.choices, blank=True)
    contact_given = models.CharField(max_length=200, blank=True)
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    number = models.CharField(max_length=60, blank=True)
    numbered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    numbered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(number="", numbered_by__isnull=True, numbered_at__isnull=True)
                | (~Q(number="") & Q(numbered_by__isnull=False, numbered_at__isnull=False)),
                name="petition_numbered_by_somebody",
            ),
            models.UniqueConstraint(fields=["entity", "number"], condition=~Q(number=""), name="petition_number_once"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.number or f"petición {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("petition", self.pk, f"Petición {self.number or self.pk}")

    def get_absolute_url(self) -> str:
        """Return the page of this petition."""
        return reverse("inbox:petition", args=[self.pk])


class PetitionStep(models.Model):
    """Something that happened to a petition and moves its legal date."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20, choices=STEP_CHOICES)
    at = models.DateTimeField()
    until = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=StepKind.EXTENDED, until__isnull=False)
                | (~Q(kind=StepKind.EXTENDED) & Q(until__isnull=True)),
                name="petition_step_extension_has_date",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(  # its note can be erased (N-7)
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("petition", "kind", "at", "until", "by", "recorded_at"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.petition_id}"


class PetitionPacket(models.Model):
    """A ZIP with a petition, made for Relación con el Ciudadano. Its content can be erased; its digest stays (N-7)."""

    petition = models.ForeignKey("inbox.Petition", on_delete=models.PROTECT, related_name="packets")
    content = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    mailed_to = models.EmailField(blank=True)
    mailed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(content__isnull=False, erased_at__isnull=True)
                | Q(content__isnull=True, erased_at__isnull=False),
                name="packet_content_or_erased",
            ),
            models.CheckConstraint(
                condition=Q(mailed_to="", mailed_at__isnull=True) | (~Q(mailed_to="") & Q(mailed_at__isnull=False)),
                name="packet_mailed_to_somebody",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"paquete de la petición {self.petition_id}"


class LegalDate(models.Model):
    """The legal date of a petition as it was counted then; the latest one is in force.

    `data_version` is that of the holidays, so that a date is counted again when their law changes. `cause` is the step
    that moved it, or LAW.
    """

    LAW = "LAW"

    petition = models.ForeignKey("inbox.Petition", on_delete=models.PROTECT, related_name="legal_dates")
    due_on = models.DateField(null=True)
    norm = models.CharField(max_length=120)
    cause = models.CharField(max_length=20)
    data_version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"fecha legal de la petición {self.petition_id}: {self.due_on}"
