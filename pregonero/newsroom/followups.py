"""What became of news in the networks. The app above this one that publishes them registers how to know it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from pregonero.newsroom.models import News


@dataclass(frozen=True)
class Followup:
    """How the publication of a news item stands: the colour and the words of its state, and where it opens.

    `is_draft` says that somebody is still writing it.
    """

    state: str
    label: str
    path: str
    is_draft: bool = False


Provider = Callable[[Collection[int]], dict[int, Followup]]
_PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Register what returns the follow-ups of news items by their ids; called once, when its app starts."""
    _PROVIDERS.append(provider)


def followups_of(news: Iterable[News]) -> dict[int, Followup]:
    """Return how the publication of each of the news stands, by news item; those without one are left out."""
    ids = [item.pk for item in news]
    found: dict[int, Followup] = {}
    for provider in _PROVIDERS if ids else ():
        found |= provider(ids)
    return found
