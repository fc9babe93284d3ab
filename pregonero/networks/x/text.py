"""How X counts a text, and how a post read back from X is compared with the one that was sent."""

import enum
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
# An address without its scheme, which X makes a link too; of the endings that an entity of Colombia writes.
BARE_LINK = r"(?<![\w@./-])(?:[\w-]+\.)+(?:co|com|org|net|gov|edu|info)(?![\w.-]*\w)(?:/[^\s<>\"«»“”]*)?"
_LAST_SLASH = re.compile(r"/(?=\s|$)")
_SPACES = re.compile(r"\s+")
# The link that X appends to the text of a post with media.
_MEDIA_LINK = re.compile(r"/status/\d+/(photo|video)/\d+$")

KNOWN_EMOJI = "\N{GRINNING FACE}"
REPLY_SIGNS = ("conversation_id", "in_reply_to_user_id")  # present, they say that a post may be a reply


def weighted_length(text: str) -> int:
    """Return the length of a text as X counts it (twitter-text, configuration 3): a link 23, an emoji 2, after NFC."""
    composed = unicodedata.normalize("NFC", text)
    if _PLAIN.fullmatch(composed):
        return len(composed)
    return int(_parser()(_with_known_emoji(composed)).weightedLength)


def _with_known_emoji(text: str) -> str:
    """Return the text with a plain emoji in the place of each one: the parser's table ends at Unicode 12."""
    from emoji import EmojiMatch, analyze  # noqa: PLC0415 - takes 10 MB

    # `replace_emoji` would also delete the joiners between emoji that form no sequence, and X counts those.
    tokens = analyze(text, non_emoji=True, join_emoji=False)
    return "".join(KNOWN_EMOJI if isinstance(token.value, EmojiMatch) else token.chars for token in tokens)


def is_valid(text: str) -> bool:
    """Return whether X accepts every character of a text; the length is not checked."""
    return not re.search("[\ufffe\uffff\ufeff]", text)


@cache
def _parser() -> Any:
    from twitter_text import parse_tweet  # noqa: PLC0415 - takes 0.2 s to import

    return parse_tweet


class Match(enum.Enum):
    """How a post read from X compares with ours."""

    SAME = "same"
    UNCLEAR = "unclear"  # the same content, and X does not say which post it replies to
    OTHER = "other"


def match_post(post: Post, remote: Mapping[str, Any]) -> Match:
    """Compare the text, the number of media and the parent of a post read from X with those of ours."""
    attached = (remote.get("attachments") or {}).get("media_keys") or []
    if len(attached) != len(post.media) or canonical(post.text) != canonical(original_text(remote)):
        return Match.OTHER
    parent = parent_id(remote)
    if parent is None:
        # Without any sign of a conversation it is not a reply; ours may be one that X shows without its parent.
        is_plain = not post.reply_to and not any(remote.get(sign) for sign in REPLY_SIGNS)
        return Match.SAME if is_plain else Match.UNCLEAR
    return Match.SAME if parent == post.reply_to else Match.OTHER


def parent_id(remote: Mapping[str, Any]) -> str | None:
    """Return the id of the post that this one replies to: empty for no reply, and None when X does not say.

    The expansion `referenced_posts` names it (`referenced_tweets` in X's older answers). Without it, a post whose
    conversation is its own is no reply.
    """
    referenced = remote.get("referenced_posts") or remote.get("referenced_tweets") or []
    parent = next((str(other["id"]) for other in referenced if other["type"] == "replied_to"), None)
    if parent is not None:
        return parent
    begins_conversation = str(remote.get("conversation_id") or "") == str(remote.get("id"))
    return "" if begins_conversation or referenced else None


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
