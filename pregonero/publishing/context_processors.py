"""What every page says while everything is paused."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused
from pregonero.publishing import queries
from pregonero.publishing.models.manual import PublishingStop


@dataclass(frozen=True)
class Pause:
    """A pause of everything, and how much was in the air when it began and has not ended."""

    stop: PublishingStop
    in_the_air: int


def banner(request: HttpRequest) -> dict[str, Any]:
    """Add the pause of everything to every page's context, looked up only when the page shows it."""
    return {"pause": SimpleLazyObject(lambda: _pause(request))}


def _pause(request: HttpRequest) -> Pause | None:
    try:
        member = getattr(request, "member", None)
        stop = queries.stop_of_all(member.entity_id) if member is not None else None
    except Refused:
        return None  # somebody without a membership sees only that they have none
    return Pause(stop, queries.in_the_air(stop.entity)) if stop else None
