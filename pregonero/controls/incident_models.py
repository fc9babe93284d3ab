"""Incidents of an account's security, and their steps."""

from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.controls.states import ENDS_EXPOSURE, STEPS, IncidentKind, StepKind
from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class Incident(models.Model):
    """Something that puts an account at risk. `seen_at` is when somebody saw it, which may be before it was opened.

    `control` is the one that a check found not met, or that looks at the account's sessions; Facebook has none.
    `seen_by` is who saw it when it was not who reported it, and `medium` the capture that came with the report.
    `released_at` is when the coordinator let the account publish before the steps were done. `opened_by` is empty
    when the system found it.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="incidents")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="incidents")
    control = models.ForeignKey("controls.Control", on_delete=models.PROTECT, related_name="incidents", null=True)
    kind = models.CharField(max_length=10, choices=IncidentKind.choices)
    title = models.CharField(max_length=200)
    detail = models.CharField(max_length=500, blank=True)
    seen_at = models.DateTimeField()
    seen_by = models.CharField(max_length=120, blank=True)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    released_why = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "control"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="incident_open_once",
            ),
        )
        indexes = (models.Index(fields=["entity", "closed_at", "-opened_at"], name="incident_by_state"),)
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("incident", self.pk, f"Incidente en {self.account}")

    @property
    def kinds_of_steps(self) -> tuple[StepKind, ...]:
        """Return the steps that it needs, in order."""
        return STEPS[IncidentKind(self.kind)]

    def done(self) -> dict[StepKind, "IncidentStep"]:
        """Return its steps that are done."""
        return {StepKind(step.kind): step for step in self.steps.select_related("by", "medium").order_by("at", "pk")}

    def exposure(self, *, now: datetime) -> timedelta:
        """Return how long the account was exposed: until the step that ends it, or until now."""
        ends = [step.at for kind, step in self.done().items() if kind in ENDS_EXPOSURE]
        return min(ends, default=now) - self.seen_at

    def get_absolute_url(self) -> str:
        """Return the page of this incident."""
        return reverse("controls:incident", args=[self.pk])


class IncidentStep(models.Model):
    """A step of an incident: who did it, when, and its proof. It never changes, and two people cannot do it twice."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20, choices=StepKind.choices)
    note = models.CharField(max_length=500, blank=True)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "kind"], name="incident_step_once"),)
        triggers = (
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        )
