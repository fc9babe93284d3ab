"""A news item's own page: Open Graph, JSON-LD and its text, as far as each says something."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import trafilatura
from lxml.html import HtmlElement

from pregonero.newsroom.reading.dates import instant
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import PAGE, Fetched, fetch
from pregonero.newsroom.reading.html import link_in, select, tree_of
from pregonero.newsroom.reading.item import SUMMARY_LIMIT, TITLE_LIMIT, digest_of
from pregonero.newsroom.reading.plain_text import line, paragraphs
from pregonero.newsroom.reading.urls import host_of

BODY_LIMIT = 100_000
ALT_LIMIT = 1000
ARTICLES = frozenset({"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "GovernmentService"})
TITLE_NAMES = ("og:title", "twitter:title")
SUMMARY_NAMES = ("og:description", "description", "twitter:description")
DATE_NAMES = ("article:published_time", "og:article:published_time", "date", "dcterms.date", "dc.date")
VIDEO_NAMES = ("og:video:secure_url", "og:video:url", "og:video")


@dataclass(frozen=True)
class Page:
    """What a page says of its news: plain text, whole links, an aware date or none."""

    address: str
    canonical: str
    title: str
    summary: str
    body: str
    section: str
    published_at: datetime | None
    picture: str
    picture_alt: str
    video: str

    @property
    def digest(self) -> str:
        """Return the digest of what the public reads on the page."""
        return digest_of(self.title, self.summary, self.body)


def open_page(link: str) -> Page:
    """Fetch and read a page. Raises `Unreadable`."""
    return read_page(fetch(link, PAGE))


def read_page(fetched: Fetched) -> Page:
    """Return what a fetched page says. Raises `Malformed` when it has no title: then it is no news."""
    tree = tree_of(fetched)
    base = str(tree.get("data-base"))
    article, meta = _article(tree), _meta(tree)
    title = line(article.get("headline"), TITLE_LIMIT) or _named(meta, TITLE_NAMES, TITLE_LIMIT) or _heading(tree)
    if not title:
        raise Malformed("La página no dice su título: ni en Open Graph, ni en JSON-LD, ni en el texto.")
    picture, alt = _picture(article, meta, base)
    return Page(
        address=fetched.address, canonical=_canonical(tree, meta, fetched.address), title=title,
        summary=_named(meta, SUMMARY_NAMES, SUMMARY_LIMIT) or line(article.get("description"), SUMMARY_LIMIT),
        body=_body(tree, fetched.address, title), section=_section(article, meta),
        published_at=_published(article, meta, tree), picture=picture, picture_alt=alt,
        video=_video(article, meta, tree, base),
    )  # fmt: skip


def _meta(tree: HtmlElement) -> list[tuple[str, str]]:
    """Return the page's meta elements in order: Open Graph repeats names, and order ties an alt to its
    picture.
    """
    found = ((node.get("property") or node.get("name") or "", node.get("content") or "") for node in tree.iter("meta"))
    return [(name.strip().lower(), content.strip()) for name, content in found if name and content.strip()]


def _named(meta: list[tuple[str, str]], names: tuple[str, ...], limit: int) -> str:
    values = (line(content, limit) for wanted in names for name, content in meta if name == wanted)
    return next((value for value in values if value), "")


def _article(tree: HtmlElement) -> dict[str, Any]:
    """Return the page's JSON-LD article, or nothing."""
    for script in select(tree, 'script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            if ARTICLES.intersection(kinds if isinstance(kinds, list) else [str(kinds)]):
                return node
    return {}


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            yield from ((inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ())


def _heading(tree: HtmlElement) -> str:
    texts = (line(" ".join(node.itertext()), TITLE_LIMIT) for name in ("h1", "title") for node in tree.iter(name))
    return next((text for text in texts if text), "")


def _canonical(tree: HtmlElement, meta: list[tuple[str, str]], address: str) -> str:
    """Return the address that the page gives itself, where it can be believed.

    Some sites name their front page, or the list, as the canonical address of every page: one above the
    page's own path, or on another host, is not believed.
    """
    declared = [
        *(node.get("href") for node in select(tree, 'link[rel~="canonical"]')),
        *(c for name, c in meta if name == "og:url"),
    ]
    for link in (link_in(found, address) for found in declared):
        if not link or host_of(link).removeprefix("www.") != host_of(address).removeprefix("www."):
            continue
        if not (urlsplit(address).path.rstrip("/") + "/").startswith(urlsplit(link).path.rstrip("/") + "/"):
            return link
    return address


def _picture(article: dict[str, Any], meta: list[tuple[str, str]], base: str) -> tuple[str, str]:
    """Return the first picture with the alternative text that belongs to it, not to another."""
    for position, (name, content) in enumerate(meta):
        if name in {"og:image", "og:image:url", "og:image:secure_url"} and link_in(content, base):
            return link_in(content, base), _alt_after(meta, position)
    for found in _listed(article.get("image")):
        link = link_in(found.get("url") if isinstance(found, dict) else found, base)
        if link:
            return link, line(found.get("caption"), ALT_LIMIT) if isinstance(found, dict) else ""
    return "", ""


def _alt_after(meta: list[tuple[str, str]], position: int) -> str:
    for name, content in meta[position + 1 :]:
        if name == "og:image:alt":
            return line(content, ALT_LIMIT)
        if name in {"og:image", "og:image:url"}:
            break
    return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _video(article: dict[str, Any], meta: list[tuple[str, str]], tree: HtmlElement, base: str) -> str:
    """Return a video file of the page; a player of another site is none."""
    embedded = any(name == "og:video:type" and not content.startswith("video/") for name, content in meta)
    declared = [] if embedded else [content for wanted in VIDEO_NAMES for name, content in meta if name == wanted]
    objects = [found.get("contentUrl") for found in _listed(article.get("video")) if isinstance(found, dict)]
    played = [node.get("src") for node in [*tree.iter("video"), *select(tree, "video source")]]
    return next((link for link in (link_in(found, base) for found in [*declared, *objects, *played]) if link), "")


def _section(article: dict[str, Any], meta: list[tuple[str, str]]) -> str:
    sections = _listed(article.get("articleSection"))
    return next((text for text in (line(found, 80) for found in sections) if text), "") or _named(
        meta, ("article:section",), 80
    )


def _published(article: dict[str, Any], meta: list[tuple[str, str]], tree: HtmlElement) -> datetime | None:
    declared = [
        article.get("datePublished"),
        *(c for wanted in DATE_NAMES for name, c in meta if name == wanted),
    ]
    times = [node.get("datetime") for node in tree.iter("time")]
    return next((date for date in (instant(text) for text in [*declared, *times]) if date is not None), None)


def _body(tree: HtmlElement, address: str, title: str) -> str:
    text = trafilatura.extract(tree, url=address, include_comments=False, include_tables=False)
    first, _, rest = paragraphs(text, BODY_LIMIT).partition("\n")
    # The heading often comes along as the first paragraph; it is said already.
    return rest if first == title else "\n".join(filter(None, (first, rest)))
