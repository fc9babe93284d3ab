"""The sites that asked to wait (`Retry-After`): the jobs of this process send them no request until then.

A site is a host with its port. The wait of a source is also stored, as the time of its next reading; this
module is for the other sources, pages and files of the same site. It does not stop a person who asks for a page.
"""

import math
import threading
from datetime import timedelta

from pregonero.deadlines import boottime
from pregonero.newsroom.reading.errors import AskedToWait
from pregonero.newsroom.reading.urls import host_of, port_of

MINUTE, HOUR = 60, 3600  # seconds
_LOCK = threading.Lock()
_ENDS: dict[tuple[str, int], float] = {}  # moments of `boottime`


def remember(address: str, wait: timedelta) -> None:
    """Store that the site of an address asked to wait."""
    with _LOCK:
        now = boottime()
        for site in [site for site, end in _ENDS.items() if end <= now]:
            del _ENDS[site]
        _ENDS[host_of(address), port_of(address)] = now + wait.total_seconds()


def check(address: str) -> None:
    """Raise `AskedToWait` while the site of an address must not be requested."""
    with _LOCK:
        seconds = _ENDS.get((host_of(address), port_of(address)), 0.0) - boottime()
    if seconds > 0:
        wait = timedelta(seconds=seconds)
        raise AskedToWait(f"El sitio pidió esperar, y faltan {wait_label(wait)}.", wait=wait)


def clear() -> None:
    """Forget every wait."""
    with _LOCK:
        _ENDS.clear()


def wait_label(wait: timedelta) -> str:
    """Return a wait in Spanish, rounded up: "90 segundos", "2 minutos", "36 horas"."""
    seconds = wait.total_seconds()
    for length, one, many in ((HOUR, "hora", "horas"), (MINUTE, "minuto", "minutos"), (1, "segundo", "segundos")):
        count = math.ceil(seconds / length)
        if seconds == length or seconds >= 2 * length:
            return f"{count} {one if count == 1 else many}"
    return "1 segundo"
