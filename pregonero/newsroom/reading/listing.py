"""A page that lists news, read by CSS selectors."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pregonero.newsroom.reading.dates import instant
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import Fetched
from pregonero.newsroom.reading.html import link_in, select, tree_of
from pregonero.newsroom.reading.item import ITEMS_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT, Item
from pregonero.newsroom.reading.plain_text import line


def read_listing(fetched: Fetched, selectors: Mapping[str, str]) -> list[Item]:
    """Return the news of a listing, in its order. Raises `Malformed` when no element fits: the page has
    changed.
    """
    tree = tree_of(fetched)
    nodes = select(tree, selectors["item"])[:ITEMS_LIMIT]
    base = str(tree.get("data-base"))
    items = [item for item in (_item(node, selectors, base) for node in nodes) if item is not None]
    if not items:
        raise Malformed(
            f"Ninguna noticia coincide con el selector «{selectors['item']}». Quizá la página cambió: "
            "revisa los selectores de la fuente."
        )
    return items


def _item(node: HtmlElement, selectors: Mapping[str, str], base: str) -> Item | None:
    link = link_in(_href(node, selectors.get("link", "")), base)
    title = _text(node, selectors["title"], TITLE_LIMIT)
    if not link or not title:
        return None
    picture = _first(node, selectors.get("picture", ""))
    return Item(
        address=link, title=title, summary=_text(node, selectors.get("summary", ""), SUMMARY_LIMIT),
        section=_section(link, selectors.get("section_after", "")), published_at=_date(node, selectors),
        picture=link_in(_source(picture), base), picture_alt=line(_attribute(picture, "alt"), 1000),
    )  # fmt: skip


def _first(node: HtmlElement, selector: str) -> HtmlElement | None:
    if not selector:
        return None
    return next(iter(select(node, selector)), None)


def _text(node: HtmlElement, selector: str, limit: int) -> str:
    found = _first(node, selector)
    # Spaces between elements, or "21 mayo" and "2026" of two spans would run together.
    return line(" ".join(found.itertext()), limit) if found is not None else ""


def _href(node: HtmlElement, selector: str) -> str:
    found = _first(node, selector) if selector else node
    if found is None:
        return ""
    links = [found] if found.get("href") else list(found.iter("a"))
    return next((link.get("href") or "" for link in links if link.get("href")), "")


def _date(node: HtmlElement, selectors: Mapping[str, str]) -> datetime | None:
    found = _first(node, selectors.get("date", ""))
    if found is None:
        return None
    written = (_attribute(found, "datetime"), _attribute(found, "content"), " ".join(found.itertext()))
    return next((date for date in (instant(text) for text in written) if date is not None), None)


def _source(picture: HtmlElement | None) -> str:
    # Pages that load pictures late keep the address elsewhere, with an empty picture in `src`.
    sources = (_attribute(picture, name) for name in ("data-src", "data-lazy-src", "src"))
    return next((source for source in sources if source and not source.startswith("data:")), "")


def _attribute(node: HtmlElement | None, name: str) -> str:
    return str(node.get(name) or "") if node is not None else ""


def _section(link: str, after: str) -> str:
    segments = [segment for segment in urlsplit(link).path.split("/") if segment]
    if not after or after not in segments:
        return ""
    following = segments[segments.index(after) + 1 :]
    # The last segment is the news itself; before it, its section.
    return following[0].replace("-", " ")[:80] if len(following) > 1 else ""
