"""Incidents, heartbeats and measurements of the installation, for the status page and `pregonero doctor`."""

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from pregonero.database import read_moment
from pregonero.health.models import Heartbeat, Incident

ALIVE = timedelta(seconds=60)
INCIDENT_LIMIT = 30


def recent_incidents(*, now: datetime, days: int = 7) -> list[Incident]:
    """Return the incidents of the last days, newest first, at most `INCIDENT_LIMIT`."""
    recent = Incident.objects.filter(last_at__gte=now - timedelta(days=days))
    return list(recent.order_by("-last_at", "-pk")[:INCIDENT_LIMIT])


def live_workers(*, now: datetime) -> list[Heartbeat]:
    """Return the heartbeats of the workers that ran a job within `ALIVE`."""
    return list(Heartbeat.objects.filter(at__gte=now - ALIVE).order_by("worker"))


def latest_heartbeat() -> Heartbeat | None:
    """Return the latest heartbeat of any worker."""
    return Heartbeat.objects.order_by("-at").first()


def count_connected_pools() -> int:
    """Return how many worker pools report to the queue, by Procrastinate's own heartbeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [ALIVE.total_seconds()],
        )
        return int(cursor.fetchone()[0])


def database_since() -> datetime:
    """Return when the database server started."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        return read_moment(cursor.fetchone())


def clock_drift() -> float:
    """Return by how many seconds this machine's clock is ahead of the database's."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (database_time,) = cursor.fetchone()
    return (before + time.time()) / 2 - float(database_time)


def free_bytes() -> int:
    """Return the free space of the disk that holds the data folder."""
    return shutil.disk_usage(Path(settings.DATA_DIR)).free
