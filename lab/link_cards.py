"""The card of a link under a post: which link each network takes, and what the page of the link says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lab.mastodon import text as mastodon_text
from lab.site.website import News
from lab.store.posts import Post
from lab.x.text import find_links

FindNews = Callable[[str], News | None]


@dataclass(frozen=True)
class LinkCard:
    """A card; without a title, the page of the link could not be read."""

    link: str
    domain: str
    title: str = ""
    picture: str = ""


def card_of(post: Post, find_news: FindNews) -> LinkCard | None:
    """Return the card of a post: of the link that it was sent with, or of a link of its text. Media exclude it."""
    link = "" if post.media else _link_of(post)
    if not link:
        return None
    domain, news = (urlsplit(link).hostname or "").removeprefix("www."), find_news(urlsplit(link).path)
    if news is None:
        return LinkCard(link, domain)
    picture = f"/sitio/getmedia/{news.slug}.jpg" if news.picture else ""
    return LinkCard(link, domain, news.title, picture)


def _link_of(post: Post) -> str:
    if post.network == "facebook":
        return post.link
    if post.network == "x":
        links = find_links(post.text)
        return links[-1].address if links else ""
    if post.network == "mastodon":
        return next((piece for piece, is_link in mastodon_text.pieces(post.text) if is_link), "")
    return ""
