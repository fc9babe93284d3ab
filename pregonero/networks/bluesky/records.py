"""Records of posts: their keys, the facets of their text, and their embedded media and links."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import regex  # type: ignore[import-untyped]

from pregonero.hosts import host_in
from pregonero.media.captions import LANGUAGE
from pregonero.networks.base import Medium, Post, Prepared
from pregonero.networks.bluesky.network import CAPABILITIES, COLLECTION, PUBLIC_ADDRESS
from pregonero.networks.previews import LinkCard

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
TID_LENGTH, BITS_PER_LETTER, RANDOM_BITS = 13, 5, 10
LINK = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w@./-])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])", re.I)
TAG = regex.compile(r"(?<!\S)[#＃](?!\ufe0f)(\S*?)[\p{P}]*(?!\S)")
CLOSING = ".,;:!?…'’)]"
_GRAPHEME = regex.compile(r"\X")

Facet = dict[str, Any]


def local_id(uri: str, did: str) -> str:
    """Return our id of a post: the key of a record of this account, and the whole address of a record of another."""
    own = f"at://{did}/{COLLECTION}/"
    return uri.removeprefix(own)


def is_foreign(id: str) -> bool:
    """Return whether an id is that of another account's post."""
    return id.startswith("at://")


def public_url(uri: str) -> str:
    """Return the public page of a post, from the address of its record."""
    did, _, key = uri.removeprefix("at://").split("/", 2)
    return f"{PUBLIC_ADDRESS}/profile/{did}/post/{key}"


def new_key() -> str:
    """Return a new record key: a TID, made of 53 bits of the time in microseconds and 10 random bits."""
    value = time.time_ns() // 1000 << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    return "".join(TID_ALPHABET[value >> BITS_PER_LETTER * position & 31] for position in reversed(range(TID_LENGTH)))


def graphemes(text: str) -> int:
    """Return the number of graphemes: an emoji made of several code points counts as one."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def links_in(text: str) -> list[str]:
    """Return the links of a text, in order."""
    return [link for link, _ in _links(text)]


def handles_in(text: str) -> list[str]:
    """Return the handles that a text mentions, without repetitions, in order."""
    return list(dict.fromkeys(handle for handle, _ in _mentions(text)))


def facets_of(text: str, dids: Mapping[str, str]) -> list[Facet]:
    """Return the facets of a text: its links, mentions and tags. `dids` has the DID of each handle that exists."""
    marks = [(span, {"$type": "app.bsky.richtext.facet#link", "uri": link}) for link, span in _links(text)]
    marks += [
        (span, {"$type": "app.bsky.richtext.facet#mention", "did": dids[handle]})
        for handle, span in _mentions(text)
        if dids.get(handle)
    ]
    marks += [(span, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}) for tag, span in _tags(text)]
    ordered = sorted(marks, key=lambda mark: mark[0][0])
    return [{"index": _byte_span(text, *span), "features": [feature]} for span, feature in ordered]


def _byte_span(text: str, start: int, end: int) -> dict[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}


def _links(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for match in LINK.finditer(text):
        link = match[0].rstrip(CLOSING)
        while match[0][len(link) :].startswith(")") and link.count("(") > link.count(")"):
            link = match[0][: len(link) + 1]  # a closing bracket belongs to the link if it also holds the opening one
        if "://" in link:
            yield link, (match.start(), match.start() + len(link))


def _mentions(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    link_spans = [span for _, span in _links(text)]
    for match in MENTION.finditer(text):
        if not any(start <= match.start() < end for start, end in link_spans):
            yield match[1].lower(), match.span()


def _tags(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    max_graphemes, max_bytes = CAPABILITIES.limits["tag"].value, CAPABILITIES.limits["tag_bytes"].value
    for match in TAG.finditer(text):
        tag = match[1]
        fits = graphemes(tag) <= max_graphemes and len(tag.encode()) <= max_bytes
        if tag and not tag.isdigit() and fits:
            yield tag, (match.start(), match.end(1))


def post_record(post: Post, prepared: Prepared) -> dict[str, Any]:
    """Return the record of a post, ready to be written."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": post.text,
        "langs": [LANGUAGE],
        "createdAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
    }
    facets = facets_of(post.text, prepared.get("mentions", {}))
    embed = _media_embed(post, prepared) if post.media else _link_card(post)
    reply = prepared.get("reply")
    optional = {"facets": facets, "embed": embed, "reply": reply if post.reply_to else None}
    return record | {name: value for name, value in optional.items() if value}


def _media_embed(post: Post, prepared: Prepared) -> dict[str, Any]:
    pairs = list(zip(post.media, prepared["media"], strict=True))
    if pairs[0][0].kind == "video":
        return _video_embed(*pairs[0])
    images = [_description_of(medium) | {"image": entry["blob"]} for medium, entry in pairs]
    return {"$type": "app.bsky.embed.images", "images": images}


def _video_embed(video: Medium, entry: dict[str, Any]) -> dict[str, Any]:
    captions = [{"lang": LANGUAGE, "file": entry["captions"]}] if "captions" in entry else []
    embed = {"$type": "app.bsky.embed.video", "video": entry["blob"]} | _description_of(video)
    return embed | ({"captions": captions} if captions else {})


def _description_of(medium: Medium) -> dict[str, Any]:
    return {"alt": medium.alt, "aspectRatio": {"width": medium.width, "height": medium.height}}


def _link_card(post: Post) -> dict[str, Any]:
    """Return a card for the post's first link, since Bluesky makes none itself."""
    card = card_of(post)
    if card is None:
        return {}
    external = {"uri": card.link, "title": card.title, "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def card_of(post: Post) -> LinkCard | None:
    """Return the card of the post's first link: with the title of its page if it is known, or a line of the text.

    A line with a link cannot be the title, since the link would be cut out of it. Without such a line, the title is the
    link's domain. A post with media has no card.
    """
    links = links_in(post.text)
    if not links or post.media:
        return None
    lines = (line.strip() for line in post.text.splitlines())
    whole = (line for line in lines if line and not links_in(line))
    title = post.card_title or next(whole, "") or host_in(links[0]) or links[0]
    return LinkCard(links[0], title[: CAPABILITIES.limits["card_title"].value])
