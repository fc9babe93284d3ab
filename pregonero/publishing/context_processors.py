"""Template context of every page: the pause of everything, if there is one."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused
from pregonero.outbox.models import Hold
from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything


@dataclass(frozen=True)
class Pause:
    """A pause of everything, and how many deliveries were being sent when it began and still are."""

    stop: Hold
    in_flight: int


def banner(request: HttpRequest) -> dict[str, Any]:
    """Add `pause` to the context. It is queried only if the template uses it."""
    return {"pause": SimpleLazyObject(lambda: _pause(request))}


def _pause(request: HttpRequest) -> Pause | None:
    try:
        member = getattr(request, "member", None)
        stop = hold_on_everything(member.entity_id) if member is not None else None
    except Refused:
        return None  # the person has no current membership
    return Pause(stop, count_in_flight(stop.entity)) if stop else None
