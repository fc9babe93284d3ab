"""How the publication of a news item stands.

The app publishing registers the function that knows it, because newsroom must not import publishing.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from pregonero.newsroom.models import News


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
