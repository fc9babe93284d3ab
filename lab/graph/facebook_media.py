"""Photos and videos of a Facebook page: direct uploads, uploads in chunks, and reels."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from lab.graph import errors
from lab.graph.facebook import new_id, page_path, publishes
from lab.graph.params import FetchFailed, bool_param, fetch, reject_unknown_params, select_fields
from lab.messages import ApiError, Call, Response
from lab.network_api import COMMIT, PREPARE
from lab.state import LabState
from lab.store.media import Media, MediaInfo, NotMedia, Upload, probe
from lab.store.posts import Post

MAX_IMAGE_BYTES = MAX_THUMBNAIL_BYTES = 10_000_000
PROCESSING = (0.1, 0.4)  # seconds
CHUNK_BYTES = 1024 * 1024
SESSION_LIFE = 86_400.0  # seconds
REEL_SECONDS = (3.0, 90.0)
VERSION = "v26.0"
REEL_STATES = ("DRAFT", "PUBLISHED")
CAPTIONS_NAME = re.compile(r"[^/]+\.[a-z]{2}_[A-Z]{2}\.srt")
CAPTIONS_TIME = re.compile(rb"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}")


async def create_photo(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "source", "url", "published", "message", "caption", "alt_text_custom", "temporary")
    media = await _receive_media(lab, call, "url", "image")
    lab.media.set_alt(media.id, call.field("alt_text_custom"))
    if not bool_param(call, "published", True):
        return Response({"id": media.id})
    post = _publish_media(lab, call, media, call.field("message") or call.field("caption"))
    return Response({"id": media.id, "post_id": post.id})


async def _create_whole_video(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "source", "file_url", "published", "description", "title")
    media = await _receive_media(lab, call, "file_url", "video")
    media.extra = {"description": call.field("description"), "title": call.field("title")}
    lab.media.save_extra(media)
    if bool_param(call, "published", True):
        _publish_video(lab, call, media)
    return Response({"id": media.id})


async def update_video(lab: LabState, call: Call) -> Response:
    """Publish an unpublished video. A repeated call changes nothing."""
    media = _own_media(lab, call)
    if not publishes(call):
        raise errors.not_supported(f"{call.endpoint} without published=true")
    _publish_video(lab, call, media)
    return Response({"success": True})


async def set_thumbnail(lab: LabState, call: Call) -> Response:
    media = _own_media(lab, call)
    reject_unknown_params(call, "source", "is_preferred")
    data = call.files.get("source", b"")
    try:
        info = probe(data)
    except NotMedia:
        raise _invalid_file("image") from None
    if info.kind != "image" or len(data) > MAX_THUMBNAIL_BYTES:
        raise _invalid_file("image")
    image = lab.media.add(
        id=new_id(lab),
        network="facebook",
        account=call.caller.id,
        data=data,
        info=info,
        now=lab.clock.now(),
    )
    media.extra["thumbnail"] = image.sha256
    lab.media.save_extra(media)
    return Response({"success": True})


async def set_captions(lab: LabState, call: Call) -> Response:
    """Store captions in SubRip; their language comes from the file name, such as video.es_LA.srt."""
    media = _own_media(lab, call)
    reject_unknown_params(call, "captions_file", "default_locale", "locales_to_delete")
    name, data = call.filenames.get("captions_file", ""), call.files.get("captions_file", b"")
    if not CAPTIONS_NAME.fullmatch(name) or not CAPTIONS_TIME.search(data):
        raise errors.error(400, 387, "(#387) There is an error with the captions file you're trying to upload.")
    media.extra.setdefault("captions", {})[name.split(".")[-2]] = data.decode("utf-8", "replace")
    lab.media.save_extra(media)
    return Response({"success": True})


async def get_media(lab: LabState, call: Call) -> Response:
    media = _own_media(lab, call)
    post = lab.posts.get("facebook", f"{media.account}_{media.id}")
    ready = lab.clock.now() >= media.ready_at
    fields: dict[str, Any] = {
        "id": media.id,
        "name": media.extra.get("title"),
        "description": media.extra.get("description"),
        "published": post is not None,
        "alt_text_custom": media.alt,
        "width": media.width,
        "height": media.height,
        "status": _video_status(media, ready, post is not None),
        "source": f"{call.origin}/media/{media.sha256}",
        "images": [{"source": f"{call.origin}/media/{media.sha256}", "width": media.width, "height": media.height}],
        "permalink_url": call.origin + page_path(lab, post) if post else None,
        "post_id": post.id if post else None,
        "page_story_id": post.id if post else None,
        "length": media.seconds,
        "captions": {"data": _captions(media)},
        "from": {"id": call.caller.id, "name": call.caller.name},
        "picture": f"{call.origin}/media/{media.extra.get('thumbnail') or media.sha256}",
    }
    return Response(select_fields(call, "Video" if media.kind == "video" else "Photo", fields, ("id",)))


def _captions(media: Media) -> list[dict[str, Any]]:
    return [{"locale": locale, "text": text} for locale, text in media.extra.get("captions", {}).items()]


def _video_status(media: Media, ready: bool, published: bool) -> dict[str, Any]:
    return {
        "video_status": "ready" if ready else "processing",
        "uploading_phase": {"status": "complete", "bytes_transferred": media.size, "source_file_size": media.size},
        "processing_phase": {"status": "complete" if ready else "in_progress"},
        "publishing_phase": {"status": "complete" if published else "not_started"},
    }


async def delete_media(lab: LabState, call: Call) -> Response:
    """Delete a photo or video; if it was published, its post is withdrawn."""
    media = _own_media(lab, call)
    post = lab.posts.get("facebook", f"{media.account}_{media.id}")
    if post is not None:
        lab.withdraw(post, path=page_path(lab, post))
    lab.media.remove(media.id)
    return Response({"success": True})


def _publish_video(lab: LabState, call: Call, media: Media) -> Post:
    return _publish_media(lab, call, media, str(media.extra.get("description") or ""))


def _publish_media(lab: LabState, call: Call, media: Media, text: str) -> Post:
    """Publish a photo or a video as a post that has the same number, unless it is published already."""
    id = f"{call.caller.id}_{media.id}"
    post = lab.posts.get("facebook", id)
    if post is None:
        post = Post("facebook", id, call.caller.id, media.kind, text, lab.clock.now(), media=[media.id])
        lab.add_public(post, path=page_path(lab, post))
    return post


def _own_media(lab: LabState, call: Call) -> Media:
    media = lab.media.get("facebook", call.params["id"])
    if media is None:
        raise errors.not_found(call.params["id"], call.method)
    return media


async def _receive_media(lab: LabState, call: Call, url_field: str, kind: str) -> Media:
    data = await _file_of(lab, call, url_field)
    try:
        info = probe(data)
    except NotMedia:
        raise _invalid_file(kind) from None
    if (info.kind == "video") != (kind == "video") or (kind == "image" and len(data) > MAX_IMAGE_BYTES):
        raise _invalid_file(kind)
    digest = hashlib.sha256(data).hexdigest()
    return lab.media.add(
        id=new_id(lab),
        network="facebook",
        account=call.caller.id,
        data=data,
        info=info,
        now=lab.clock.now(),
        processing=lab.processing_times.seconds(call.account, digest, *PROCESSING) if kind == "video" else 0.0,
    )


async def _file_of(lab: LabState, call: Call, url_field: str) -> bytes:
    if call.files:
        return next(iter(call.files.values()))
    url = call.field(url_field)
    if not url:
        raise errors.invalid_parameter(f"source or {url_field} is required")
    try:
        return await fetch(lab, url)
    except FetchFailed as cause:
        raise errors.error(400, 324, f"(#324) Missing or invalid image file ({cause})", subcode=2069019) from cause


def _invalid_file(kind: str) -> ApiError:
    if kind == "video":
        return errors.error(400, 352, "(#352) Sorry, the video file you selected is in a format that we don't support.")
    return errors.error(400, 324, "(#324) Missing or invalid image file", subcode=2069019)


def stage_of_upload(_: LabState, call: Call) -> str:
    """Return `commit` when the call publishes: a video by `published`, a reel by its `video_state`."""
    if call.path.endswith("/video_reels"):
        return COMMIT if call.field("video_state") == "PUBLISHED" else PREPARE
    is_last_call = call.field("upload_phase") in ("", "finish")
    return COMMIT if is_last_call and bool_param(call, "published", True) else PREPARE


async def create_video(lab: LabState, call: Call) -> Response:
    """Create a video in one call, or run one phase of a chunked upload."""
    phase = call.field("upload_phase")
    if not phase:
        return await _create_whole_video(lab, call)
    phases = {"start": _start_video, "transfer": _transfer_chunk, "finish": _finish_video}
    if phase not in phases:
        raise errors.not_supported(f"{call.endpoint} upload_phase={phase}")
    return phases[phase](lab, call)


def _start_video(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "upload_phase", "file_size")
    size = call.field("file_size")
    if not size.isdigit() or size == "0":
        raise errors.invalid_parameter("Param file_size must be a positive number")
    upload = _open_upload(lab, call, int(size), {"kind": "video"})
    return Response({"video_id": upload.id, "upload_session_id": f"9{upload.id}"} | _next_chunk(lab, upload))


def _transfer_chunk(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "upload_phase", "upload_session_id", "start_offset", "video_file_chunk")
    upload = _get_session(lab, call)
    chunk = _next_chunk(lab, upload)
    if call.field("start_offset") != chunk["start_offset"]:
        raise _upload_error(1363037, chunk)
    size = int(chunk["end_offset"]) - int(chunk["start_offset"])
    lab.uploads.append(upload, call.files.get("video_file_chunk", b"")[:size])
    return Response(_next_chunk(lab, upload))


def _finish_video(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "upload_phase", "upload_session_id", "title", "description", "published")
    upload = _get_session(lab, call)
    if lab.uploads.received_bytes(upload) < upload.total:
        raise errors.error(
            400, 6000, "There was a problem uploading your video file. Please try again.", subcode=1363019
        )
    media = _finish_upload(lab, call, upload)
    if bool_param(call, "published", True):
        _publish_video(lab, call, media)
    return Response({"success": True})


async def get_upload(lab: LabState, call: Call) -> Response:
    upload = lab.uploads.get("facebook", call.params["id"])
    if upload is None:
        raise errors.not_found(call.params["id"], call.method)
    fields = {"id": upload.id, "status": _upload_status(lab, upload), "published": False, "permalink_url": None}
    return Response(select_fields(call, "Video", fields | {"post_id": None}, ("id",)))


async def create_reel(lab: LabState, call: Call) -> Response:
    """Run the first or the last phase of a reel; between them, the file is sent to `upload_url`."""
    phase = call.field("upload_phase")
    if phase == "start":
        reject_unknown_params(call, "upload_phase")
        upload = _open_upload(lab, call, -1, {"kind": "reel"})
        address = f"{call.origin}/graph/video-upload/{VERSION}/{upload.id}"
        return Response({"video_id": upload.id, "upload_url": address})
    if phase != "finish":
        raise errors.not_supported(f"{call.endpoint} upload_phase={phase}")
    return _finish_reel(lab, call)


def _finish_reel(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "upload_phase", "video_id", "video_state", "title", "description")
    state = call.field("video_state")
    upload = lab.uploads.get("facebook", call.field("video_id"))
    if state not in REEL_STATES:
        raise errors.not_supported(f"{call.endpoint} video_state={state}")
    if upload is None or upload.account != call.caller.id or upload.metadata["kind"] != "reel":
        raise errors.not_found(call.field("video_id"), call.method)
    media = lab.media.get("facebook", upload.id)
    if media is None:
        if upload.total < 0 or lab.uploads.received_bytes(upload) < upload.total:
            raise errors.invalid_parameter("The video has not been uploaded yet")
        media = _finish_upload(lab, call, upload)
    if state == "PUBLISHED":
        _publish_video(lab, call, media)
    return Response({"success": True, "post_id": upload.id})


async def receive_reel_file(lab: LabState, call: Call) -> Response:
    """Store a reel's file from `offset` on; the bytes that arrived before a cut are stored too."""
    upload = lab.uploads.get("facebook", call.params["id"])
    if upload is None or upload.account != call.caller.id:
        raise errors.not_found(call.params["id"], call.method)
    offset, size = call.headers.get("offset", ""), call.headers.get("file_size", "")
    received = lab.uploads.received_bytes(upload)
    if not offset.isdigit() or not size.isdigit() or int(offset) > received:
        raise _invalid_offset(received)
    upload.total = int(size)
    lab.uploads.save(upload)
    lab.uploads.append(upload, call.raw[received - int(offset) :])
    return Response({"success": True})


