"""Encodings that websites say they use. Python knows others too, some of them slow without bound on bad input."""

import codecs
import re

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,80})""", re.IGNORECASE)
NOT_FOR_PAGES = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"})
HEAD = 1024  # bytes in which an XML declaration is looked for


def known(name: str) -> str:
    """Return the name if it is a text encoding that a page may use, or ""."""
    return name.lower() if NAME.fullmatch(name) and _own_name(name) not in NOT_FOR_PAGES | {""} else ""


def declares_known(body: bytes) -> bool:
    """Return whether an XML document declares no encoding, or none of those that pages don't use.

    A name that nobody knows is left to the parser, which falls back.
    """
    found = DECLARED.search(body[:HEAD].replace(b"\0", b""))
    return found is None or _own_name(found.group(1).decode("ascii", "replace").strip()) not in NOT_FOR_PAGES


def _own_name(name: str) -> str:
    try:
        return codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
