"""How Mastodon counts a text, and how its HTML is read back: links 23, a mention without its server, graphemes."""

import html
import re
import unicodedata

import regex  # type: ignore[import-untyped]

from pregonero.networks.mastodon.capabilities import CAPABILITIES

LINK = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
CLOSING = ".,;:!?…'’)]"
AWAY = re.compile(r"(?<![\w/@])(@\w(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+")
LINK_WEIGHT = CAPABILITIES.limits["link_weight"].value
_GRAPHEME = regex.compile(r"\X")
_BREAK, _PARAGRAPH, _TAG = re.compile(r"<br\s*/?>"), re.compile(r"</p>\s*<p[^>]*>"), re.compile(r"<[^>]*>")
_SPACES = re.compile(r"\s+")


def length_of(text: str, link_weight: int = LINK_WEIGHT) -> int:
    """Return the length of a text as Mastodon counts it."""
    bare = AWAY.sub(r"\1", LINK.sub(lambda match: _weighed(match[0], link_weight), text))
    return sum(1 for _ in _GRAPHEME.finditer(bare))


def same_text(text: str, content: str) -> bool:
    """Return whether the HTML of a post read back says this text."""
    return canonical(text) == canonical(text_of(content))


def text_of(content: str) -> str:
    """Return the text of a post's HTML: its links whole, since their hidden parts are text too."""
    broken = _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", content))
    return html.unescape(_TAG.sub("", broken))


def canonical(text: str) -> str:
    """Return a text in the form in which two are compared: NFC, one space, mentions without their server."""
    return _SPACES.sub(" ", AWAY.sub(r"\1", unicodedata.normalize("NFC", text))).strip()


def _weighed(link: str, weight: int) -> str:
    bare = link.rstrip(CLOSING)
    return "x" * weight + link[len(bare) :]
