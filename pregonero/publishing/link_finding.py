"""Requests a link before it is published (D-4). An action stores the result."""

from dataclasses import dataclass

from pregonero.hosts import host_in
from pregonero.newsroom.reading.errors import Missing, TooLarge, Unreadable
from pregonero.newsroom.reading.fetch import MEGABYTE, FetchLimits, fetch
from pregonero.newsroom.reading.redirects import redirect_problem
from pregonero.people.models import Entity
from pregonero.publishing.rules import OK, is_official

ANYTHING = ("",)
LINK = FetchLimits("El enlace", ANYTHING, 2 * MEGABYTE, 10)


@dataclass(frozen=True)
class LinkFinding:
    """The result of requesting a link; `problem` is the Spanish sentence of why it fails the check, or empty.

    `is_gone` says that what it led to is no longer there: its server says so, or leads to another page.
    """

    address: str
    status: int | None
    ended_at: str
    official: bool
    problem: str
    is_gone: bool = False


def read_link(address: str, entity: Entity) -> LinkFinding:
    """Request a link: it passes if it answers 200 on an official domain without leading to another page (D-4)."""
    official = is_official(address, entity)
    try:
        ended_at = fetch(address, LINK).address
    except TooLarge:
        ended_at = address  # the server answers: a large document is a valid link
    except Unreadable as error:
        return LinkFinding(address, None, "", official, error.message, isinstance(error, Missing))
    moved = redirect_problem(address, ended_at)
    if not official:
        problem = f"{host_in(address)} no es un dominio oficial de {entity.short_name}."
    elif not is_official(ended_at, entity):
        problem = f"El enlace lleva a otro sitio: {host_in(ended_at)}."
    else:
        problem = moved
    return LinkFinding(address, OK, ended_at, official, problem, bool(moved))
