"""Somebody leaves the entity ("Salida de persona"): what that person held, each with its proof."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class Departure(models.Model):
    """The handover of a person who leaves. It is closed when everything that the person held is in other hands."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="departures")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="departures")
    started_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member"], condition=Q(closed_at__isnull=True), name="departure_open_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="departure_closed_by_somebody",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Salida de {self.member}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("departure", self.pk, str(self))

    def get_absolute_url(self) -> str:
        """Return the page of this handover."""
        return reverse("controls:departure", args=[self.member_id])


class DepartureStep(models.Model):
    """Something that the person held, and who proved that they no longer do; `done_by` is empty for the system.

    `key` names it, in one step at a time: what comes back has a new one. `is_verified` says that the system sees
    whether the person still holds it.
    """

    departure = models.ForeignKey(Departure, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=300)
    path = models.CharField(max_length=200)
    is_verified = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    done_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["departure", "key"], condition=Q(done_at__isnull=True), name="departure_step_open_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by__isnull=True, medium__isnull=True, note=""),
                name="departure_step_done_says_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="done_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__done_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.label
