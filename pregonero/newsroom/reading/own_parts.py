"""Which JSON-LD article and which dates of a page are those of its own news.

A page also shows other news: related articles, carousels, the latest ones; and a clock in its head.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.html import absolute_link, base_of, select
from pregonero.newsroom.reading.text import TITLE_LIMIT, markup_line
from pregonero.newsroom.reading.urls import link_key

ARTICLE_TYPES = frozenset({"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "GovernmentService"})
MAX_DEPTH = 6  # of JSON-LD objects inside others
MIN_SHARED_WORDS = 0.6  # of the longer of two titles of the same news
MIN_WORDS = 3  # of a title that another one contains
WORD = re.compile(r"\w{3,}")
ASIDE_TAGS = frozenset({"nav", "aside", "footer"})
ASIDE_NAME = re.compile(
    r"relacionad|related|recomend|recommend|carousel|carrusel|slider|swiper|sidebar|lateral|widget|ultimas|latest|recent|"
    r"mas-?noticias|more-?news|popular|mas-?leid|most-?read|reloj|clock|topbar|navbar|breadcrumb|menu|footer|banner",
    re.IGNORECASE,
)
NEWS_CONTAINERS = ("article", "main")


def own_article(tree: HtmlElement, *, addresses: Sequence[str], titles: Sequence[str]) -> dict[str, Any]:
    """Return the JSON-LD article of the page itself, or an empty dictionary.

    It is the one that gives an address of the page as its own, or else its title. An article of another address and
    title is another news; one that gives neither is taken if no other claims to be a different one.
    """
    articles = _articles(tree)
    keys = {link_key(address) for address in addresses}
    base = base_of(tree)
    for article in articles:
        if keys & _keys_of(article, base):
            return article
    words = [_words(title) for title in titles]
    for article in articles:
        headline = _words(markup_line(article.get("headline") or article.get("name"), TITLE_LIMIT))
        if any(_are_alike(headline, title) for title in words):
            return article
    if len(articles) == 1 and not _keys_of(articles[0], base) and not (titles and articles[0].get("headline")):
        return articles[0]
    return {}


def own_times(tree: HtmlElement) -> list[HtmlElement]:
    """Return the `time` elements that may say when the news was published, the likeliest first."""
    times = [node for node in tree.iter("time") if not _is_aside(node)]
    named = [
        node for node in times if "datepublished" in str(node.get("itemprop") or "").lower() or "pubdate" in node.attrib
    ]
    heading = next(iter(tree.iter("h1")), None)
    container = _container_of(heading) if heading is not None else None
    if container is not None:
        inside = set(container.iter("time"))
        own = [node for node in times if node in inside and _container_of(node) in {container, None}]
        return [*named, *(own or [node for node in times if node in inside])]
    order = {node: position for position, node in enumerate(tree.iter("h1", "time"))}
    start = order[heading] if heading is not None else 0
    return [*named, *sorted(times, key=lambda node: (order[node] < start, abs(order[node] - start)))]


def as_list(value: Any) -> list[Any]:
    """Return a JSON-LD value, which may be alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]


def _articles(tree: HtmlElement) -> list[dict[str, Any]]:
    found = []
    for script in select(tree, 'script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        found += [node for node in _nodes(data, MAX_DEPTH) if _types(node) & ARTICLE_TYPES]
    return found


def _nodes(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document, and those that it says to be its graph or its main part."""
    for node in as_list(data):
        if isinstance(node, dict) and depth:
            yield node
            for name in ("@graph", "mainEntity", "mainEntityOfPage"):
                yield from _nodes(node.get(name), depth - 1)


def _types(node: dict[str, Any]) -> set[str]:
    return {name.rpartition("/")[2] for name in as_list(node.get("@type")) if isinstance(name, str)}


def _keys_of(article: dict[str, Any], base: str) -> set[str]:
    """Return the keys of the addresses that an article gives as its own."""
    addresses = []
    for name in ("url", "mainEntityOfPage", "@id"):
        for value in as_list(article.get(name)):
            addresses += [value.get("@id"), value.get("url")] if isinstance(value, dict) else [value]
    links = (absolute_link(str(address).partition("#")[0], base) for address in addresses if isinstance(address, str))
    keys = set()
    for link in filter(None, links):
        try:
            keys.add(link_key(link))
        except Malformed:
            continue
    return keys


def _words(title: str) -> set[str]:
    return set(WORD.findall(title.casefold()))


def _are_alike(one: set[str], other: set[str]) -> bool:
    """Return whether two titles are of the same news; a site may add its name or cut one of them."""
    shared, shorter, longer = len(one & other), min(len(one), len(other)), max(len(one), len(other))
    return shared > 0 and (shared / longer >= MIN_SHARED_WORDS or shared == shorter >= MIN_WORDS)


def _container_of(node: HtmlElement) -> HtmlElement | None:
    return next(node.iterancestors(*NEWS_CONTAINERS), None)


def _is_aside(node: HtmlElement) -> bool:
    """Return whether an element is in a part of the page that is not its news; a header inside the news is its own."""
    for ancestor in [node, *node.iterancestors()]:
        if ancestor.tag in ASIDE_TAGS or (ancestor.tag == "header" and _container_of(ancestor) is None):
            return True
        names = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        if ancestor.tag not in {"body", "html", *NEWS_CONTAINERS} and ASIDE_NAME.search(names):
            return True
    return False
