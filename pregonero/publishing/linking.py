"""Requests a link before it is published (D-4). An action stores the result."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pregonero.newsroom.reading.errors import TooLarge, Unreadable
from pregonero.newsroom.reading.fetch import MEGABYTE, FetchLimits, fetch
from pregonero.newsroom.reading.urls import link_key
from pregonero.people.models import Entity
from pregonero.publishing.rules import OK, is_official

ANYTHING = ("",)
INDEX_FILE = re.compile(r"/(?:index|default|inicio)\.[a-z]{2,5}$")
ELSEWHERE = re.compile(r"error|404|login|sign-?in|ingres|return|redirect|next=")  # in parameters that were added
SESSION = re.compile(r";jsessionid=[^/]*")
LINK = FetchLimits("El enlace", ANYTHING, 2 * MEGABYTE, 10)


@dataclass(frozen=True)
class LinkFinding:
    """The result of requesting a link; `problem` is the Spanish sentence of why it fails the check, or empty."""

    address: str
    status: int | None
    ended_at: str
    official: bool
    problem: str


def read_link(address: str, entity: Entity) -> LinkFinding:
    """Request a link: it passes if it answers 200 on an official domain without leading to another page (D-4)."""
    official = is_official(address, entity)
    try:
        ended_at = fetch(address, LINK).address
    except TooLarge:
        ended_at = address  # the server answers: a large document is a valid link
    except Unreadable as error:
        return LinkFinding(address, None, "", official, error.message)
    problem = ""
    if not official:
        problem = f"{urlsplit(address).hostname} no es un dominio oficial de {entity.short_name}."
    elif not is_official(ended_at, entity):
        problem = f"El enlace lleva a otro sitio: {urlsplit(ended_at).hostname}."
    elif not _is_same_page(address, ended_at):
        problem = (
            f"El enlace ya no abre la noticia: lleva a otra página del sitio, «{_shown(ended_at)}». "
            "Ábrelo y pon la dirección en la que está la noticia."
        )
    return LinkFinding(address, OK, ended_at, official, problem)


def _is_same_page(address: str, ended_at: str) -> bool:
    """Return whether a redirect only changed how the address is written.

    That is the scheme, "www.", capital letters, the last slash, the name of an index file, a session or new parameters.
    A redirect to the front page, to a sign-in or to an error page leads elsewhere, also when it answers 200.
    """
    first, last = _parts(address), _parts(ended_at)
    added = " ".join(last[2] - first[2])
    return first[:2] == last[:2] and first[2] <= last[2] and not ELSEWHERE.search(added)


def _parts(address: str) -> tuple[str, str, set[str]]:
    """Return the host, the path and the parameters of the key of a link, in the form in which they are compared."""
    parts = urlsplit(f"//{link_key(address)}".lower())
    path = INDEX_FILE.sub("", SESSION.sub("", parts.path)).rstrip("/")
    return parts.netloc.partition(":")[0], path, set(parts.query.split("&")) - {""}


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}{'?' + parts.query if parts.query else ''}"[:80]
