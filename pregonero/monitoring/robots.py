"""What the `robots.txt` of each site allows (RFC 9309), remembered for a day by this process.

A site without the file allows everything. One that does not answer is not read: it may have forbidden it.
"""

import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from pregonero.deadlines import boottime
from pregonero.newsroom.reading import waits
from pregonero.newsroom.reading.errors import Unreachable, Unreadable
from pregonero.newsroom.reading.fetch import FetchLimits, fetch
from pregonero.newsroom.reading.urls import canonical_link

AGENT = "Pregonero"
LIMITS = FetchLimits("El archivo robots.txt", ("text/",), 512 * 1024, 10)
REMEMBERED_SECONDS = 24 * 3600
FORBIDDEN = "El sitio pide en su robots.txt que no se lea esta dirección."
_LOCK = threading.Lock()
_KNOWN: dict[str, "_Rules"] = {}  # by site


@dataclass(frozen=True)
class _Rules:
    parsed: Protego
    until: float  # a moment of `boottime`


def check(address: str) -> float:
    """Return the seconds that the site asks for between two requests. Raises `Unreadable` if it forbids the address."""
    parsed = _rules_of(address)
    if not parsed.can_fetch(address, AGENT):
        raise Unreadable(FORBIDDEN)
    return float(parsed.crawl_delay(AGENT) or 0)


def clear() -> None:
    """Forget what every site allows."""
    with _LOCK:
        _KNOWN.clear()


def _rules_of(address: str) -> Protego:
    parts = urlsplit(canonical_link(address))
    site = f"{parts.scheme}://{parts.netloc}"
    with _LOCK:
        known = _KNOWN.get(site)
    if known is not None and known.until > boottime():
        return known.parsed
    parsed = Protego.parse(_read(f"{site}/robots.txt"))
    with _LOCK:
        _KNOWN[site] = _Rules(parsed, boottime() + REMEMBERED_SECONDS)
    return parsed


def _read(address: str) -> str:
    waits.check(address)
    try:
        return fetch(address, LIMITS).body.decode(errors="replace")
    except Unreachable:
        raise
    except Unreadable:
        return ""  # it has none, or it is something else: a page, or too large
