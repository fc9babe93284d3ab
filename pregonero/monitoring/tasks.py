"""Jobs that read the watch list and gather what it brings. The downloads are here; actions store their results."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.monitoring import queries, reader
from pregonero.monitoring.actions import readings
from pregonero.people.models import Entity

EVERY_HALF_MINUTE = "* * * * * */30"
EVERY_FIVE_MINUTES = "*/5 * * * *"


@app.periodic(cron=EVERY_HALF_MINUTE)
@app.task(name="monitoring.read_watched", queue="reading", queueing_lock="read_watched", lock="read_watched")
def read_watched(timestamp: int, **_later: Any) -> None:
    """Read the sources that are due, and gather the new entries in topics. One round at a time."""
    entities: set[int] = set()
    for result in reader.read_round(queries.sources_due(now=datetime.fromtimestamp(timestamp, tz=UTC))):
        if readings.save_result(result=result, now=timezone.now()):
            entities.add(result.source.entity_id)
    for entity in Entity.objects.filter(pk__in=entities).order_by("pk"):
        readings.group_entries(entity=entity, now=timezone.now())


@app.periodic(cron=EVERY_FIVE_MINUTES)
@app.task(name="monitoring.refresh_rising", queue="reading", queueing_lock="refresh_rising")
def refresh_rising(timestamp: int, **_later: Any) -> None:
    """Look again at which topics rise: time passes even when nothing arrives."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    for entity in Entity.objects.filter(watched_sources__isnull=False).distinct().order_by("pk"):
        readings.refresh_rising(entity=entity, now=now)
