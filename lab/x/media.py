"""Media for X: simple and chunked upload, processing status, alternative text and subtitles."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

from lab.clock import progress
from lab.messages import Call, Response
from lab.state import LabState
from lab.store.media import Media, MediaInfo, NotMedia, Upload, probe
from lab.x import errors
from lab.x.posts import MEDIA_LIFE, media_key, new_id

PROCESSING = (0.1, 0.4)  # seconds until a video is ready
PENDING = 0.2  # share of the processing time during which X reports `pending`
MAX_ALT = 1000
MAX_BYTES = {"image": 5_000_000, "gif": 15_000_000, "video": 512_000_000}
VIDEO_SECONDS = (0.5, 140.0)
SUBTITLES = "subtitles"
SUBTITLED_CATEGORIES = ("AmplifyVideo", "TweetVideo")
SUBTITLE_TIME = re.compile(rb"(?:\d+:)?\d\d:\d\d[.,]\d{3} --> (?:\d+:)?\d\d:\d\d[.,]\d{3}")


async def upload(lab: LabState, call: Call) -> Response:
    """Store a file that comes in one call."""
    data = call.files.get("media") or _decoded(call.fields.get("media"))
    media = _add_media(lab, call, new_id(lab.clock.now()), data)
    return Response({"data": _shape(lab, media)})


async def initialize(lab: LabState, call: Call) -> Response:
    """Start a chunked upload."""
    total, mime = call.fields.get("total_bytes"), str(call.fields.get("media_type") or "")
    if not str(total).isdigit() or not mime:
        raise errors.invalid("total_bytes", str(total), "total_bytes and media_type are required")
    now = lab.clock.now()
    metadata = {"category": str(call.fields.get("media_category") or "")}
    upload = lab.uploads.save(Upload(new_id(now), "x", call.caller.id, int(str(total)), mime, now, metadata))
    return Response({"data": {"id": upload.id, "media_key": f"7_{upload.id}", "expires_after_secs": MEDIA_LIFE}})


async def append(lab: LabState, call: Call) -> Response:
    """Add a segment to a chunked upload; a segment that is sent again is not added twice."""
    upload = _get_upload(lab, call)
    index = str(call.fields.get("segment_index", ""))
    if not index.isdigit():
        raise errors.invalid("segment_index", index, "segment_index is required")
    data = call.files.get("media") or _decoded(call.fields.get("media"))
    segments = upload.metadata.setdefault("segments", [])
    if int(index) not in segments:
        lab.uploads.append(upload, data)
        segments.append(int(index))
        lab.uploads.save(upload)
    if call.caller.extra.get("append_without_body"):
        return Response(status=204)  # as X's own emulator answers; its document has a 200 with `data`
    return Response({"data": {"expires_at": int(upload.created_at) + MEDIA_LIFE}})


async def finalize(lab: LabState, call: Call) -> Response:
    """End a chunked upload and return its media; a repeated call returns the same media."""
    upload = _get_upload(lab, call)
    media = lab.media.get("x", upload.id)
    if media is None:
        received = lab.uploads.received_bytes(upload)
        if received != upload.total:
            raise errors.invalid("id", upload.id, f"Segments do not add up to total_bytes ({received}).")
        data = lab.uploads.content(upload)
        is_subtitles = upload.metadata.get("category") == SUBTITLES
        media = (_add_subtitles if is_subtitles else _add_media)(lab, call, upload.id, data)
        lab.uploads.discard(upload)
    return Response({"data": _shape(lab, media)})


async def get_status(lab: LabState, call: Call) -> Response:
    id = call.query.get("media_id", "")
    media = lab.media.get("x", id)
    if media is None or media.account != call.caller.id or _is_expired(lab, media):
        raise errors.not_found("media", id)
    return Response({"data": _shape(lab, media)})


def _is_expired(lab: LabState, media: Media | Upload) -> bool:
    return lab.clock.now() - media.created_at > MEDIA_LIFE


async def set_metadata(lab: LabState, call: Call) -> Response:
    """Set the alternative text of media."""
    id = str(call.fields.get("id", ""))
    media = lab.media.get("x", id)
    if media is None or media.account != call.caller.id or _is_expired(lab, media):
        raise errors.invalid("id", id, "Your media IDs are invalid.")
    metadata = call.fields.get("metadata") or {}
    alt = str((metadata.get("alt_text") or {}).get("text") or "")
    if len(alt) > MAX_ALT:
        raise errors.invalid("metadata.alt_text.text", alt[:20], "alt_text is limited to 1000 characters")
    lab.media.set_alt(id, alt)
    return Response({"data": {"id": id, "associated_metadata": {"alt_text": {"text": alt}}}})


async def set_subtitles(lab: LabState, call: Call) -> Response:
    """Attach an uploaded subtitles file to a video."""
    subtitles = call.fields.get("subtitles") or {}
    video = _own_media(lab, call, str(call.fields.get("id") or ""), "video")
    track = _own_media(lab, call, str(subtitles.get("id") or ""), SUBTITLES)
    category, language = call.fields.get("media_category"), subtitles.get("language_code")
    if category not in SUBTITLED_CATEGORIES or not language:
        raise errors.invalid("media_category", str(category), "media_category is not valid")
    entry = {"id": track.id, "language_code": language, "display_name": subtitles.get("display_name", "")}
    video.extra["subtitles"] = [*video.extra.get("subtitles", []), entry]
    lab.media.save_extra(video)
    return Response({"data": {"id": video.id, "media_category": category, "associated_subtitles": entry}})


def _get_upload(lab: LabState, call: Call) -> Upload:
    upload = lab.uploads.get("x", call.params["id"])
    if upload is None or upload.account != call.caller.id or _is_expired(lab, upload):
        raise errors.not_found("media", call.params["id"])
    return upload


def _own_media(lab: LabState, call: Call, id: str, kind: str) -> Media:
    media = lab.media.get("x", id)
    if media is None or media.account != call.caller.id or media.kind != kind:
        raise errors.invalid("id", id, "Your media IDs are invalid.")
    return media


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value or ""), validate=True)
    except (binascii.Error, ValueError):
        raise errors.invalid("media", "", "media must be base64 or a file") from None


def _add_media(lab: LabState, call: Call, id: str, data: bytes) -> Media:
    try:
        info = probe(data)
    except NotMedia as cause:
        raise errors.invalid("media", "", f"media type unrecognized: {cause}") from cause
    _check_limits(info, data)
    processing = 0.0
    if info.kind == "video":
        processing = lab.processing_times.seconds(call.account, hashlib.sha256(data).hexdigest(), *PROCESSING)
    return lab.media.add(
        id=id, network="x", account=call.caller.id, data=data, info=info, now=lab.clock.now(), processing=processing
    )


def _add_subtitles(lab: LabState, call: Call, id: str, data: bytes) -> Media:
    if not SUBTITLE_TIME.search(data):
        raise errors.invalid("media", "", "media type unrecognized: not SubRip nor WebVTT")
    info = MediaInfo(SUBTITLES, "text/vtt" if data.startswith(b"WEBVTT") else "text/srt", 0, 0)
    return lab.media.add(id=id, network="x", account=call.caller.id, data=data, info=info, now=lab.clock.now())


def _check_limits(info: MediaInfo, data: bytes) -> None:
    if len(data) > MAX_BYTES[info.kind]:
        raise errors.invalid("media", "", f"File size exceeds {MAX_BYTES[info.kind]} bytes.")
    if info.kind != "video":
        return
    shortest, longest = VIDEO_SECONDS
    if info.video_codec != "h264" or info.audio_codec not in ("", "aac") or not shortest <= info.seconds <= longest:
        raise errors.invalid("media", "", "Video must be H.264 with AAC, between 0.5 and 140 seconds.")


def _shape(lab: LabState, media: Media) -> dict[str, Any]:
    """Return media in X's format; a video has its processing state."""
    now = lab.clock.now()
    fields: dict[str, Any] = {
        "id": media.id,
        "media_key": media_key(media),
        "size": media.size,
        "expires_after_secs": max(0, int(media.created_at + MEDIA_LIFE - now)),
    }
    if media.kind == "image":
        return fields | {"image": {"image_type": media.mime, "w": media.width, "h": media.height}}
    if media.kind == SUBTITLES:
        return fields
    return fields | {"processing_info": _processing_info(media, now), "video": {"video_type": media.mime}}


def _processing_info(media: Media, now: float) -> dict[str, Any]:
    done = progress(media.created_at, media.ready_at, now)
    if done < PENDING:
        return {"state": "pending", "check_after_secs": 1}
    if done < 1:
        return {"state": "in_progress", "progress_percent": int(100 * done), "check_after_secs": 1}
    return {"state": "succeeded", "progress_percent": 100}
