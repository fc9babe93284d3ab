"""What the status page and the doctor read of the installation."""

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from pregonero.health.models import Heartbeat, Incident

ALIVE = timedelta(seconds=60)
MOST = 30


def recent_incidents(*, now: datetime, days: int = 7) -> list[Incident]:
    """Return what befell the installation lately, newest first."""
    return list(Incident.objects.filter(last_at__gte=now - timedelta(days=days)).order_by("-last_at", "-pk")[:MOST])


def live_workers(*, now: datetime) -> list[Heartbeat]:
    """Return the workers whose jobs advance."""
    return list(Heartbeat.objects.filter(at__gte=now - ALIVE).order_by("worker"))


def lanes_alive() -> int:
    """Return how many lanes of workers say that they live, by the queue's own heartbeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [ALIVE.total_seconds()],
        )
        return int(cursor.fetchone()[0])


def last_beat() -> Heartbeat | None:
    """Return the last sign of any worker."""
    return Heartbeat.objects.order_by("-at").first()


def database_since() -> datetime:
    """Return when the database started."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        (since,) = cursor.fetchone()
    assert isinstance(since, datetime)  # noqa: S101  what the function returns
    return since


def clock() -> datetime:
    """Return the time of the database, which all the workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)  # noqa: S101  what the function returns
    return now


def drift() -> float:
    """Return by how many seconds this machine's clock goes ahead of the database's."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (theirs,) = cursor.fetchone()
    return (before + time.time()) / 2 - float(theirs)


def free_bytes() -> int:
    """Return what is left of the disk where our own files are."""
    return shutil.disk_usage(Path(settings.DATA_DIR)).free
