"""The exports that people ask for: a job writes each file, and it goes on from where it was after a stop."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class ExportKind(models.TextChoices):
    """What a file holds, and in which format."""

    RECORDS = "RECORDS", "Registros con su prueba"
    CSV = "CSV", "Publicaciones, en CSV"
    XLSX = "XLSX", "Publicaciones, en XLSX"
    JSON = "JSON", "Publicaciones, en JSON"


SUFFIXES = {ExportKind.RECORDS: "jsonl", ExportKind.CSV: "csv", ExportKind.XLSX: "xlsx", ExportKind.JSON: "json"}


class ExportState(models.TextChoices):
    """Where an export is."""

    WAITING = "WAITING", "en fila"
    READY = "READY", "lista"
    FAILED = "FAILED", "no se pudo hacer"


class Export(models.Model):
    """A file that somebody asked for, by kind, days and account, and how much of it is written.

    `last_id` is the last row in the file, whose first `written` bytes are good: a job that was stopped goes on there.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=8, choices=ExportKind.choices)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    account_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    why_not = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state=ExportState.WAITING) | Q(finished_at__isnull=False), name="export_finished_says_when"
            ),
        )
        indexes = (models.Index(fields=["entity", "-asked_at"], name="export_latest"),)

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("export", self.pk, str(self))

    @property
    def file_name(self) -> str:
        """Return the name with which it is saved."""
        name = "registros" if self.kind == ExportKind.RECORDS else "publicaciones"
        return f"{name}-{self.pk}.{SUFFIXES[ExportKind(self.kind)]}"

    @property
    def percent(self) -> int:
        """Return how much of it is written, from 0 to 100."""
        return 100 if self.state == ExportState.READY else 100 * self.done // self.total if self.total else 0

    def get_absolute_url(self) -> str:
        """Return the address of its file."""
        return reverse("reports:export_file", args=[self.pk])
