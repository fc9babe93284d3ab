"""The register of controls of an entity: their versions, the checks made, their evidence, exceptions and findings.

A control is never deleted: it is retired. A version, a check and a piece of evidence never change; a later one
supersedes them.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.controls.access_models import AdministratorLink, AdministratorSeen
from pregonero.controls.cadence import Cadence
from pregonero.controls.departure_models import Departure, DepartureStep
from pregonero.controls.device_models import DeviceSeen, KnownAccess, KnownKind
from pregonero.controls.incident_models import Incident, IncidentStep
from pregonero.controls.states import Consequence, ControlKind, EvidenceKind, Result
from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from pregonero.records.actions import ObjectRef

__all__ = [
    "AdministratorLink", "AdministratorSeen", "Check", "Control", "ControlException", "ControlVersion", "Departure",
    "DepartureStep", "DeviceSeen", "Evidence", "EvidenceFile", "Finding", "FindingState", "Incident", "IncidentStep",
    "KnownAccess", "KnownKind", "MeasureDecision",
]  # fmt: skip

APPEND_ONLY = (
    pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
    pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
)


class Control(models.Model):
    """A control of the register. `network` is the accounts' network, "gmail" their root mailbox, or "" for all.

    Controls with the same `topic` share a row of the matrix, such as two-step verification on each network.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="controls")
    code = models.CharField(max_length=12)
    network = models.CharField(max_length=20, blank=True)
    topic = models.CharField(max_length=120)
    origin = models.CharField(max_length=1, choices=[("p", "del procedimiento"), ("o", "decisión de la entidad")])
    position = models.PositiveSmallIntegerField()
    since = models.DateField()
    retired_at = models.DateTimeField(null=True)
    retired_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "code"], name="control_once"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_why="")
                | (Q(retired_at__isnull=False) & ~Q(retired_why="")),
                name="control_retired_says_why",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.code

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("control", self.pk, f"Control {self.code}")

    def get_absolute_url(self) -> str:
        """Return the page of this control."""
        return reverse("controls:control", args=[self.pk])


class ControlVersion(models.Model):
    """What a control says from a moment on: the criterion is written before the check that it judges.

    `advice` is the systems office's advice that it rests on: its date, person and document.
    """

    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    statement = models.TextField()
    purpose = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=ControlKind.choices)
    cadence = models.CharField(max_length=10, choices=Cadence.choices)
    duty = models.CharField(max_length=20, choices=Role.choices)
    criterion = models.CharField(max_length=500)
    evidence = models.CharField(max_length=300)
    consequence = models.CharField(max_length=10, choices=Consequence.choices)
    screen = models.CharField(max_length=200, blank=True)
    advice = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["control", "number"], name="control_version_once"),)
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.control} v{self.number}"


class Check(models.Model):
    """A check of a control on an account. `by` is empty when the system made it.

    `observed_at` is when somebody looked at the network, `received_at` when the system stored it.
    """

    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="checks")
    version = models.ForeignKey(ControlVersion, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="checks")
    result = models.CharField(max_length=12, choices=Result.choices)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(observed_at__lte=F("received_at")), name="check_observed_before"),
            models.CheckConstraint(condition=Q(result=Result.MET) | ~Q(note=""), name="check_not_met_says_why"),
        )
        indexes = (models.Index(fields=["control", "account", "-observed_at", "-id"], name="check_latest"),)
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"revisión {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("check", self.pk, f"Revisión de {self.control.code} en {self.account}")


class Evidence(models.Model):
    """What a check rests on: a capture or a document, an answer of the network, or a note. It is never replaced.

    `body` holds an answer or a note; a capture is a medium, and a document has its file. `sha256` is of the file, or
    of the body's UTF-8.
    """

    check_made = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    body = models.TextField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["check_made", "sha256"], name="evidence_once"),
            models.CheckConstraint(
                condition=Q(kind=EvidenceKind.CAPTURE, medium__isnull=False, body="")
                | Q(kind=EvidenceKind.DOCUMENT, medium__isnull=True, body="")
                | (Q(kind__in=[EvidenceKind.ANSWER, EvidenceKind.NOTE], medium__isnull=True) & ~Q(body="")),
                name="evidence_has_content",
            ),
        )
        triggers = APPEND_ONLY


class EvidenceFile(models.Model):
    """The bytes of a document that is evidence, a PDF, as it came."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="file")
    content = models.BinaryField()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.evidence.name


class ControlException(models.Model):
    """Why a control is not met on purpose until a date, and what compensates it. GM-2 is the usual one."""

    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="exceptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    compensation = models.CharField(max_length=500)
    ends_on = models.DateField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["control", "account"], condition=Q(ended_at__isnull=True), name="exception_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S") & Q(compensation__regex=r"\S"), name="exception_whole"
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("control_exception", self.pk, f"Excepción de {self.control.code} en {self.account}")


class FindingState(models.TextChoices):
    """Whether a finding is still to be solved."""

    OPEN = "OPEN", "abierto"
    CLOSED = "CLOSED", "cerrado"


class Finding(models.Model):
    """Something that is not as it must be, with who solves it, how and until when.

    `key` names its cause, so that one cause has one open finding. `control` is empty for those of the access review.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="findings")
    key = models.CharField(max_length=120)
    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="findings", null=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="findings", null=True)
    title = models.CharField(max_length=300)
    detail = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=6, choices=FindingState.choices, default=FindingState.OPEN)
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    plan = models.CharField(max_length=500, blank=True)
    plan_until = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "key"], condition=Q(state=FindingState.OPEN), name="finding_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state=FindingState.OPEN, closed_at__isnull=True, closed_why="")
                | (Q(state=FindingState.CLOSED, closed_at__isnull=False) & ~Q(closed_why="")),
                name="finding_closed_says_why",
            ),
        )
        indexes = (models.Index(fields=["entity", "state", "-opened_at"], name="finding_by_state"),)
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("finding", self.pk, self.title)

    def get_absolute_url(self) -> str:
        """Return the page of this finding."""
        return reverse("controls:finding", args=[self.pk])


class MeasureDecision(models.Model):
    """What the entity decided about a measure that a network offers; the newest one of each measure is in force."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    is_adopted = models.BooleanField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["entity", "code", "-at"], name="measure_latest"),)
        triggers = APPEND_ONLY
