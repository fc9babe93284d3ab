"""What exactly goes out on an account, part by part: the post handed to a connector, and its fingerprint (rule 1)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import rfc8785

from pregonero.media.models import Medium, MediumKind
from pregonero.media.signed_addresses import signed_address
from pregonero.media.store import path_of
from pregonero.networks import base
from pregonero.networks.registry import connector
from pregonero.publishing.models import Adaptation, Attachment


@dataclass(frozen=True)
class ThreadPosition:
    """Where a part goes: which one it is, and the network's ids of the post right above it and of the first of all."""

    position: int = 0
    reply_to: str = ""
    root: str = ""


FIRST = ThreadPosition()


def texts_of(adaptation: Adaptation) -> list[str]:
    """Return what each part says, in order: the adaptation's own text, and what goes under it (rule 8)."""
    return [adaptation.text, *adaptation.parts, *([adaptation.publication.link] if adaptation.link_under else [])]


def post_of(adaptation: Adaptation, place: ThreadPosition = FIRST) -> base.Post:
    """Return the post of one part of an adaptation; the first has its media, where the network can reach them."""
    if place.position:
        text = texts_of(adaptation)[place.position]
        return base.Post(text=text, reply_to=place.reply_to, root=place.root)
    capabilities = connector(adaptation.account.network).capabilities
    beside = capabilities.link_beside and not adaptation.link_under
    return base.Post(
        text=adaptation.text,
        title=adaptation.title,
        link=adaptation.publication.link if beside else "",
        media=tuple(_attached(attachment, signed=capabilities.fetches_media) for attachment in adaptation.media),
        format=adaptation.format,
    )


def content_of(adaptation: Adaptation, post: base.Post) -> dict[str, Any]:
    """Return what an attempt writes down: the words as they go out, the digests of the media, and what it is under."""
    under = {"reply_to": post.reply_to, "root": post.root} if post.reply_to else {}
    media = adaptation.media if post.media else []
    return {
        "account": adaptation.account_id,
        "text": post.text,
        "title": post.title,
        "link": post.link,
        "format": post.format,
        "media": [_written(attachment) for attachment in media],
        **under,
    }


def post_sent(content: Mapping[str, Any], media: Mapping[str, Medium]) -> base.Post:
    """Return the post that an attempt sent, to recognise it, whatever is written today; `media` by digest."""
    return base.Post(
        text=content["text"],
        title=content["title"],
        link=content["link"],
        reply_to=content.get("reply_to", ""),
        root=content.get("root", ""),
        media=tuple(_medium(media[entry["sha256"]], entry["alt"]) for entry in content["media"]),
        format=content.get("format", ""),
    )


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content in canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def current_fingerprint(adaptation: Adaptation, place: ThreadPosition = FIRST) -> str:
    """Return the fingerprint of what would go out now."""
    return fingerprint_of(content_of(adaptation, post_of(adaptation, place)))


def _alt(attachment: Attachment) -> str:
    return attachment.alt if attachment.medium.kind == MediumKind.PICTURE else ""


def _written(attachment: Attachment) -> dict[str, str]:
    files = {"": attachment.medium, "captions": attachment.captions, "thumbnail": attachment.thumbnail}
    digests = {name or "sha256": medium.sha256 for name, medium in files.items() if medium is not None}
    return {"alt": _alt(attachment), **digests}


def _attached(attachment: Attachment, *, signed: bool) -> base.Medium:
    medium = _medium(attachment.medium, _alt(attachment))
    return replace(
        medium,
        address=signed_address(attachment.medium) if signed else "",
        captions=path_of(attachment.captions) if attachment.captions else None,
        thumbnail=path_of(attachment.thumbnail) if attachment.thumbnail else None,
    )


def _medium(medium: Medium, alt: str) -> base.Medium:
    return base.Medium(
        kind=medium.kind,
        path=path_of(medium),
        mime=medium.mime,
        sha256=medium.sha256,
        size=medium.size,
        width=medium.width,
        height=medium.height,
        seconds=medium.seconds,
        alt=alt,
        traits=base.Traits(**medium.traits),
    )
