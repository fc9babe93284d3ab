"""What the reader makes of one address, for somebody who tries it from a terminal. Nothing is stored."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.test.utils import override_settings

from pregonero.media.errors import UnusableFile
from pregonero.newsroom.reading.dates import date_from
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed, Unreadable
from pregonero.newsroom.reading.fetch import MEGABYTE, FetchLimits, fetch
from pregonero.newsroom.reading.page import fetch_picture
from pregonero.newsroom.reading.parser_process import parse_apart
from pregonero.newsroom.reading.redirects import redirect_problem
from pregonero.newsroom.sources.listing import PRESETS, selector_issues
from pregonero.newsroom.sources.registry import FEED, LISTING

TRIAL_LIMITS = FetchLimits("La dirección", ("text/", "xml", "rss", "atom", "rdf", "xhtml"), 8 * MEGABYTE, 20)
KIND_LABELS = {"feed": "Noticias de una fuente RSS o Atom", "listing": "Noticias de una página", "page": "Noticia"}
LOOPBACK = ("127.0.0.0/8", "::1/128")
TEXT_LIMIT = 300  # characters of the text that are shown
FEED_SIGN = re.compile(rb"<\s*(?:[\w.-]+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
HTML_SIGN = re.compile(rb"<\s*(?:!doctype\s+html|html)\b", re.IGNORECASE)
START_BYTES = 4096


def read_address(
    address: str, *, kind: str = "", selectors: Mapping[str, str] | None = None, loopback: bool = False
) -> dict[str, Any]:
    """Return the kind of the document, its items and the outcome: "read", or "refused" with a Spanish `message`.

    A document that was read has a message too if its address leads to another page.

    `loopback` allows addresses of this machine. Without `kind`, it is a feed if it begins like one; a listing if
    `selectors` are given or those of a preset match; or else a page. The picture of a page is also read, to say if it
    would be taken.
    """
    allowed = [*settings.PRIVATE_ADDRESSES_ALLOWED, *(LOOPBACK if loopback else ())]
    with (
        tempfile.TemporaryDirectory(prefix="pregonero-read-") as folder,
        override_settings(PRIVATE_ADDRESSES_ALLOWED=allowed, MEDIA_FOLDER=folder),
    ):
        report: dict[str, Any] = {"address": address, "ended_at": "", "kind": kind or "unknown", "items": []}
        try:
            document = fetch(address, TRIAL_LIMITS)
            report["ended_at"] = document.address
            report["kind"], report["items"] = _parse(document, kind, dict(selectors or {}))
        except Unreadable as refusal:
            return {**report, "outcome": "refused", "message": refusal.message}
        return {**report, "outcome": "read", "message": redirect_problem(address, document.address)}


def selectors_from(written: Iterable[str]) -> dict[str, str]:
    """Return the selectors written as "part=CSS". Raises `ValueError` with a Spanish sentence."""
    selectors = {name.strip(): css.strip() for name, _, css in (text.partition("=") for text in written)}
    issues = selector_issues(selectors) if selectors else []
    if issues:
        raise ValueError(" ".join(issue.text for issue in issues))
    return selectors


def text_of(report: dict[str, Any]) -> str:
    """Return a report as lines of text for a person."""
    if report["outcome"] != "read":
        return str(report["message"])
    lines = [f"{KIND_LABELS[report['kind']]}: {len(report['items'])} en {report['ended_at']}"]
    lines += [report["message"]] if report["message"] else []
    for item in report["items"]:
        lines += [
            "",
            item["title"],
            *(f"  {item[name]}" for name in ("instant", "link", "picture", "text") if item[name]),
        ]
    return "\n".join(lines)


def _parse(document: Document, kind: str, selectors: dict[str, str]) -> tuple[str, list[dict[str, Any]]]:
    start = document.body[:START_BYTES].replace(b"\0", b"")
    if kind == "feed" or (not kind and FEED_SIGN.search(start) and not HTML_SIGN.search(start)):
        return "feed", [_item(row) for row in parse_apart(FEED.parser, document, name="La fuente")]
    if kind == "listing" or (not kind and selectors):
        return "listing", _listing(document, selectors or PRESETS["mincit"])
    if not kind:
        try:
            return "listing", _listing(document, PRESETS["mincit"])
        except Malformed:
            pass  # it is not a listing of the known form: a page
    return "page", [_page(parse_apart("page", document, name="La página"))]


def _listing(document: Document, selectors: dict[str, str]) -> list[dict[str, Any]]:
    rows = parse_apart(LISTING.parser, document, name="La página", options=selectors)
    return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "link": row["address"],
        "instant": _instant(row["published_at"]),
        "picture": row["picture"],
        "picture_alt": row["picture_alt"],
        "text": row["summary"][:TEXT_LIMIT],
        "section": row["section"],
        "guid": row["guid"],
    }


def _page(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": fields["title"],
        "link": fields["canonical"],
        "instant": _instant(fields["published_at"]),
        "picture": fields["picture"],
        "picture_alt": fields["picture_alt"],
        "picture_outcome": _picture_outcome(fields["picture"]),
        "video": fields["video"],
        "summary": fields["summary"],
        "text": fields["body"][:TEXT_LIMIT],
        "section": fields["section"],
    }


def _instant(written: str | None) -> str | None:
    date = date_from(written)
    return date.isoformat() if date is not None else None


def _picture_outcome(link: str) -> dict[str, Any] | None:
    """Return the measures of a picture, or in Spanish why it would not be taken."""
    if not link:
        return None
    try:
        stored = asdict(fetch_picture(link))
    except (Unreadable, UnusableFile) as refusal:
        return {"outcome": "refused", "message": refusal.message}
    return {"outcome": "read", **{name: stored[name] for name in ("mime", "width", "height", "size")}}
