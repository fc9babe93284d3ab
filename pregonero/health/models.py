"""System incidents and worker heartbeats. They belong to the installation, not to an entity."""

from django.db import models


class IncidentKind(models.TextChoices):
    """The kinds of incident, with the name that the status page shows."""

    WORKER_LOST = "WORKER_LOST", "Un proceso trabajador murió"
    PART_RESTARTED = "PART_RESTARTED", "Una parte terminó sola y se levantó otra vez"
    DELIVERY_ABANDONED = "DELIVERY_ABANDONED", "Un envío quedó a medias"
    DATABASE_AWAY = "DATABASE_AWAY", "La base de datos no respondía"
    DATABASE_RESTARTED = "DATABASE_RESTARTED", "La base de datos se reinició"
    DISK_FULL = "DISK_FULL", "Se llenó el disco"
    CLOCK_JUMPED = "CLOCK_JUMPED", "El reloj de un equipo saltó"


class Incident(models.Model):
    """A failure of the installation. One row counts the incidents of one kind that follow each other closely."""

    kind = models.CharField(max_length=20, choices=IncidentKind.choices)
    detail = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    occurrences = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(last_at__gte=models.F("first_at")), name="incident_order"),
        )
        indexes = (models.Index(fields=["-last_at"], name="incident_latest"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Heartbeat(models.Model):
    """The latest heartbeat of one worker: `at` is the database's time when a job of that worker ran."""

    worker = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    drift_seconds = models.FloatField()
    free_bytes = models.BigIntegerField()
    database_since = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
