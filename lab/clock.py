"""The laboratory's clock: real time plus whatever a test has wound it forward, so that 24 hours pass at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

# Bogotá has had no summer time since 1993; a fixed offset spares the page code a time-zone database.
BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")

MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


def iso_millis(at: float) -> str:
    """X and YouTube write instants so: 2026-05-21T13:04:05.000Z."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def iso_seconds(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_offset(at: float) -> str:
    """The Graph API writes instants so: 2026-05-21T13:04:05+0000."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def parse_instant(text: str) -> float:
    """Read an ISO 8601 instant or epoch seconds; raises ValueError otherwise."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def card_date(at: float) -> str:
    """The way the ministry's cards write a date: 21 mayo 2026."""
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def long_date(at: float) -> str:
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} de {MONTHS[moment.month - 1]}"
