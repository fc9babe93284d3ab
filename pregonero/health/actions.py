"""Keeping what befell the installation and the beat of each worker."""

from datetime import datetime, timedelta

from django.db import transaction

from pregonero.health.models import Heartbeat, Incident, IncidentKind

SAME_FOR = timedelta(minutes=10)
BEATS_LAST = timedelta(days=1)


@transaction.atomic(durable=True)
def record_heartbeat(
    *, worker: str, drift_seconds: float, free_bytes: int, database_since: datetime, now: datetime
) -> Heartbeat:
    """Keep that a worker lives; a database that started since the last beat of anybody was restarted."""
    last = Heartbeat.objects.order_by("-at").first()
    if last is not None and database_since > last.database_since + timedelta(seconds=1):
        words = f"Volvió a las {database_since:%H:%M:%S} UTC. Lo que iba en camino se confirma con cada red."
        _keep(IncidentKind.DATABASE_RESTARTED, words, now)
    Heartbeat.objects.filter(at__lt=now - BEATS_LAST).delete()
    beat, _ = Heartbeat.objects.update_or_create(
        worker=worker[:80],
        defaults={
            "at": now, "drift_seconds": drift_seconds, "free_bytes": free_bytes, "database_since": database_since,
        },
    )  # fmt: skip
    return beat


@transaction.atomic(durable=True)
def record_incident(*, kind: IncidentKind, words: str, now: datetime) -> Incident:
    """Keep an incident; the same kind soon after another counts in its row."""
    return _keep(kind, words, now)


def _keep(kind: IncidentKind, words: str, now: datetime) -> Incident:
    same = Incident.objects.select_for_update().filter(kind=kind, last_at__gte=now - SAME_FOR).order_by("-pk").first()
    if same is None:
        return Incident.objects.create(kind=kind, words=words[:300], at=now, last_at=now)
    same.times, same.last_at, same.words = same.times + 1, max(now, same.at), words[:300]
    same.save(update_fields=["times", "last_at", "words"])
    return same
