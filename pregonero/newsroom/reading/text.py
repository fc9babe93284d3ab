"""Text from outside: plain, without control characters, cut to the length of its column."""

import hashlib
import html
import json
import re
import unicodedata

import nh3

TITLE_LIMIT = 300  # characters
SUMMARY_LIMIT = 2000
MARKUP_LIMIT = 100_000  # characters of HTML that are read for a title or a summary
ELLIPSIS = "…"
# The C1 controls are never meant: they are Windows-1252 characters that somebody took for Latin-1.
WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
# Characters that PostgreSQL or XML does not accept, and those that reverse the text on the screen.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
SPACES = re.compile(r"\s+")

VOID_TAGS = frozenset({"br", "hr", "img", "wbr", "input", "link", "meta"})
KNOWN_TAGS = (
    nh3.ALLOWED_TAGS
    | VOID_TAGS
    | {
        "audio",
        "button",
        "embed",
        "font",
        "form",
        "html",
        "body",
        "head",
        "title",
        "iframe",
        "label",
        "main",
        "noscript",
    }
    | {"object", "option", "param", "picture", "script", "section", "select", "source", "style", "svg", "video"}
)
_NAMES = "|".join(sorted(KNOWN_TAGS, key=len, reverse=True))
_FLAG = "allowfullscreen|async|autoplay|controls|defer|disabled|hidden|loop|muted|nowrap|playsinline|selected"
_ATTRIBUTE = rf"""\s+(?:[\w:@.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)|(?:{_FLAG})(?=[\s/>]))"""
TAG = re.compile(rf"<(?:/\s*(?:{_NAMES})\s*|(?:{_NAMES})(?:{_ATTRIBUTE})*\s*/?)>|<!--|-->", re.IGNORECASE)
MARKUP_SIGN = re.compile(rf"</\s*(?:{_NAMES})\s*>|<(?:{'|'.join(sorted(VOID_TAGS))})[\s/>]", re.IGNORECASE)
CUT_TAG = re.compile(rf"<(?:{_NAMES})\s[^<>]*$", re.IGNORECASE)
BLOCK_TAG = re.compile(r"<\s*/?\s*(?:p|br|div|li|h[1-6]|tr|td)\b", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def one_line(value: object, limit: int) -> str:
    """Return plain text as one line of at most `limit` characters; any other value gives "".

    It is not HTML: "<arancel>" and "&copy=" stay as they are written.
    """
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFC", value.translate(WINDOWS_1252))
    text = SPACES.sub(" ", UNWANTED.sub("", text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def markup_line(value: object, limit: int) -> str:
    """Return the text of an HTML fragment as one line; its entities are decoded once.

    What HTML does not know stays: an address in angle brackets, "a<b", a parameter that begins like an entity.
    """
    return one_line(_without_markup(value[:MARKUP_LIMIT]), limit) if isinstance(value, str) else ""


def loose_line(value: object, limit: int) -> str:
    """Return a text that should be plain as one line, without the HTML elements that some sites put into it."""
    has_markup = isinstance(value, str) and MARKUP_SIGN.search(value[:MARKUP_LIMIT]) is not None
    return markup_line(value, limit) if has_markup else one_line(value, limit)


def paragraphs(value: object, limit: int) -> str:
    """Return plain text with one paragraph in each line, of at most `limit` characters."""
    if not isinstance(value, str):
        return ""
    lines = (one_line(line, limit) for line in UNWANTED.sub("", value.translate(WINDOWS_1252)).splitlines())
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def digest_of(*texts: str) -> str:
    """Return the SHA-256 of texts, in hexadecimal."""
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()


def _without_markup(value: str) -> str:
    if "<" not in value and "&" not in value:
        return value
    value = CUT_TAG.sub("", value)  # a site that cuts its summaries may cut inside a tag
    pieces, position = [], 0
    for tag in TAG.finditer(value):
        pieces += [_escaped(value[position : tag.start()]), " " if BLOCK_TAG.match(tag[0]) else "", tag[0]]
        position = tag.end()
    pieces.append(_escaped(value[position:]))
    return _decoded(nh3.clean("".join(pieces), tags=set()))


def _escaped(text: str) -> str:
    """Escape the angle brackets that are not tags, and the ampersands that are not entities."""
    pieces, position = [], 0
    for entity in ENTITY.finditer(text):
        pieces += [html.escape(text[position : entity.start()], quote=False), entity[0]]
        position = entity.end()
    return "".join([*pieces, html.escape(text[position:], quote=False)])


def _decoded(text: str) -> str:
    """Decode the entities that end in a semicolon; "&region" is not one."""
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
