"""RSS and Atom feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, parsed by feedparser."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.parsers import expat

import feedparser

from pregonero.newsroom.reading.charsets import declares_page_charset
from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import FEED_LIMITS
from pregonero.newsroom.reading.html import absolute_link, parse_html
from pregonero.newsroom.reading.text import SUMMARY_LIMIT, TITLE_LIMIT, markup_line, one_line
from pregonero.newsroom.sources.base import ITEMS_LIMIT, Item, PolledSourceKind

CLOSING_TAG = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
HTML_PAGE = re.compile(rb"<\s*(?:!doctype\s+html|html)\b", re.IGNORECASE)
EDGE_BYTES = 4096  # at each end of a feed; caches write comments after the closing tag
ENTITY_LIMIT = 1000  # characters of one declared entity
# What feedparser raises on damaged feeds: bad encodings, huge character references, misplaced elements.
PARSER_ERRORS = (ValueError, LookupError, ArithmeticError, AttributeError, TypeError, RecursionError)


class FeedSource(PolledSourceKind):
    """An RSS or Atom feed of the official website."""

    code = "FEED"
    label = "RSS o Atom"
    description = "La sede ofrece una dirección RSS o Atom. Es lo más seguro: úsala si existe."
    limits = FEED_LIMITS

    def parse(self, document: Document, options: Mapping[str, str]) -> list[Item]:
        """Return the news of a feed, in its order. Raises `Malformed`."""
        return parse_feed(document)


class _DeclarationsEnded(Exception):
    """The parser reached the first element, so it has seen every entity declaration."""


def parse_feed(document: Document) -> list[Item]:
    """Return the news of a feed, in its order. Raises `Malformed` if it is not a feed or is incomplete."""
    if not declares_page_charset(document.body):
        raise Malformed("La fuente dice una codificación que no es de páginas.")
    _check_declarations(document.body)
    feed = _parse(document)
    if not feed.get("version") and not feed.entries:
        raise Malformed(_describe(document))
    if not CLOSING_TAG.search(document.body.replace(b"\0", b"")[-EDGE_BYTES:]):
        raise Malformed("La fuente llegó cortada: no trae su final. No se guardó nada de ella.")
    is_atom = str(feed.get("version", "")).startswith("atom")
    items = (_item(entry, document.address, is_atom=is_atom) for entry in feed.entries[:ITEMS_LIMIT])
    return [item for item in items if item is not None]


def _parse(document: Document) -> Any:
    # Many servers send feeds as HTML or as plain text, whose encoding rules give wrong characters.
    content_type = f"application/xml; charset={document.charset}" if document.charset else "application/xml"
    try:
        return feedparser.parse(
            document.body,
            response_headers={"content-type": content_type, "content-location": document.address},
            sanitize_html=False,  # `one_line` removes the markup
            resolve_relative_uris=False,
        )
    except PARSER_ERRORS as error:
        raise Malformed("La fuente está dañada: su XML no se puede leer.") from error


def _check_declarations(body: bytes) -> None:
    """Raise `Malformed` if the XML declares external or nested entities (an entity bomb), before they are expanded."""
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _check_entity
    parser.StartElementHandler = _end_declarations
    try:
        parser.Parse(body.lstrip(), True)
    except _DeclarationsEnded:
        return
    except (expat.ExpatError, LookupError, ValueError):
        # It is not well-formed before its first element, or expat does not know its encoding: nothing was expanded, and
        # feedparser ignores every declaration that is not a plain character.
        return


def _check_entity(_name: str, _is_parameter: bool, value: str | None, *_rest: object) -> None:
    if value is None or "&" in value or "%" in value or len(value) > ENTITY_LIMIT:
        raise Malformed("La fuente declara entidades que se multiplican o que vienen de otro sitio; no se leyó.")


def _end_declarations(_name: str, _attributes: dict[str, str]) -> None:
    raise _DeclarationsEnded


def _describe(document: Document) -> str:
    """Return, in Spanish, what a document is that is not a feed. Raises `Malformed` if it is a challenge page."""
    if not document.body.strip():
        return "La fuente llegó vacía."
    if HTML_PAGE.search(document.body[:EDGE_BYTES]):
        parse_html(document)
        return "No es RSS ni Atom: es una página. Regístrala como «página de noticias», con sus selectores."
    return "No es RSS ni Atom: lo que llegó no es XML de noticias. Revisa la dirección de la fuente."


def _item(entry: Any, base: str, *, is_atom: bool) -> Item | None:
    link = _link(entry, base)
    summary = _text(entry, "summary", SUMMARY_LIMIT, is_atom=is_atom)
    title = _text(entry, "title", TITLE_LIMIT, is_atom=is_atom) or one_line(summary, 120)
    if not link or not title:
        return None
    return Item(
        address=link,
        title=title,
        guid=one_line(entry.get("id", ""), 500),
        summary=summary,
        section=_section(entry),
        published_at=_published_at(entry),
        picture=_picture(entry, base),
    )


def _text(entry: Any, name: str, limit: int, *, is_atom: bool) -> str:
    """Return a text of the entry. Atom says which texts are plain; in RSS any of them may be HTML."""
    detail = entry.get(f"{name}_detail")
    is_plain = is_atom and isinstance(detail, dict) and detail.get("type") == "text/plain"
    return (one_line if is_plain else markup_line)(entry.get(name, ""), limit)


def _link(entry: Any, base: str) -> str:
    candidates = [entry.get("link", ""), *(link.get("href", "") for link in _dictionaries(entry, "links"))]
    if str(entry.get("id", "")).startswith(("http://", "https://")):
        candidates.append(entry["id"])
    return _first_link(candidates, base)


def _first_link(candidates: list[Any], base: str) -> str:
    return next((link for link in (absolute_link(candidate, base) for candidate in candidates) if link), "")


def _published_at(entry: Any) -> datetime | None:
    dates = (parse_date(dict.get(entry, field)) for field in ("published", "updated", "created"))
    return next((date for date in dates if date is not None), None)


def _section(entry: Any) -> str:
    terms = (one_line(tag.get("term"), 80) for tag in _dictionaries(entry, "tags"))
    return next((term for term in terms if term), "")


def _picture(entry: Any, base: str) -> str:
    """Return the address of the entry's image. A feed has no alternative text: it comes from the page."""
    enclosures = [link for link in _dictionaries(entry, "links") if link.get("rel") == "enclosure"]
    pictures = [
        medium.get("url") or medium.get("href")
        for medium in [*_dictionaries(entry, "media_content"), *enclosures]
        if "image" in f"{medium.get('medium', '')} {medium.get('type', '')}"
    ]
    thumbnails = [medium.get("url") for medium in _dictionaries(entry, "media_thumbnail")]
    return _first_link([*pictures, *thumbnails], base)


def _dictionaries(entry: Any, name: str) -> list[dict[str, str]]:
    """Return the dictionaries in a list of an entry; a damaged feed may have a text instead of the list.

    `dict.get` avoids feedparser's own `get`, which replaces some names by others.
    """
    values = dict.get(entry, name, [])
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
