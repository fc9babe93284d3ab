"""Media for Mastodon: an image is ready at once, a video is processed first."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from lab.mastodon import errors
from lab.messages import Call, Response
from lab.state import LabState
from lab.store.media import Media, MediaInfo, NotMedia, probe

PROCESSING = (0.1, 0.4)  # seconds until a video is ready
MAX_DESCRIPTION = 1500
MAX_BYTES = {"image": 16_777_216, "gif": 16_777_216, "video": 103_809_024}
KINDS = {"image": "image", "gif": "gifv", "video": "video"}
ACCEPTED, PARTIAL = 202, 206
_counter = itertools.count()


def new_id(now: float) -> str:
    """Return an identifier that contains the instant, as Mastodon's do: a newer one is greater."""
    return str(int(now * 1000) << 16 | (next(_counter) & 0xFFFF))


async def upload(lab: LabState, call: Call) -> Response:
    unknown = call.unknown_params("file", "description", "focus", "thumbnail")
    if unknown:
        raise errors.not_supported(f"{call.endpoint} {', '.join(unknown)}")
    data, description = call.files.get("file", b""), _description(call)
    info = _probed(data)
    now = lab.clock.now()
    media = lab.media.add(
        id=new_id(now),
        network="mastodon",
        account=call.caller.id,
        data=data,
        info=info,
        now=now,
        alt=description,
        processing=0.0 if info.kind == "image" else _processing(lab, call, data),
    )
    _add_thumbnail(lab, call, media)
    return Response(shape(lab, call, media), 200 if media.ready_at <= now else ACCEPTED)


def _processing(lab: LabState, call: Call, data: bytes) -> float:
    return lab.processing_times.seconds(call.account, hashlib.sha256(data).hexdigest(), *PROCESSING)


def _add_thumbnail(lab: LabState, call: Call, media: Media) -> None:
    """Store the thumbnail of a video, when the call has one."""
    data = call.files.get("thumbnail")
    if not data:
        return
    info, now = _probed(data), lab.clock.now()
    if info.kind != "image":
        raise errors.invalid("Thumbnail content type is invalid")
    image = lab.media.add(id=new_id(now), network="mastodon", account=call.caller.id, data=data, info=info, now=now)
    media.extra["thumbnail"] = image.sha256
    lab.media.save_extra(media)


async def get_media(lab: LabState, call: Call) -> Response:
    media = _own_media(lab, call)
    return Response(shape(lab, call, media), 200 if media.ready_at <= lab.clock.now() else PARTIAL)


async def update(lab: LabState, call: Call) -> Response:
    media = _own_media(lab, call)
    unknown = call.unknown_params("description", "focus")
    if unknown:
        raise errors.not_supported(f"{call.endpoint} {', '.join(unknown)}")
    media.alt = _description(call)
    lab.media.set_alt(media.id, media.alt)
    return Response(shape(lab, call, media))


def shape(lab: LabState, call: Call, media: Media) -> dict[str, Any]:
    """Return media in Mastodon's format of an attachment; `url` is null until the media is ready."""
    address = f"{call.origin}/media/{media.sha256}"
    ready = media.ready_at <= lab.clock.now()
    preview = f"{call.origin}/media/{media.extra.get('thumbnail') or media.sha256}"
    return {
        "id": media.id,
        "type": KINDS[media.kind],
        "url": address if ready else None,
        "preview_url": preview,
        "remote_url": None,
        "description": media.alt or None,
        "blurhash": None,
        "meta": {"original": {"width": media.width, "height": media.height}},
    }


def _own_media(lab: LabState, call: Call) -> Media:
    media = lab.media.get("mastodon", call.params["id"])
    if media is None or media.account != call.caller.id:
        raise errors.not_found()
    return media


def _description(call: Call) -> str:
    description = call.field("description")
    if len(description) > MAX_DESCRIPTION:
        raise errors.invalid(f"Description is too long (maximum is {MAX_DESCRIPTION} characters)")
    return description


def _probed(data: bytes) -> MediaInfo:
    if not data:
        raise errors.invalid("File can't be blank")
    try:
        info = probe(data)
    except NotMedia as cause:
        raise errors.invalid("File content type is invalid") from cause
    if len(data) > MAX_BYTES[info.kind]:
        raise errors.invalid(f"File file size must be less than {MAX_BYTES[info.kind]} bytes")
    return info
