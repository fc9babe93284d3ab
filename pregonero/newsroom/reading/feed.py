"""RSS 0.9x, 1.0 and 2.0, and Atom, by feedparser; entities are looked at before it sees them."""

import re
from datetime import datetime
from typing import Any
from xml.parsers import expat

import feedparser

from pregonero.newsroom.reading.dates import instant
from pregonero.newsroom.reading.encodings import declares_known
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import Fetched
from pregonero.newsroom.reading.item import ITEMS_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT, Item
from pregonero.newsroom.reading.plain_text import line
from pregonero.newsroom.reading.urls import canonical

CLOSING = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
LOOKS_LIKE_PAGE = re.compile(rb"<\s*(?:!doctype\s+html|html)\b", re.IGNORECASE)
TAIL = 4096  # bytes in which the end of a feed is looked for: caches write comments after it
ENTITY_LIMIT = 1000  # characters of one declared entity
# How feedparser itself breaks on damaged feeds: bad encodings, huge character references, misplaced elements.
PARSER_BREAKS = (ValueError, LookupError, ArithmeticError, AttributeError, TypeError, RecursionError)


class _HasBegun(Exception):
    """The first element was reached: the declarations are over."""


def read_feed(fetched: Fetched) -> list[Item]:
    """Return the news of a feed, as it orders them. Raises `Malformed` when it is none, or came cut."""
    if not declares_known(fetched.body):
        raise Malformed("La fuente dice una codificación que no es de páginas.")
    _check_declarations(fetched.body)
    parsed = _parse(fetched)
    if not parsed.get("version") and not parsed.entries:
        raise Malformed(_what_it_is(fetched.body))
    if not CLOSING.search(fetched.body.replace(b"\0", b"")[-TAIL:]):
        raise Malformed("La fuente llegó cortada: no trae su final. No se guardó nada de ella.")
    items = (_item(entry, fetched.address) for entry in parsed.entries[:ITEMS_LIMIT])
    return [item for item in items if item is not None]


def _parse(fetched: Fetched) -> Any:
    try:
        return feedparser.parse(
            fetched.body,
            response_headers={"content-type": _content_type(fetched), "content-location": fetched.address},
            sanitize_html=False,  # only its plain text is used
            resolve_relative_uris=False,
        )
    except PARSER_BREAKS as error:
        raise Malformed("La fuente está dañada: su XML no se puede leer.") from error


def _check_declarations(body: bytes) -> None:
    """Refuse declared entities that grow, or that come from elsewhere (an entity bomb), before anything
    expands them.
    """
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _check_entity
    parser.StartElementHandler = _stop
    try:
        parser.Parse(body.lstrip(), True)
    except _HasBegun:
        return
    except (expat.ExpatError, LookupError, ValueError):
        # Not well-formed before its first element, or in an encoding that expat does not know: nothing was
        # expanded, and feedparser drops every declaration that is not a plain character.
        return


def _check_entity(_name: str, _parameter: bool, value: str | None, *_rest: object) -> None:
    if value is None or "&" in value or "%" in value or len(value) > ENTITY_LIMIT:
        raise Malformed("La fuente declara entidades que se multiplican o que vienen de otro sitio; no se leyó.")


def _stop(_name: str, _attributes: dict[str, str]) -> None:
    raise _HasBegun


def _content_type(fetched: Fetched) -> str:
    # Many servers send feeds as HTML or as plain text, whose rules of encoding would spoil them.
    return f"application/xml; charset={fetched.charset}" if fetched.charset else "application/xml"


def _what_it_is(body: bytes) -> str:
    if not body.strip():
        return "La fuente llegó vacía."
    if LOOKS_LIKE_PAGE.search(body[:TAIL]):
        return "No es RSS ni Atom: es una página. Regístrala como «página de noticias», con sus selectores."
    return "No es RSS ni Atom: lo que llegó no es XML de noticias. Revisa la dirección de la fuente."


def _item(entry: Any, base: str) -> Item | None:
    link = _link(entry, base)
    summary = line(entry.get("summary", ""), SUMMARY_LIMIT)
    title = line(entry.get("title", ""), TITLE_LIMIT) or line(summary, 120)
    if not link or not title:
        return None
    return Item(
        address=link, title=title, guid=line(entry.get("id", ""), 500), summary=summary,
        section=_section(entry), published_at=_date(entry), picture=_picture(entry, base),
    )  # fmt: skip


def _link(entry: Any, base: str) -> str:
    candidates = [entry.get("link", ""), *(link.get("href", "") for link in _listed(entry, "links"))]
    if str(entry.get("id", "")).startswith(("http://", "https://")):
        candidates.append(entry["id"])
    return next((found for found in (_canonical(link, base) for link in candidates) if found), "")


def _canonical(link: object, base: str) -> str:
    if not isinstance(link, str) or not link.strip():
        return ""
    try:
        return canonical(link, base=base)
    except Malformed:
        return ""


def _date(entry: Any) -> datetime | None:
    dates = (instant(dict.get(entry, field)) for field in ("published", "updated", "created"))
    return next((found for found in dates if found is not None), None)


def _section(entry: Any) -> str:
    return next((found for found in (line(tag.get("term"), 80) for tag in _listed(entry, "tags")) if found), "")


def _picture(entry: Any, base: str) -> str:
    """Return the picture that a feed ties to a news item; its alternative text is on the page."""
    enclosures = [link for link in _listed(entry, "links") if link.get("rel") == "enclosure"]
    pictures = [
        medium.get("url") or medium.get("href")
        for medium in [*_listed(entry, "media_content"), *enclosures]
        if "image" in f"{medium.get('medium', '')} {medium.get('type', '')}"
    ]
    thumbnails = [medium.get("url") for medium in _listed(entry, "media_thumbnail")]
    return next((link for link in (_canonical(found, base) for found in [*pictures, *thumbnails]) if link), "")


def _listed(entry: Any, name: str) -> list[dict[str, str]]:
    # `get` of feedparser's own dictionary maps names to others, and a damaged feed may put a text in a list's place.
    found = dict.get(entry, name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
