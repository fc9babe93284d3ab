"""Media for X: simple upload, or initialize, append, finalize and its status; alternative text apart."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from lab.latency import share
from lab.ledger import Media, Upload
from lab.ledger.media import NotMedia, Probe, probe
from lab.messages import Answer, Call
from lab.state import LabState
from lab.x import problems, subtitles
from lab.x.posts import MEDIA_LIFE as LIFE
from lab.x.posts import media_key, new_id

PROCESSING = (0.1, 0.4)  # seconds a video takes to be ready
PENDING = 0.2  # of its processing, before X says that it has begun
MAX_ALT = 1000
MAX_BYTES = {"image": 5_000_000, "gif": 15_000_000, "video": 512_000_000}
VIDEO_SECONDS = (0.5, 140.0)


async def upload(lab: LabState, call: Call) -> Answer:
    data = call.files.get("media") or _decoded(call.fields.get("media"))
    media = _take(lab, call, new_id(lab.clock.now()), data)
    return Answer({"data": _about(lab, media)})


async def initialize(lab: LabState, call: Call) -> Answer:
    total, mime = call.fields.get("total_bytes"), str(call.fields.get("media_type") or "")
    if not str(total).isdigit() or not mime:
        raise problems.invalid("total_bytes", str(total), "total_bytes and media_type are required")
    now = lab.clock.now()
    about = {"category": str(call.fields.get("media_category") or "")}
    started = lab.uploads.save(Upload(new_id(now), "x", call.who.id, int(str(total)), mime, now, about))
    return Answer({"data": {"id": started.id, "media_key": f"7_{started.id}", "expires_after_secs": LIFE}})


async def append(lab: LabState, call: Call) -> Answer:
    started = _started(lab, call)
    index = str(call.fields.get("segment_index", ""))
    if not index.isdigit():
        raise problems.invalid("segment_index", index, "segment_index is required")
    data = call.files.get("media") or _decoded(call.fields.get("media"))
    # A segment sent again after a cut replaces nothing: X keeps segments by number, so the same number is written once.
    taken = started.about.setdefault("segments", [])
    if int(index) not in taken:
        lab.uploads.append(started, data)
        taken.append(int(index))
        lab.uploads.save(started)
    return Answer({"data": {"expires_at": int(started.created_at) + LIFE}})


async def finalize(lab: LabState, call: Call) -> Answer:
    started = _started(lab, call)
    done = lab.media.get("x", started.id)
    if done is None:
        received = lab.uploads.received(started)
        if received != started.total:
            raise problems.invalid("id", started.id, f"Segments do not add up to total_bytes ({received}).")
        data = lab.uploads.content(started)
        captions = started.about.get("category") == subtitles.CATEGORY
        done = subtitles.take(lab, call, started.id, data) if captions else _take(lab, call, started.id, data)
        lab.uploads.discard(started)
    return Answer({"data": _about(lab, done)})


async def status(lab: LabState, call: Call) -> Answer:
    id = call.query.get("media_id", "")
    media = lab.media.get("x", id)
    if media is None or media.account != call.who.id or expired(lab, media):
        raise problems.not_found("media", id)
    return Answer({"data": _about(lab, media)})


def expired(lab: LabState, thing: Media | Upload) -> bool:
    return lab.clock.now() - thing.created_at > LIFE


async def metadata(lab: LabState, call: Call) -> Answer:
    id = str(call.fields.get("id", ""))
    media = lab.media.get("x", id)
    if media is None or media.account != call.who.id or expired(lab, media):
        raise problems.invalid("id", id, "Your media IDs are invalid.")
    about = call.fields.get("metadata") or {}
    alt = str((about.get("alt_text") or {}).get("text") or "")
    if len(alt) > MAX_ALT:
        raise problems.invalid("metadata.alt_text.text", alt[:20], "alt_text is limited to 1000 characters")
    lab.media.describe(id, alt)
    return Answer({"data": {"id": id, "associated_metadata": {"alt_text": {"text": alt}}}})


def _started(lab: LabState, call: Call) -> Upload:
    started = lab.uploads.get("x", call.params["id"])
    if started is None or started.account != call.who.id or expired(lab, started):
        raise problems.not_found("media", call.params["id"])
    return started


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value or ""), validate=True)
    except (binascii.Error, ValueError):
        raise problems.invalid("media", "", "media must be base64 or a file") from None


def _take(lab: LabState, call: Call, id: str, data: bytes) -> Media:
    try:
        found = probe(data)
    except NotMedia as cause:
        raise problems.invalid("media", "", f"media type unrecognized: {cause}") from cause
    _check(found, data)
    return lab.media.put(
        id=id, network="x", account=call.who.id, data=data, found=found, now=lab.clock.now(),
        processing=_processing(lab, call, data) if found.kind == "video" else 0.0,
    )  # fmt: skip


def _processing(lab: LabState, call: Call, data: bytes) -> float:
    return lab.latency.seconds(call.account, hashlib.sha256(data).hexdigest(), *PROCESSING)


def _check(found: Probe, data: bytes) -> None:
    if len(data) > MAX_BYTES[found.kind]:
        raise problems.invalid("media", "", f"File size exceeds {MAX_BYTES[found.kind]} bytes.")
    if found.kind != "video":
        return
    shortest, longest = VIDEO_SECONDS
    if found.video_codec != "h264" or found.audio_codec not in ("", "aac") or not shortest <= found.seconds <= longest:
        raise problems.invalid("media", "", "Video must be H.264 with AAC, between 0.5 and 140 seconds.")


def _about(lab: LabState, media: Media) -> dict[str, Any]:
    now = lab.clock.now()
    about: dict[str, Any] = {
        "id": media.id, "media_key": media_key(media), "size": media.size,
        "expires_after_secs": max(0, int(media.created_at + LIFE - now)),
    }  # fmt: skip
    if media.kind == "image":
        about["image"] = {"image_type": media.mime, "w": media.width, "h": media.height}
        return about
    if media.kind == subtitles.KIND:
        return about
    return about | {"processing_info": _state(media, now), "video": {"video_type": media.mime}}


def _state(media: Media, now: float) -> dict[str, Any]:
    done = share(media.created_at, media.ready_at, now)
    if done < PENDING:
        return {"state": "pending", "check_after_secs": 1}
    if done < 1:
        return {"state": "in_progress", "progress_percent": int(100 * done), "check_after_secs": 1}
    return {"state": "succeeded", "progress_percent": 100}
