"""How the publication of a news item stands, and which live events come from a need, a campaign or a news item.

The app publishing registers the functions that know it, because newsroom must not import publishing.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pregonero.newsroom.models import News
from pregonero.people.models import Entity
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class Followup:
    """How the publication of a news item stands: the colour and the label of its state, and the path of its page.

    `is_draft` says that somebody is still writing it.
    """

    state: str
    label: str
    path: str
    is_draft: bool = False


Provider = Callable[[Collection[int]], dict[int, Followup]]
_PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Register a function that returns follow-ups by the ids of news items; its app calls this once, in `ready()`."""
    _PROVIDERS.append(provider)


def followups_of(news: Iterable[News]) -> dict[int, Followup]:
    """Return how the publication of each of the news stands, by news item; those without one are left out."""
    ids = [item.pk for item in news]
    found: dict[int, Followup] = {}
    for provider in _PROVIDERS if ids else ():
        found |= provider(ids)
    return found


@dataclass(frozen=True)
class LiveFollowup:
    """A live event that comes from something: its title, when it is, its state with its colour, and its page."""

    title: str
    at: datetime
    state: str
    label: str
    path: str


LiveProvider = Callable[[Entity, ObjectRef], list[LiveFollowup]]
_LIVE_PROVIDERS: list[LiveProvider] = []


def register_live(provider: LiveProvider) -> None:
    """Register a function that returns the live events of an object; its app calls this once, in `ready()`."""
    _LIVE_PROVIDERS.append(provider)


def live_events_of(entity: Entity, ref: ObjectRef) -> list[LiveFollowup]:
    """Return the live events that come from an object, the first one first."""
    return [event for provider in _LIVE_PROVIDERS for event in provider(entity, ref)]
