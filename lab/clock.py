"""The lab's clock, which tests can advance, the processing times of media, and date formats."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta, timezone

from lab.accounts import Account

# Bogotá has had no summer time since 1993, so a fixed offset is enough.
BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")

MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


class Clock:
    """Real time plus the seconds that tests have advanced it by."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds


class ProcessingTimes:
    """Simulated processing times of media files; the same file and seed always give the same time."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def seconds(self, account: Account | None, digest: str, minimum: float, maximum: float) -> float:
        """Return the processing seconds of a file; `processing` in the account's extra sets them for all its files."""
        configured = account.extra.get("processing") if account else None
        if configured is not None:
            return float(configured)
        return random.Random(f"{self._seed}:{digest}").uniform(minimum, maximum)


def progress(started_at: float, ready_at: float, now: float) -> float:
    """Return how much of the processing is done, from 0 to 1."""
    return 1.0 if now >= ready_at else max(0.0, (now - started_at) / (ready_at - started_at))


def iso_millis(at: float) -> str:
    """Format an instant as X, YouTube and Mastodon do: 2026-05-21T13:04:05.000Z."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def iso_seconds(at: float) -> str:
    """Format an instant without milliseconds: 2026-05-21T13:04:05Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_offset(at: float) -> str:
    """Format an instant as the Graph API does: 2026-05-21T13:04:05+0000."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def parse_instant(text: str) -> float:
    """Return the epoch seconds of an ISO 8601 instant or of a number. Raises ValueError for any other text."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def card_date(at: float) -> str:
    """Format a date as the ministry's news cards do: 21 mayo 2026."""
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def long_date(at: float) -> str:
    """Format a date without its year: 21 de mayo."""
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} de {MONTHS[moment.month - 1]}"
