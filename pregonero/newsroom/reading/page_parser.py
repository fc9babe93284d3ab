"""A news item's own page: title, text, date and media from Open Graph, JSON-LD and HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import trafilatura
from lxml.html import HtmlElement

from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.html import absolute_link, base_of, joined_text, parse_html, select
from pregonero.newsroom.reading.own_parts import as_list, own_article, own_times
from pregonero.newsroom.reading.text import (
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    digest_of,
    loose_line,
    markup_line,
    one_line,
    paragraphs,
)
from pregonero.newsroom.reading.urls import host_of, without_anchor

BODY_LIMIT = 100_000  # characters
ALT_LIMIT = 1000
SECTION_LIMIT = 80
TITLE_NAMES = ("og:title", "twitter:title")
SUMMARY_NAMES = ("og:description", "description", "twitter:description")
DATE_NAMES = ("article:published_time", "og:article:published_time", "date", "dcterms.date", "dc.date")
PICTURE_NAMES = frozenset({"og:image", "og:image:url", "og:image:secure_url"})
VIDEO_NAMES = ("og:video:secure_url", "og:video:url", "og:video")

Meta = list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """What a page says: plain text, absolute links, an aware date or None; what it does not say is ""."""

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
        """Return the SHA-256 of the title, the summary and the body."""
        return digest_of(self.title, self.summary, self.body)


def parse_page(document: Document) -> Page:
    """Return what a page says. Raises `Malformed` when it has no title."""
    tree = parse_html(document)
    base = base_of(tree)
    meta = _meta(tree)
    canonical, headings = _canonical(tree, meta, document.address), _headings(tree)
    titles = [*filter(None, [_named(meta, TITLE_NAMES, TITLE_LIMIT)]), *headings]
    article = own_article(tree, addresses=(document.address, canonical), titles=titles)
    title = markup_line(article.get("headline"), TITLE_LIMIT) or _first(titles)
    if not title:
        raise Malformed("La página no dice su título: ni en Open Graph, ni en JSON-LD, ni en el texto.")
    picture, alt = _picture(article, meta, base)
    video, published_at = _video(article, meta, tree, base), _published_at(article, meta, tree)
    return Page(
        address=document.address,
        canonical=canonical,
        title=title,
        summary=_named(meta, SUMMARY_NAMES, SUMMARY_LIMIT) or markup_line(article.get("description"), SUMMARY_LIMIT),
        body=_body(tree, article, document.address, title),
        section=_section(article, meta),
        published_at=published_at,
        picture=picture,
        picture_alt=alt,
        video=video,
    )


def _meta(tree: HtmlElement) -> Meta:
    """Return the names and contents of the meta elements, in document order: an alt follows its image."""
    pairs = ((node.get("property") or node.get("name") or "", node.get("content") or "") for node in tree.iter("meta"))
    return [(name.strip().lower(), content.strip()) for name, content in pairs if name and content.strip()]


def _contents(meta: Meta, names: tuple[str, ...]) -> list[str]:
    """Return the contents of the meta elements with these names, in the order of the names."""
    return [content for wanted in names for name, content in meta if name == wanted]


def _named(meta: Meta, names: tuple[str, ...], limit: int) -> str:
    return _first(loose_line(content, limit) for content in _contents(meta, names))


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _headings(tree: HtmlElement) -> list[str]:
    """Return the texts of the headings and of the title element, the first one first."""
    texts = (one_line(joined_text(node), TITLE_LIMIT) for name in ("h1", "title") for node in tree.iter(name))
    return [text for text in texts if text]


def _canonical(tree: HtmlElement, meta: Meta, address: str) -> str:
    """Return the canonical address that the page declares, or its own.

    Some sites declare their front page, or the list of news, as the canonical address of every page: a declared address
    on another host, or that contains the page's own path, is ignored.
    """
    address = without_anchor(address)
    if "#" in address:
        return address  # a single-page site declares the same address for all its routes
    declared = [node.get("href") for node in select(tree, 'link[rel~="canonical"]')]
    declared += [content for name, content in meta if name == "og:url"]
    for link in (absolute_link(candidate, address) for candidate in declared):
        if not link or host_of(link).removeprefix("www.") != host_of(address).removeprefix("www."):
            continue
        if not (urlsplit(address).path.rstrip("/") + "/").startswith(urlsplit(link).path.rstrip("/") + "/"):
            return link
    return address


def _picture(article: dict[str, Any], meta: Meta, base: str) -> tuple[str, str]:
    """Return the address of the first image, and its own alternative text."""
    for position, (name, content) in enumerate(meta):
        if name in PICTURE_NAMES and (link := absolute_link(content, base)):
            return link, _alt_after(meta, position)
    for image in as_list(article.get("image")):
        fields = image if isinstance(image, dict) else {"url": image}
        if link := absolute_link(fields.get("url"), base):
            return link, markup_line(fields.get("caption"), ALT_LIMIT)
    return "", ""


def _alt_after(meta: Meta, position: int) -> str:
    for name, content in meta[position + 1 :]:
        if name == "og:image:alt":
            return loose_line(content, ALT_LIMIT)
        if name in {"og:image", "og:image:url"}:
            break
    return ""


def _video(article: dict[str, Any], meta: Meta, tree: HtmlElement, base: str) -> str:
    """Return the address of a video file of the page; an embedded player is not a file."""
    is_player = any(name == "og:video:type" and not content.startswith("video/") for name, content in meta)
    candidates: list[Any] = [] if is_player else list(_contents(meta, VIDEO_NAMES))
    candidates += [video.get("contentUrl") for video in as_list(article.get("video")) if isinstance(video, dict)]
    candidates += [node.get("src") for node in [*tree.iter("video"), *select(tree, "video source")]]
    return _first(absolute_link(candidate, base) for candidate in candidates)


def _section(article: dict[str, Any], meta: Meta) -> str:
    sections = [*as_list(article.get("articleSection")), *_contents(meta, ("article:section",))]
    return _first(markup_line(section, SECTION_LIMIT) for section in sections)


def _published_at(article: dict[str, Any], meta: Meta, tree: HtmlElement) -> datetime | None:
    candidates = [article.get("datePublished"), *_contents(meta, DATE_NAMES)]
    candidates += [node.get("datetime") or joined_text(node) for node in own_times(tree)]
    return next((date for date in map(parse_date, candidates) if date is not None), None)


def _body(tree: HtmlElement, article: dict[str, Any], address: str, title: str) -> str:
    """Return the paragraphs of the news. The tree is changed: it is not for use afterwards."""
    for script in list(tree.iter("script")):
        script.drop_tree()  # trafilatura fails on damaged JSON-LD
    for node in tree.iter():
        # trafilatura decodes entities in text that has none left, and "&copy=" would become "©=".
        node.text, node.tail = (part and part.replace("&", "&amp;") for part in (node.text, node.tail))
    text = trafilatura.extract(tree, url=address, include_comments=False, include_tables=False)
    first, _, rest = paragraphs(text or article.get("articleBody"), BODY_LIMIT).partition("\n")
    # The heading is often extracted as the first paragraph.
    return rest if first == title else "\n".join(filter(None, (first, rest)))
