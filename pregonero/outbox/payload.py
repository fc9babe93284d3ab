"""The snapshot of what an operation sends: how it is stored, and the post that a connector receives (rule 1)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import rfc8785

from pregonero.media.models import Medium
from pregonero.media.signed_addresses import signed_address
from pregonero.media.store import path_of
from pregonero.networks import base
from pregonero.networks.registry import connector

Payload = dict[str, Any]
"""JSON: `text`, `title`, `link`, `format`, and `media`, a list of digests with their alternative text.

`card_title`, the parent of a reply and the target of a private message are present only where there is one.
"""


@dataclass(frozen=True)
class Parent:
    """The network's ids of the post right above a part, and of the first post of its thread."""

    reply_to: str = ""
    root: str = ""


NO_PARENT = Parent()


def post_payload(
    text: str,
    *,
    title: str = "",
    link: str = "",
    format: str = "",
    card_title: str = "",
    media: Iterable[Mapping[str, str]] = (),
    parent: Parent = NO_PARENT,
    private: base.PrivateTarget | None = None,
) -> Payload:
    """Return the payload of a post, a comment, a reply or a private message.

    `parent` is set only under somebody else's post, and `private` only for a message.
    """
    return {
        "text": text,
        "title": title,
        "link": link,
        "format": format,
        "media": [dict(entry) for entry in media],
        **({"card_title": card_title} if card_title else {}),
        **_parent_keys(parent),
        **({"private": asdict(private) | {"written_at": private.written_at.isoformat()}} if private else {}),
    }


def content_of(account_id: int, payload: Mapping[str, Any], parent: Parent = NO_PARENT) -> Payload:
    """Return what an attempt stores: the payload, its account, and the post that it goes under."""
    return {"account": account_id, **payload, **_parent_keys(parent)}


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content in canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def build_post(content: Mapping[str, Any], media: Mapping[str, Medium], *, network: str) -> base.Post:
    """Return the post of a payload or of an attempt's content; `media` holds its files by digest.

    The files of a network that fetches them carry a signed address, good for a short time.
    """
    signed = connector(network).capabilities.fetches_media
    return base.Post(
        text=content["text"],
        title=content["title"],
        link=content["link"],
        format=content.get("format", ""),
        card_title=content.get("card_title", ""),
        media=tuple(_medium_of(entry, media, signed=signed) for entry in content["media"]),
        reply_to=content.get("reply_to", ""),
        root=content.get("root", ""),
        private=_private_of(content),
    )


def digests_in(content: Mapping[str, Any]) -> set[str]:
    """Return the digests of every file that a payload names: pictures, videos, captions and thumbnails."""
    keys = ("sha256", "captions", "thumbnail")
    return {entry[key] for entry in content.get("media", ()) for key in keys if key in entry}


def _private_of(content: Mapping[str, Any]) -> base.PrivateTarget | None:
    target = content.get("private")
    if target is None:
        return None
    return base.PrivateTarget(**target | {"written_at": datetime.fromisoformat(target["written_at"])})


def _parent_keys(parent: Parent) -> dict[str, str]:
    return {"reply_to": parent.reply_to, "root": parent.root} if parent.reply_to else {}


def _medium_of(entry: Mapping[str, str], media: Mapping[str, Medium], *, signed: bool) -> base.Medium:
    """Return one file of a payload, with its alternative text, captions and thumbnail."""
    medium = media[entry["sha256"]]
    return base.Medium(
        kind=medium.kind,
        path=path_of(medium),
        mime=medium.mime,
        sha256=medium.sha256,
        size=medium.size,
        width=medium.width,
        height=medium.height,
        seconds=medium.seconds,
        alt=entry["alt"],
        traits=base.Traits(**medium.traits),
        address=signed_address(medium) if signed else "",
        captions=path_of(media[entry["captions"]]) if "captions" in entry else None,
        thumbnail=path_of(media[entry["thumbnail"]]) if "thumbnail" in entry else None,
    )
