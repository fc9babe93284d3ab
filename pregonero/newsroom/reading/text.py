"""Text from outside: plain, without control characters, cut to the length of its column; and the encodings of pages."""

import codecs
import hashlib
import html
import json
import re
import unicodedata

import nh3

TITLE_LIMIT = 300  # characters
SUMMARY_LIMIT = 2000
ELLIPSIS = "…"
BLOCK_TAGS = re.compile(r"<\s*/?\s*(?:p|br|div|li|h[1-6]|tr)\b[^>]*>", re.IGNORECASE)
# Characters that PostgreSQL or XML does not accept, and those that reverse the text on the screen.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
SPACES = re.compile(r"\s+")

CHARSET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,80})""", re.IGNORECASE)
# Codecs of Python that no page uses; some take minutes on a long input.
NOT_FOR_PAGES = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"})
XML_DECLARATION_BYTES = 1024


def one_line(value: object, limit: int) -> str:
    """Return a text as one line of plain text of at most `limit` characters; any other value gives ""."""
    if not isinstance(value, str):
        return ""
    text = SPACES.sub(" ", UNWANTED.sub("", unicodedata.normalize("NFC", _without_markup(value)))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def paragraphs(value: object, limit: int) -> str:
    """Return a text as plain text with one paragraph in each line, of at most `limit` characters."""
    if not isinstance(value, str):
        return ""
    lines = (one_line(line, limit) for line in UNWANTED.sub("", value).splitlines())
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def digest_of(*texts: str) -> str:
    """Return the SHA-256 of texts, in hexadecimal."""
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()


def page_charset(name: str) -> str:
    """Return the name in lower case if it is a text encoding that pages use, or ""."""
    return name.lower() if CHARSET_NAME.fullmatch(name) and _codec_name(name) not in NOT_FOR_PAGES | {""} else ""


def declares_page_charset(body: bytes) -> bool:
    """Return False if an XML document declares an encoding that pages do not use.

    An unknown name gives True: the parser ignores it.
    """
    match = XML_ENCODING.search(body[:XML_DECLARATION_BYTES].replace(b"\0", b""))
    return match is None or _codec_name(match[1].decode("ascii", "replace").strip()) not in NOT_FOR_PAGES


def _without_markup(value: str) -> str:
    if "<" not in value and "&" not in value:
        return value
    # nh3 returns HTML-escaped text. The second unescape is for feeds that escape twice; the result is only text.
    stripped = nh3.clean(BLOCK_TAGS.sub(" ", value), tags=set())
    return html.unescape(html.unescape(stripped))


def _codec_name(name: str) -> str:
    try:
        return codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
