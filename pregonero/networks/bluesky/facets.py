"""What in a text is a link, a mention or a hashtag: Bluesky marks nothing by itself, and counts places in bytes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import regex  # type: ignore[import-untyped]

from pregonero.networks.bluesky.capabilities import CAPABILITIES

LINK = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@./-])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])", re.I)
TAG = regex.compile(r"(?<!\S)[#＃](?!\ufe0f)(\S*?)[\p{P}]*(?!\S)")
CLOSING = ".,;:!?…'’)]"
_GRAPHEME = regex.compile(r"\X")

Facet = dict[str, Any]


def graphemes(text: str) -> int:
    """Return how many characters a person sees: an emoji of several parts is one."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def links_in(text: str) -> list[str]:
    """Return the links of a text, in order."""
    return [link for link, _ in _links(text)]


def handles_in(text: str) -> list[str]:
    """Return the names that a text mentions, each once, in order."""
    return list(dict.fromkeys(handle for handle, _ in _mentions(text)))


def facets_of(text: str, accounts: Mapping[str, str]) -> list[Facet]:
    """Return the marks of a text; `accounts` gives the identity (DID) of each name that is somebody's."""
    marks = [(place, {"$type": "app.bsky.richtext.facet#link", "uri": link}) for link, place in _links(text)]
    marks += [
        (place, {"$type": "app.bsky.richtext.facet#mention", "did": accounts[handle]})
        for handle, place in _mentions(text)
        if accounts.get(handle)
    ]
    marks += [(place, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}) for tag, place in _tags(text)]
    return [{"index": _bytes(text, *place), "features": [feature]} for place, feature in sorted(marks, key=_start)]


def _start(mark: tuple[tuple[int, int], dict[str, str]]) -> int:
    return mark[0][0]


def _bytes(text: str, start: int, end: int) -> dict[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}


def _links(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for match in LINK.finditer(text):
        link = match[0].rstrip(CLOSING)
        while match[0][len(link) :].startswith(")") and link.count("(") > link.count(")"):
            link = match[0][: len(link) + 1]  # a closing bracket whose opening one is in the link belongs to it
        if "://" in link:
            yield link, (match.start(), match.start() + len(link))


def _mentions(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    taken = [place for _, place in _links(text)]
    for match in MENTION.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            yield match[1].lower(), match.span()


def _tags(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    most, most_bytes = CAPABILITIES.limits["tag"].value, CAPABILITIES.limits["tag_bytes"].value
    for match in TAG.finditer(text):
        tag = match[1]
        short = graphemes(tag) <= most and len(tag.encode()) <= most_bytes
        if tag and not tag.isdigit() and short:
            yield tag, (match.start(), match.end(1))