def _invalid_offset(received: int) -> ApiError:
    debug = {"retriable": False, "type": "OffsetInvalidError", "message": f"Offset must be {received}"}
    return ApiError(Response({"debug_info": debug}, 400))


def _upload_status(lab: LabState, upload: Upload) -> dict[str, Any]:
    """Return the status of an upload that is not finished."""
    received = lab.uploads.received_bytes(upload)
    is_complete = 0 <= upload.total <= received
    return {
        "video_status": "upload_complete" if is_complete else "uploading",
        "uploading_phase": {
            "status": "complete" if is_complete else "in_progress",
            "bytes_transferred": received,
            "source_file_size": max(upload.total, 0),
        },
        "processing_phase": {"status": "not_started"},
        "publishing_phase": {"status": "not_started"},
    }


def _upload_error(subcode: int, chunk: dict[str, str] | None = None) -> ApiError:
    message = "There was a problem uploading your video file. Please try again with another file."
    return errors.error(400, 6000, message, subcode=subcode, data=chunk)


def _open_upload(lab: LabState, call: Call, total: int, about: dict[str, Any]) -> Upload:
    number = new_id(lab)
    return lab.uploads.save(Upload(number, "facebook", call.caller.id, total, "video/mp4", lab.clock.now(), about))


def _get_session(lab: LabState, call: Call) -> Upload:
    upload = lab.uploads.get("facebook", call.field("upload_session_id")[1:])
    if upload is None or upload.account != call.caller.id or lab.clock.now() - upload.created_at > SESSION_LIFE:
        raise errors.error(
            400, 6000, "There was a problem uploading your video file. Please try again.", subcode=1363030
        )
    return upload


