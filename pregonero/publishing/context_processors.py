"""What every page says while everything is paused."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused
from pregonero.outbox.models import Hold
from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything


@dataclass(frozen=True)
class Pause:
    """A pause of everything, and how much was in the air when it began and has not ended."""

    stop: Hold
    in_the_air: int


def banner(request: HttpRequest) -> dict[str, Any]:
    """Add the pause of everything to every page's context, looked up only when the page shows it."""
    return {"pause": SimpleLazyObject(lambda: _pause(request))}


def _pause(request: HttpRequest) -> Pause | None:
    try:
        member = getattr(request, "member", None)
        stop = hold_on_everything(member.entity_id) if member is not None else None
    except Refused:
        return None  # somebody without a membership sees only that they have none
    return Pause(stop, count_in_flight(stop.entity)) if stop else None
