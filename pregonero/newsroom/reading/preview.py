"""A source read once before it is registered: to see what it would bring. Nothing is kept."""

from collections.abc import Mapping, Sequence

from pregonero.newsroom.reading.feed import read_feed
from pregonero.newsroom.reading.fetch import FEED, PAGE, fetch
from pregonero.newsroom.reading.item import Item
from pregonero.newsroom.reading.listing import read_listing
from pregonero.newsroom.reading.urls import canonical


def read_once(address: str, selectors: Mapping[str, str]) -> Sequence[Item]:
    """Return what a feed holds, or a listing when it has selectors. Raises `Unreadable`."""
    if selectors:
        return read_listing(fetch(canonical(address), PAGE), dict(selectors))
    return read_feed(fetch(canonical(address), FEED))
