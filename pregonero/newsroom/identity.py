"""Which items of a source are the same news, when several share the address of one page.

A list of resolutions may be one page, with an anchor or only a guid for each. The key of such a news item is that of
the page and a digest of its marker: its guid or, without one, its anchor.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pregonero.newsroom.models import News, Source
from pregonero.newsroom.reading.urls import anchor_of, link_key
from pregonero.newsroom.sources.base import Item

KEY_LIMIT = 500


@dataclass(frozen=True)
class KeyedItem:
    """An item with the key of its page, its own key if it shares the page, and whether it does in this reading."""

    item: Item
    page_key: str
    own_key: str
    is_shared: bool

    @property
    def keys(self) -> set[str]:
        """Return the keys under which its news may be stored."""
        return {self.page_key, self.own_key}


def keyed(items: Iterable[Item]) -> list[KeyedItem]:
    """Return the different items of one reading, sorted by key; of a repeated one, the first."""
    by_page: dict[str, list[Item]] = defaultdict(list)
    places_of_guid: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        key = link_key(item.address)
        by_page[key].append(item)
        places_of_guid[item.guid].add((key, anchor_of(item.address)))
    result = []
    for key, members in by_page.items():
        different: dict[str, Item] = {}
        for item in members:
            # Some sites give the same guid to all their news: it says nothing.
            guid = item.guid if len(places_of_guid[item.guid]) == 1 else ""
            different.setdefault(guid or anchor_of(item.address), item)
        result += [
            KeyedItem(item, key, _own_key(key, marker), is_shared=len(different) > 1)
            for marker, item in different.items()
        ]
    return sorted(result, key=lambda found: (found.page_key, found.own_key))


def match(
    found: KeyedItem, by_key: Mapping[str, News], by_guid: Mapping[str, News], source: Source
) -> tuple[str, News | None]:
    """Return the key of an item and its stored news, or None if it is new."""
    item, page_news = found.item, by_key.get(found.page_key)
    own_news = by_key.get(found.own_key) if found.own_key != found.page_key else None
    if own_news is None and page_news is not None and not found.is_shared and not is_other(page_news, item, source):
        return found.page_key, page_news
    if own_news is None and found.is_shared and page_news is not None and page_news.title == item.title:
        own_news = page_news
    known = own_news or by_guid.get(item.guid)
    is_apart = found.is_shared or page_news is not None
    return (found.own_key if is_apart else found.page_key), known


def is_other(news: News, item: Item, source: Source) -> bool:
    """Return whether an item of the page of a stored news is another news: its marker, title and date are others.

    Some sites change the guids of their news, and any site may edit a title.
    """
    stored, given = news.guid or anchor_of(news.address), item.guid or anchor_of(item.address)
    if news.source_id != source.pk or not stored or not given or stored == given or news.title == item.title:
        return False
    return news.published_at is None or news.published_at != item.published_at


def _own_key(page_key: str, marker: str) -> str:
    digest = hashlib.sha256(f"{page_key} {marker}".encode()).hexdigest()[:16]
    return f"{page_key[: KEY_LIMIT - 17]}#{digest}" if marker else page_key
