"""Media for Mastodon: a picture is ready at once, a video is processed; each with its description."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from lab.ledger import Media
from lab.ledger.media import NotMedia, Probe, probe
from lab.mastodon import errors
from lab.messages import Answer, Call
from lab.state import LabState

PROCESSING = (0.1, 0.4)  # seconds a video takes to be ready
MAX_DESCRIPTION = 1500
MAX_BYTES = {"image": 16_777_216, "gif": 16_777_216, "video": 103_809_024}
KINDS = {"image": "image", "gif": "gifv", "video": "video"}
ACCEPTED, PARTIAL = 202, 206
_counter = itertools.count()


def new_id(now: float) -> str:
    """Mastodon's identifiers carry the instant: newer is greater."""
    return str(int(now * 1000) << 16 | (next(_counter) & 0xFFFF))


async def upload(lab: LabState, call: Call) -> Answer:
    beyond = call.beyond("file", "description", "focus", "thumbnail")
    if beyond:
        raise errors.not_spoken(f"{call.address} {', '.join(beyond)}")
    data, description = call.files.get("file", b""), _description(call)
    found = _probed(data)
    now = lab.clock.now()
    media = lab.media.put(
        id=new_id(now), network="mastodon", account=call.who.id, data=data, found=found, now=now, alt=description,
        processing=0.0 if found.kind == "image" else _processing(lab, call, data),
    )  # fmt: skip
    _keep_thumbnail(lab, call, media)
    return Answer(shape(lab, call, media), 200 if media.ready_at <= now else ACCEPTED)


def _processing(lab: LabState, call: Call, data: bytes) -> float:
    return lab.latency.seconds(call.account, hashlib.sha256(data).hexdigest(), *PROCESSING)


def _keep_thumbnail(lab: LabState, call: Call, media: Media) -> None:
    """A picture of the sender's choice stands for a video."""
    data = call.files.get("thumbnail")
    if not data:
        return
    found, now = _probed(data), lab.clock.now()
    if found.kind != "image":
        raise errors.invalid("Thumbnail content type is invalid")
    picture = lab.media.put(
        id=new_id(now), network="mastodon", account=call.who.id, data=data, found=found, now=now
    )  # fmt: skip
    media.extra["thumbnail"] = picture.sha256
    lab.media.remember(media)


async def get(lab: LabState, call: Call) -> Answer:
    media = _own(lab, call)
    return Answer(shape(lab, call, media), 200 if media.ready_at <= lab.clock.now() else PARTIAL)


async def update(lab: LabState, call: Call) -> Answer:
    media = _own(lab, call)
    if call.beyond("description", "focus"):
        raise errors.not_spoken(f"{call.address} {', '.join(call.beyond('description', 'focus'))}")
    media.alt = _description(call)
    lab.media.describe(media.id, media.alt)
    return Answer(shape(lab, call, media))


def shape(lab: LabState, call: Call, media: Media) -> dict[str, Any]:
    """An attachment; its address comes when it is ready."""
    address = f"{call.origin}/media/{media.sha256}"
    ready = media.ready_at <= lab.clock.now()
    preview = f"{call.origin}/media/{media.extra.get('thumbnail') or media.sha256}"
    return {
        "id": media.id, "type": KINDS[media.kind], "url": address if ready else None, "preview_url": preview,
        "remote_url": None, "description": media.alt or None, "blurhash": None,
        "meta": {"original": {"width": media.width, "height": media.height}},
    }  # fmt: skip


def _own(lab: LabState, call: Call) -> Media:
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
