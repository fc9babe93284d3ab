"""How X counts a text, and how a post read back from X is compared with the one that was sent."""

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from pregonero.networks.base import Post

# Characters that weigh one and belong to no emoji; without a full stop there is no link either.
_PLAIN = re.compile(r"[\n\x20-\x22\x24-\x29+,\-/:-~\xa1-\xa8\xaa-\xad\xaf-\u0fff]*")
_SCHEME_AND_HOST = re.compile(r"https?://([^\s/]+)", re.IGNORECASE)
_LAST_SLASH = re.compile(r"/(?=\s|$)")
_SPACES = re.compile(r"\s+")
# The link that X appends to the text of a post with media.
_MEDIA_LINK = re.compile(r"/status/\d+/(photo|video)/\d+$")


def weighted_length(text: str) -> int:
    """Return the length of a text as X counts it (twitter-text, configuration 3): a link 23, an emoji 2, after NFC."""
    composed = unicodedata.normalize("NFC", text)
    if _PLAIN.fullmatch(composed):
        return len(composed)
    return int(_parser()(composed).weightedLength)


def is_valid(text: str) -> bool:
    """Return whether X accepts every character of a text; the length is not checked."""
    return not re.search("[\ufffe\uffff\ufeff]", text)


@cache
def _parser() -> Any:
    from twitter_text import parse_tweet  # noqa: PLC0415 - takes 0.2 s to import

    return parse_tweet


def is_same_post(post: Post, remote: Mapping[str, Any]) -> bool:
    """Return whether a post read from X has the same text, number of media and parent as ours."""
    attached = (remote.get("attachments") or {}).get("media_keys") or []
    return (
        len(attached) == len(post.media)
        and canonical(post.text) == canonical(original_text(remote))
        and parent_id(remote) == post.reply_to
    )


def parent_id(remote: Mapping[str, Any]) -> str:
    """Return the id of the post that this one replies to, or an empty string. X is renaming tweets to posts."""
    referenced = remote.get("referenced_posts") or remote.get("referenced_tweets") or []
    return next((str(other["id"]) for other in referenced if other["type"] == "replied_to"), "")


def original_text(remote: Mapping[str, Any]) -> str:
    """Return a post's text as it was sent: short links expanded, entities decoded, media links removed."""
    text = html.unescape(str(remote.get("text") or ""))
    for link in (remote.get("entities") or {}).get("urls") or []:
        expanded = str(link.get("expanded_url") or link["url"])
        is_media_link = bool(link.get("media_key")) or bool(_MEDIA_LINK.search(expanded))
        text = text.replace(str(link["url"]), "" if is_media_link else expanded)
    return text


def canonical(text: str) -> str:
    """Return a text in the form used to compare two: NFC, single spaces, links without scheme or final slash."""
    composed = unicodedata.normalize("NFC", text)
    without_scheme = _SCHEME_AND_HOST.sub(lambda match: match[1].lower(), composed)
    return _SPACES.sub(" ", _LAST_SLASH.sub("", without_scheme)).strip()
