"""Template context of every page: the pause of everything, or the crisis room that stops publications, if any."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused
from pregonero.outbox.models import Hold
from pregonero.outbox.queries.holds import count_in_flight, widest_hold


@dataclass(frozen=True)
class Pause:
    """A pause of everything, and how many deliveries were being sent when it began and still are.

    `is_crisis` says that a crisis room stops the publications, and not the answers (T-4).
    """

    stop: Hold
    in_flight: int
    is_crisis: bool


def banner(request: HttpRequest) -> dict[str, Any]:
    """Add `pause` to the context. It is queried only if the template uses it."""
    return {"pause": SimpleLazyObject(lambda: _pause(request))}


def _pause(request: HttpRequest) -> Pause | None:
    try:
        member = getattr(request, "member", None)
        stop = widest_hold(member.entity_id, "publication") if member is not None else None
    except Refused:
        return None  # the person has no current membership
    return Pause(stop, count_in_flight(stop.entity), stop.subject_kind != "") if stop else None
