"""How Mastodon counts a text, and how the HTML of a post read back is compared with the text that was sent."""

import html
import re
import unicodedata

import regex  # type: ignore[import-untyped]

from pregonero.networks.mastodon.network import CAPABILITIES

LINK = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
CLOSING = ".,;:!?…'’)]"
REMOTE_MENTION = re.compile(r"(?<![\w/@])(@\w(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+")
LINK_WEIGHT = CAPABILITIES.limits["link_weight"].value
_GRAPHEME = regex.compile(r"\X")
_BREAK, _PARAGRAPH, _TAG = re.compile(r"<br\s*/?>"), re.compile(r"</p>\s*<p[^>]*>"), re.compile(r"<[^>]*>")
_SPACES = re.compile(r"\s+")


def length_of(text: str, link_weight: int = LINK_WEIGHT) -> int:
    """Return the length of a text in graphemes: a link counts `link_weight`, and a mention without its server."""
    shortened = REMOTE_MENTION.sub(r"\1", LINK.sub(lambda match: _shorten(match[0], link_weight), text))
    return sum(1 for _ in _GRAPHEME.finditer(shortened))


def is_same_text(text: str, content: str) -> bool:
    """Return whether the HTML of a post has this text."""
    return canonical(text) == canonical(text_of(content))


def text_of(content: str) -> str:
    """Return the text of a post's HTML, with complete links: their hidden parts are also text."""
    with_newlines = _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", content))
    return html.unescape(_TAG.sub("", with_newlines))


def canonical(text: str) -> str:
    """Return a text in the form used to compare two: NFC, single spaces, mentions without their server."""
    return _SPACES.sub(" ", REMOTE_MENTION.sub(r"\1", unicodedata.normalize("NFC", text))).strip()


def _shorten(link: str, weight: int) -> str:
    without_punctuation = link.rstrip(CLOSING)
    return "x" * weight + link[len(without_punctuation) :]
