"""The kinds of news source that exist."""

from pregonero.newsroom.sources.base import PolledSourceKind, PushSourceKind, SourceKind
from pregonero.newsroom.sources.feed import FeedSource
from pregonero.newsroom.sources.listing import ListingSource
from pregonero.newsroom.sources.webhook import WebhookSource

FEED, LISTING, WEBHOOK = FeedSource(), ListingSource(), WebhookSource()
KINDS: dict[str, SourceKind] = {kind.code: kind for kind in (FEED, LISTING, WEBHOOK)}


def kind_of(code: str) -> SourceKind:
    """Return the kind with this code. Raises `KeyError`."""
    return KINDS[code]


def polled_kind(code: str) -> PolledSourceKind:
    """Return the kind with this code. Raises `KeyError` unless it is a polled one."""
    kind = KINDS[code]
    if not isinstance(kind, PolledSourceKind):
        raise KeyError(code)
    return kind


def push_kind(code: str) -> PushSourceKind:
    """Return the kind with this code. Raises `KeyError` unless the website sends its news."""
    kind = KINDS[code]
    if not isinstance(kind, PushSourceKind):
        raise KeyError(code)
    return kind
