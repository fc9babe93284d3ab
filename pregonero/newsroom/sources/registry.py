"""The kinds of news source that exist."""

from pregonero.newsroom.sources.base import SourceKind
from pregonero.newsroom.sources.feed import FeedSource
from pregonero.newsroom.sources.listing import ListingSource
from pregonero.newsroom.sources.webhook import WebhookSource

FEED, LISTING, WEBHOOK = FeedSource(), ListingSource(), WebhookSource()
KINDS: dict[str, SourceKind] = {kind.code: kind for kind in (FEED, LISTING, WEBHOOK)}


def kind_of(code: str) -> SourceKind:
    """Return the kind with this code. Raises `KeyError`."""
    return KINDS[code]
