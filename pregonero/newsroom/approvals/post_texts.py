"""What the posts of a piece's news say, to be read beside the piece that is approved (P-4).

Whoever answers for the networks writes them: approving a piece does not approve its posts. The app publishing registers
the function that knows them, because newsroom must not import publishing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pregonero.newsroom.models import News
from pregonero.people.models import Entity


@dataclass(frozen=True)
class PostText:
    """What a publication says on a network, and the path of its page."""

    network: str
    text: str
    path: str


Provider = Callable[[Entity, int], list[PostText]]
_PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Register a function that returns the texts of the posts of a news item, by its id; called in `ready()`."""
    _PROVIDERS.append(provider)


def post_texts(news: News | None) -> list[PostText]:
    """Return what the posts of a news item say."""
    if news is None:
        return []
    return [text for provider in _PROVIDERS for text in provider(news.entity, news.pk)]
