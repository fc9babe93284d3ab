"""What this process saw and could not write down at that moment: the database was away, or its disk was full.

Kept in memory until the next beat writes it. Whoever sees something says so here, and goes on.
"""

import errno
import threading
import time
from collections import deque

from psycopg.errors import DiskFull

from pregonero.health.models import IncidentKind

MOST = 100
JUMP_SECONDS = 2.0
_seen: deque[tuple[IncidentKind, str]] = deque(maxlen=MOST)
_lock = threading.Lock()
_clocks: list[float] = []


def note_incident(kind: IncidentKind, words: str) -> None:
    """Remember an incident."""
    with _lock:
        _seen.append((kind, words))


def note_error(error: BaseException) -> None:
    """Remember an error if it is a full disk, wherever it was found.

    Each is looked at once: an error raised again while another is at hand can come to be a cause of its own cause.
    """
    seen: BaseException | None = error
    looked_at: set[int] = set()
    while seen is not None and id(seen) not in looked_at:
        looked_at.add(id(seen))
        if isinstance(seen, DiskFull) or (isinstance(seen, OSError) and seen.errno == errno.ENOSPC):
            note_incident(IncidentKind.DISK_FULL, "No se pudo escribir: esos trabajos se repiten cuando haya espacio.")
            return
        seen = seen.__cause__ or seen.__context__


def take() -> list[tuple[IncidentKind, str]]:
    """Return what was remembered, and forget it."""
    with _lock:
        seen = list(_seen)
        _seen.clear()
    return seen


def watch_clock() -> None:
    """Compare this machine's clock with one that never jumps, since the last time."""
    offset = time.time() - time.monotonic()
    with _lock:
        before = _clocks[0] if _clocks else offset
        _clocks[:] = [offset]
    if abs(offset - before) > JUMP_SECONDS:
        way = "adelantó" if offset > before else "atrasó"
        note_incident(
            IncidentKind.CLOCK_JUMPED,
            f"Se {way} {abs(offset - before):.0f} s. Los envíos salen por el reloj de la base de datos.",
        )
