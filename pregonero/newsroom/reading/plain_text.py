"""Words of others as plain text: no markup, no control characters, never longer than their column."""

import html
import re
import unicodedata

import nh3

BLOCKS = re.compile(r"<\s*/?\s*(?:p|br|div|li|h[1-6]|tr)\b[^>]*>", re.IGNORECASE)
# What PostgreSQL or XML would not take, and what turns text around on the screen (bidirectional overrides).
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
SPACES = re.compile(r"\s+")
ELLIPSIS = "…"


def line(value: object, limit: int) -> str:
    """Return the value as one line of plain text of at most `limit` characters; anything else is empty."""
    if not isinstance(value, str):
        return ""
    text = SPACES.sub(" ", UNWANTED.sub("", unicodedata.normalize("NFC", _bare(value)))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def paragraphs(value: object, limit: int) -> str:
    """Return the value as plain text that keeps its paragraphs, of at most `limit` characters."""
    if not isinstance(value, str):
        return ""
    rows = (line(row, limit) for row in UNWANTED.sub("", value).splitlines())
    return "\n".join(row for row in rows if row)[:limit].rstrip()


def _bare(value: str) -> str:
    if "<" not in value and "&" not in value:
        return value
    # nh3 leaves text escaped as HTML; what a feed escaped twice comes out once more, still only as text.
    stripped = nh3.clean(BLOCKS.sub(" ", value), tags=set())
    return html.unescape(html.unescape(stripped))
