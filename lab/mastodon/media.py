"""Media for Mastodon: a picture is ready at once, a video is processed; each with its description."""

from __future__ import annotations

import itertools
from typing import Any

from lab.conversation import Answer, Call
from lab.laboratory import Laboratory
from lab.ledger import Media
from lab.ledger.media import NotMedia, Probe, probe
from lab.mastodon import errors

PROCESSING = 0.3  # seconds a video takes to be ready
MAX_DESCRIPTION = 1500
MAX_BYTES = {"image": 16_777_216, "gif": 16_777_216, "video": 103_809_024}
KINDS = {"image": "image", "gif": "gifv", "video": "video"}
ACCEPTED, PARTIAL = 202, 206
_counter = itertools.count()


def new_id(now: float) -> str:
    """Mastodon's identifiers carry the instant: newer is greater."""
    return str(int(now * 1000) << 16 | (next(_counter) & 0xFFFF))


async def upload(lab: Laboratory, call: Call) -> Answer:
    beyond = call.beyond("file", "description", "focus")
    if beyond:
        raise errors.not_spoken(f"{call.address} {', '.join(beyond)}")
    data, description = call.files.get("file", b""), _description(call)
    found = _probed(data)
    now = lab.clock.now()
    media = lab.media.put(
        id=new_id(now), network="mastodon", account=call.who.id, data=data, found=found, now=now, alt=description,
        processing=0.0 if found.kind == "image" else PROCESSING,
    )  # fmt: skip
    return Answer(shape(lab, call, media), 200 if media.ready_at <= now else ACCEPTED)


async def get(lab: Laboratory, call: Call) -> Answer:
    media = _own(lab, call)
    return Answer(shape(lab, call, media), 200 if media.ready_at <= lab.clock.now() else PARTIAL)


async def update(lab: Laboratory, call: Call) -> Answer:
    media = _own(lab, call)
    if call.beyond("description", "focus"):
        raise errors.not_spoken(f"{call.address} {', '.join(call.beyond('description', 'focus'))}")
    media.alt = _description(call)
    lab.media.describe(media.id, media.alt)
    return Answer(shape(lab, call, media))


def shape(lab: Laboratory, call: Call, media: Media) -> dict[str, Any]:
    """An attachment; its address comes when it is ready."""
    address = f"{call.origin}/media/{media.sha256}"
    ready = media.ready_at <= lab.clock.now()
    return {
        "id": media.id, "type": KINDS[media.kind], "url": address if ready else None, "preview_url": address,
        "remote_url": None, "description": media.alt or None, "blurhash": None,
        "meta": {"original": {"width": media.width, "height": media.height}},
    }  # fmt: skip


def _own(lab: Laboratory, call: Call) -> Media:
    media = lab.media.get("mastodon", call.params["id"])
    if media is None or media.account != call.who.id:
        raise errors.not_found()
    return media


def _description(call: Call) -> str:
    description = call.field("description")
    if len(description) > MAX_DESCRIPTION:
        raise errors.invalid(f"Description is too long (maximum is {MAX_DESCRIPTION} characters)")
    return description


def _probed(data: bytes) -> Probe:
    if not data:
        raise errors.invalid("File can't be blank")
    try:
        found = probe(data)
    except NotMedia as cause:
        raise errors.invalid("File content type is invalid") from cause
    if len(data) > MAX_BYTES[found.kind]:
        raise errors.invalid(f"File file size must be less than {MAX_BYTES[found.kind]} bytes")
    return found
