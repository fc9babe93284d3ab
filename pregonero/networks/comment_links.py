"""Which comment a link of a network's website is of, as people copy it from a browser or an application."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

LONGEST = 500
MOBILE = re.compile(r"^(?:www|m|mbasic|mobile|web)\.")
SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{1,120}")


@dataclass(frozen=True)
class CommentLink:
    """A link to a comment: its normal form, and the network and id that it names, empty for an unknown website."""

    address: str
    network: str = ""
    comment_id: str = ""


def comment_link(written: str) -> CommentLink | None:
    """Return the comment that a link names; None for what is no link of a website."""
    text = written.strip()
    if not text or len(text) > LONGEST or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host or parts.username is not None:
        return None
    address = f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{parts.path}"
    address += (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    network, find_id = WEBSITES.get(MOBILE.sub("", host), ("", _no_id))
    id = find_id(parts.path, _values(parts.query))
    return CommentLink(address, network, id if SAFE_ID.fullmatch(id) else "")


def _values(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, max_num_fields=50).items()}


def _no_id(path: str, query: dict[str, str]) -> str:
    return ""


def _facebook(path: str, query: dict[str, str]) -> str:
    """Return the last part of the id: a reply has the id of its comment in the link too."""
    id = query.get("reply_comment_id") or query.get("comment_id") or ""
    if not id.replace("_", "").isdigit():
        try:
            id = base64.b64decode(id, validate=True).decode().rpartition(":")[2]  # "comment:post_comment"
        except ValueError:
            return ""
    return id.rpartition("_")[2]


def _youtube(path: str, query: dict[str, str]) -> str:
    return query.get("lc", "")


def _last_of(pattern: str) -> Callable[[str, dict[str, str]], str]:
    compiled = re.compile(pattern)

    def find(path: str, query: dict[str, str]) -> str:
        found = compiled.search(path)
        return (found[2] or found[1]) if found else ""

    return find


WEBSITES: dict[str, tuple[str, Callable[[str, dict[str, str]], str]]] = {
    "facebook.com": ("facebook", _facebook),
    "fb.com": ("facebook", _facebook),
    "instagram.com": ("instagram", _last_of(r"/c/(\d+)(?:/r/(\d+))?")),
    "youtube.com": ("youtube", _youtube),
    "youtu.be": ("youtube", _youtube),
    "x.com": ("x", _last_of(r"/status/(\d+)()")),
    "twitter.com": ("x", _last_of(r"/status/(\d+)()")),
}
"""The websites of the networks where a comment can be hidden, and where its id is in a link."""
