"""X's treatment of a text: it shortens links, escapes entities and counts a weighted length."""

from __future__ import annotations

import functools
import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from emoji import replace_emoji
from twitter_text import parse_tweet
from twitter_text.extract_urls import extract_urls_with_indices

LIMIT = 280
OLD_EMOJI = "\N{GRINNING FACE}"  # weighs 2; the parser's table has none of those after Unicode 12
# X does not link an address without a public domain; here loopback counts, since the lab's website is on it.
LOOPBACK = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[^\s<>\"«»]*)?")
TRAILING = ".,;:!?)'\u2026"
HASHTAG = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")
MENTION = re.compile(r"(?<![\w@])@(\w{1,15})\b")


@dataclass(frozen=True)
class Link:
    start: int
    end: int
    address: str


def find_links(text: str) -> list[Link]:
    """Return the links of a text, in order, as X recognizes them."""
    if "." not in text and "localhost" not in text:
        return []
    links: list[Link] = []
    for word in re.finditer(r"\S+", text):
        for start, end, address in _links_in(word[0]):
            links.append(Link(word.start() + start, word.start() + end, address))
    return links


@functools.lru_cache(maxsize=4096)
def _links_in(word: str) -> tuple[tuple[int, int, str], ...]:
    loopback = LOOPBACK.search(word)
    if loopback is not None:
        address = loopback[0].rstrip(TRAILING)
        return ((loopback.start(), loopback.start() + len(address), address),)
    if "." not in word:
        return ()
    entries = extract_urls_with_indices(word)
    return tuple((entry["indices"][0], entry["indices"][1], entry["url"]) for entry in entries)


def short_address(address: str) -> str:
    """Return the t.co address of a link; the same link always gets the same one."""
    return "https://t.co/" + hashlib.sha256(address.encode()).hexdigest()[:10]


def rewrite(text: str, links: list[Link]) -> str:
    """Return the text as X stores it: links shortened, and & < > escaped."""
    pieces, at = [], 0
    for link in links:
        pieces += [html.escape(text[at : link.start], quote=False), short_address(link.address)]
        at = link.end
    pieces.append(html.escape(text[at:], quote=False))
    return "".join(pieces)


def fits(text: str, links: list[Link]) -> bool:
    """Whether the weighted length is at most LIMIT and every character is allowed."""
    shortened, at = [], 0
    for link in links:
        shortened += [text[at : link.start], short_address(link.address)]
        at = link.end
    plain = "".join([*shortened, text[at:]])
    # The exact parser takes half a millisecond, so it runs only when this upper bound does not decide.
    if len(plain) + sum(1 for letter in plain if not letter.isascii()) <= LIMIT and plain.isprintable():
        return bool(plain.strip())
    return bool(parse_tweet(replace_emoji(unicodedata.normalize("NFC", plain), OLD_EMOJI)).valid)


def entities(shown: str, expanded: dict[str, str]) -> dict[str, Any]:
    """Return the entities of a stored text, with indices into it; `expanded` maps each t.co address to its link."""
    result: dict[str, Any] = {}
    urls = [
        {
            "start": match.start(),
            "end": match.end(),
            "url": match[0],
            "expanded_url": expanded[match[0]],
            "display_url": _display(expanded[match[0]]),
        }
        for match in re.finditer(r"https://t\.co/\w{10}", shown)
        if match[0] in expanded
    ]
    tags = [{"start": match.start(), "end": match.end(), "tag": match[1]} for match in HASHTAG.finditer(shown)]
    mentions = [{"start": match.start(), "end": match.end(), "username": match[1]} for match in MENTION.finditer(shown)]
    for name, entries in (("urls", urls), ("hashtags", tags), ("mentions", mentions)):
        if entries:
            result[name] = entries
    return result


def _display(address: str) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", address)
    return bare if len(bare) <= 27 else bare[:26] + "…"  # noqa: PLR2004