def _next_chunk(lab: LabState, upload: Upload) -> dict[str, str]:
    """Return the offsets of the chunk that Facebook expects next; both are the total when there is none."""
    received = lab.uploads.received_bytes(upload) if not upload.result else upload.total
    return {"start_offset": str(received), "end_offset": str(min(received + CHUNK_BYTES, upload.total))}


def _finish_upload(lab: LabState, call: Call, upload: Upload) -> Media:
    """Return the video of a complete upload; it is created the first time."""
    existing = lab.media.get("facebook", upload.id)
    if existing is not None:
        return existing
    data = lab.uploads.content(upload)
    info = _probe_upload(upload, data)
    digest = hashlib.sha256(data).hexdigest()
    media = lab.media.add(
        id=upload.id,
        network="facebook",
        account=call.caller.id,
        data=data,
        info=info,
        now=lab.clock.now(),
        processing=lab.processing_times.seconds(call.account, digest, *PROCESSING),
    )
    media.extra = {"description": call.field("description"), "title": call.field("title"), **upload.metadata}
    lab.media.save_extra(media)
    upload.result = media.id
    lab.uploads.save(upload)
    lab.uploads.discard(upload)
    return media


def _probe_upload(upload: Upload, data: bytes) -> MediaInfo:
    try:
        info = probe(data)
    except NotMedia:
        raise _invalid_file("video") from None
    shortest, longest = REEL_SECONDS
    if info.kind != "video":
        raise _invalid_file("video")
    if upload.metadata["kind"] == "reel" and not shortest <= info.seconds <= longest:
        raise errors.invalid_parameter("A reel lasts from 3 to 90 seconds")
    return info
