"""Incidents of this process that could not be stored when they happened, because the database or disk had failed.

They stay in memory until the next heartbeat stores them.
"""

import errno
import threading
import time
from collections import deque

from psycopg.errors import DiskFull

from pregonero.health.models import IncidentKind

LIMIT = 100
JUMP_SECONDS = 2.0
_incidents: deque[tuple[IncidentKind, str]] = deque(maxlen=LIMIT)
_lock = threading.Lock()
_clock_offsets: list[float] = []


def note_incident(kind: IncidentKind, detail: str) -> None:
    """Buffer an incident. Beyond `LIMIT`, the oldest one is dropped."""
    with _lock:
        _incidents.append((kind, detail))


def note_error(error: BaseException) -> None:
    """Buffer a DISK_FULL incident if the error, or any error in its chain of causes, is a full disk.

    The chain can be circular: an exception that is raised again while another one is handled.
    """
    current: BaseException | None = error
    visited: set[int] = set()
    while current is not None and id(current) not in visited:
        visited.add(id(current))
        if isinstance(current, DiskFull) or (isinstance(current, OSError) and current.errno == errno.ENOSPC):
            note_incident(IncidentKind.DISK_FULL, "No se pudo escribir: esos trabajos se repiten cuando haya espacio.")
            return
        current = current.__cause__ or current.__context__


def drain() -> list[tuple[IncidentKind, str]]:
    """Empty the buffer and return the incidents that it held, oldest first."""
    with _lock:
        incidents = list(_incidents)
        _incidents.clear()
    return incidents


def watch_clock() -> None:
    """Buffer a CLOCK_JUMPED incident if the system clock has moved since the last call, compared with `monotonic`."""
    offset = time.time() - time.monotonic()
    with _lock:
        previous = _clock_offsets[0] if _clock_offsets else offset
        _clock_offsets[:] = [offset]
    if abs(offset - previous) > JUMP_SECONDS:
        direction = "adelantó" if offset > previous else "atrasó"
        note_incident(
            IncidentKind.CLOCK_JUMPED,
            f"Se {direction} {abs(offset - previous):.0f} s. Los envíos salen por el reloj de la base de datos.",
        )
