"""Mastodon's treatment of a text: its length in characters, and its conversion to HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import regex  # type: ignore[import-untyped]

from lab.x.text import find_links

LINK_LENGTH = 23
VISIBLE_LENGTH = 30
SCHEME = re.compile(r"https?://(www\.)?")
REMOTE_MENTION = re.compile(r"(?<![\w/@])@(\w(?:[\w.-]*\w)?)@([\w-]+(?:\.[\w-]+)+)")
HASHTAG = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)")
GRAPHEME = regex.compile(r"\X")


def length(text: str) -> int:
    """Return the length in graphemes; a link counts LINK_LENGTH, a mention counts without its server."""
    counted = ["x" * LINK_LENGTH if is_link else REMOTE_MENTION.sub(r"@\1", piece) for piece, is_link in pieces(text)]
    return sum(1 for _ in GRAPHEME.finditer("".join(counted)))


def to_html(text: str, origin: str, exists: Callable[[str], bool]) -> str:
    """Return the text as HTML, with paragraphs, line breaks, links, hashtags and mentions of accounts that exist."""
    shown = "".join(_link(piece) if is_link else _plain(piece, origin, exists) for piece, is_link in pieces(text))
    paragraphs = re.split(r"\n\n+", shown.replace("\r\n", "\n").strip())
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)


def pieces(text: str) -> list[tuple[str, bool]]:
    """Split a text into (piece, is_link); an address without http:// or https:// is not a link on Mastodon."""
    pieces, at = [], 0
    for link in find_links(text):
        if SCHEME.match(text[link.start : link.end].lower()):
            pieces += [(text[at : link.start], False), (text[link.start : link.end], True)]
            at = link.end
    return [*pieces, (text[at:], False)]


def _link(address: str) -> str:
    prefix = (SCHEME.match(address.lower()) or [""])[0]
    shown, rest = address[len(prefix) : len(prefix) + VISIBLE_LENGTH], address[len(prefix) + VISIBLE_LENGTH :]
    parts = (("invisible", address[: len(prefix)]), ("ellipsis" if rest else "", shown), ("invisible", rest))
    spans = "".join(f'<span class="{name}">{html.escape(part)}</span>' for name, part in parts)
    return f'<a href="{html.escape(address)}" target="_blank" rel="nofollow noopener" translate="no">{spans}</a>'


def _plain(piece: str, origin: str, exists: Callable[[str], bool]) -> str:
    def mention(match: re.Match[str]) -> str:
        if not exists(match[1]):
            return match[0]
        address = f"{origin}/mastodon/@{match[1]}"
        inner = f'<a href="{address}" class="u-url mention">@<span>{match[1]}</span></a>'
        return f'<span class="h-card" translate="no">{inner}</span>'

    def hashtag(match: re.Match[str]) -> str:
        address = f"{origin}/mastodon/tags/{match[1]}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{match[1]}</span></a>'

    return REMOTE_MENTION.sub(mention, HASHTAG.sub(hashtag, html.escape(piece, quote=False)))
