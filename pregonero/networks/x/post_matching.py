"""Whether a post read back from X is the one that was sent: X shortens links, escapes entities, adds media links."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pregonero.networks.base import Post

_SCHEME_AND_HOST = re.compile(r"https?://([^\s/]+)", re.IGNORECASE)
_LAST_SLASH = re.compile(r"/(?=\s|$)")
_SPACES = re.compile(r"\s+")
# The address that X adds to the text of a post with media: it is not part of what was sent.
_OF_MEDIA = re.compile(r"/status/\d+/(photo|video)/\d+$")


def same_post(post: Post, found: Mapping[str, Any]) -> bool:
    """Return whether the post read back has this text, as many media, and is under the same one."""
    attached = (found.get("attachments") or {}).get("media_keys") or []
    alike = len(attached) == len(post.media) and canonical(post.text) == canonical(text_as_sent(found))
    return alike and answered_by(found) == post.reply_to


def answered_by(found: Mapping[str, Any]) -> str:
    """Return the id of the post right above one; nothing when it stands alone. X is renaming tweets to posts."""
    others = found.get("referenced_posts") or found.get("referenced_tweets") or []
    return next((str(other["id"]) for other in others if other["type"] == "replied_to"), "")


def text_as_sent(found: Mapping[str, Any]) -> str:
    """Return a post's text as it was written: links whole again, entities as characters, media links gone."""
    text = html.unescape(str(found.get("text") or ""))
    for link in (found.get("entities") or {}).get("urls") or []:
        whole = str(link.get("expanded_url") or link["url"])
        own_media = bool(link.get("media_key")) or bool(_OF_MEDIA.search(whole))
        text = text.replace(str(link["url"]), "" if own_media else whole)
    return text


def canonical(text: str) -> str:
    """Return a text in the form in which two are compared: NFC, one space, links without scheme or last slash."""
    composed = unicodedata.normalize("NFC", text)
    bare = _SCHEME_AND_HOST.sub(lambda match: match[1].lower(), composed)
    return _SPACES.sub(" ", _LAST_SLASH.sub("", bare)).strip()
