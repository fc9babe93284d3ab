"""What befell the installation, and the beat of each worker: rows of no entity, with nothing of what is published."""

from django.db import models


class IncidentKind(models.TextChoices):
    """What may befall an installation, as the status page names it."""

    WORKER_LOST = "WORKER_LOST", "Un proceso trabajador murió"
    DELIVERY_ABANDONED = "DELIVERY_ABANDONED", "Un envío quedó a medias"
    DATABASE_AWAY = "DATABASE_AWAY", "La base de datos no respondía"
    DATABASE_RESTARTED = "DATABASE_RESTARTED", "La base de datos se reinició"
    DISK_FULL = "DISK_FULL", "Se llenó el disco"
    CLOCK_JUMPED = "CLOCK_JUMPED", "El reloj de un equipo saltó"


class Incident(models.Model):
    """Something that befell the installation, and what it did; the same soon after is counted in the same row."""

    kind = models.CharField(max_length=20, choices=IncidentKind.choices)
    words = models.CharField(max_length=300)
    at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(last_at__gte=models.F("at")), name="incident_order"),)
        indexes = (models.Index(fields=["-last_at"], name="incident_latest"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


class Heartbeat(models.Model):
    """The last sign of one worker: a job of it was done then, by its clock and by the database's."""

    worker = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    drift_seconds = models.FloatField()
    free_bytes = models.BigIntegerField()
    database_since = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
