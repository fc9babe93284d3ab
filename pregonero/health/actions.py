"""Record worker heartbeats and system incidents."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.health.models import Heartbeat, Incident, IncidentKind

MERGE_WINDOW = timedelta(minutes=10)
HEARTBEAT_RETENTION = timedelta(days=1)


@transaction.atomic(durable=True)
def record_heartbeat(
    *, worker: str, drift_seconds: float, free_bytes: int, database_since: datetime, now: datetime
) -> Heartbeat:
    """Store a worker's heartbeat, and an incident if the database has restarted since the previous heartbeat."""
    latest = Heartbeat.objects.order_by("-at").first()
    if latest is not None and database_since > latest.database_since + timedelta(seconds=1):
        since = timezone.localtime(database_since)
        detail = f"Volvió a las {since:%H:%M:%S}. Lo que iba en camino se confirma con cada red."
        _count_incident(IncidentKind.DATABASE_RESTARTED, detail, now)
    Heartbeat.objects.filter(at__lt=now - HEARTBEAT_RETENTION).delete()
    heartbeat, _ = Heartbeat.objects.update_or_create(
        worker=worker[:80],
        defaults={
            "at": now,
            "drift_seconds": drift_seconds,
            "free_bytes": free_bytes,
            "database_since": database_since,
        },
    )
    return heartbeat


@transaction.atomic(durable=True)
def record_incident(*, kind: IncidentKind, detail: str, now: datetime) -> Incident:
    """Store an incident; within `MERGE_WINDOW` of the last one of its kind, increment that row's count instead."""
    return _count_incident(kind, detail, now)


def _count_incident(kind: IncidentKind, detail: str, now: datetime) -> Incident:
    recent = Incident.objects.select_for_update(no_key=True, of=("self",)).filter(
        kind=kind, last_at__gte=now - MERGE_WINDOW
    )
    incident = recent.order_by("-pk").first()
    if incident is None:
        return Incident.objects.create(kind=kind, detail=detail[:300], first_at=now, last_at=now)
    incident.occurrences += 1
    incident.last_at = max(now, incident.first_at)
    incident.detail = detail[:300]
    incident.save(update_fields=["occurrences", "last_at", "detail"])
    return incident
