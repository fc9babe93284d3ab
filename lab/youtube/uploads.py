"""Google's resumable upload: a session reports the bytes that it has received, and returns the video when complete."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from lab.messages import Call, Response
from lab.state import LabState
from lab.store.media import Media, NotMedia, Upload, probe
from lab.youtube import errors, videos

RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
MAX_THUMBNAIL_BYTES = 52_428_800
PROCESSING = (0.1, 0.4)  # seconds
SESSION_LIFE = 7 * 86_400  # seconds: Google forgets a session after about a week
INCOMPLETE = 308


async def start(lab: LabState, call: Call) -> Response:
    """Start a session for a video or a thumbnail; its address is in the Location header."""
    if call.query.get("uploadType") != "resumable":
        raise errors.not_supported(f"uploadType={call.query.get('uploadType', '')}")
    metadata = dict(call.fields)
    if call.path.endswith("/videos"):
        videos.check_snippet(metadata.get("snippet") or {})
        videos.check_status(metadata.get("status") or {})
    else:
        metadata["thumbnail_of"] = _thumbnail_owner(lab, call)
    return _open_session(lab, call, metadata)


def _open_session(lab: LabState, call: Call, metadata: dict[str, Any]) -> Response:
    total = call.headers.get("X-Upload-Content-Length", "")
    mime = call.headers.get("X-Upload-Content-Type", "application/octet-stream")
    metadata["part"] = call.query.get("part", "snippet,status")
    session = lab.uploads.save(
        Upload(
            id=f"lab{lab.database.next_number():012d}",
            network="youtube",
            account=call.caller.id,
            total=int(total) if total.isdigit() else -1,
            mime=mime,
            created_at=lab.clock.now(),
            metadata=metadata,
        )
    )
    address = f"{call.origin}/youtube{call.path}?uploadType=resumable&upload_id={session.id}"
    return Response(None, 200, {"Location": address, "X-GUploader-UploadID": session.id})


async def receive(lab: LabState, call: Call) -> Response:
    """Store a chunk, or only report the bytes received. The address of the session is secret, so no token is needed."""
    session = lab.uploads.get("youtube", call.query.get("upload_id", ""))
    if session is None or lab.clock.now() - session.created_at > SESSION_LIFE:
        raise errors.error(404, "notFound", "Upload session not found or expired.", "global")
    call.account = lab.accounts.get("youtube", session.account)
    if session.result:
        return _result(lab, call, session)
    _append_chunk(lab, call, session)
    received = lab.uploads.received_bytes(session)
    if not call.is_complete or session.total < 0 or received < session.total:
        return Response(None, INCOMPLETE, {"Range": f"bytes=0-{received - 1}"} if received else {})
    _complete(lab, session)
    return _result(lab, call, session)


def _append_chunk(lab: LabState, call: Call, session: Upload) -> None:
    range_given = call.headers.get("Content-Range")
    match = RANGE.fullmatch(range_given) if range_given else None
    if range_given and match is None:
        raise errors.error(400, "badRequest", "Failed to parse Content-Range header.", "global")
    start = int(match[1]) if match and match[1] else 0
    if match and match[3] != "*":
        session.total = int(match[3])
    elif match is None:
        session.total = int(call.headers.get("Content-Length") or len(call.raw))
    lab.uploads.save(session)
    received = lab.uploads.received_bytes(session)
    if start > received:
        raise errors.error(400, "badRequest", f"Range starts at {start}, but {received} bytes were received.", "global")
    # Bytes that were received already are skipped.
    lab.uploads.append(session, call.raw[received - start :])


def _complete(lab: LabState, session: Upload) -> None:
    data = lab.uploads.content(session)
    if session.metadata.get("thumbnail_of"):
        session.result = _set_thumbnail(lab, session.metadata["thumbnail_of"], data)
    else:
        media = _add_video(lab, session, data)
        session.result = videos.create_video(lab, session.account, session.metadata, media).id
    lab.uploads.save(session)
    lab.uploads.discard(session)


def _add_video(lab: LabState, session: Upload, data: bytes) -> Media:
    try:
        info = probe(data)
    except NotMedia:
        info = None
    if info is None or info.kind != "video":
        raise errors.bad_request("mediaBodyRequired", "The request does not include the video content.")
    account, digest = lab.accounts.get("youtube", session.account), hashlib.sha256(data).hexdigest()
    return lab.media.add(
        id=f"yt{lab.database.next_number()}",
        network="youtube",
        account=session.account,
        data=data,
        info=info,
        now=lab.clock.now(),
        processing=lab.processing_times.seconds(account, digest, *PROCESSING),
    )


def _result(lab: LabState, call: Call, session: Upload) -> Response:
    if session.metadata.get("thumbnail_of"):
        return Response(_thumbnail_response(call, session.result))
    post = lab.posts.get("youtube", session.result)
    if post is None:
        raise errors.video_not_found()
    return Response(videos.shape(lab, call, post, session.metadata["part"].split(",")))


async def set_thumbnail(lab: LabState, call: Call) -> Response:
    """Set a thumbnail that comes in one call (uploadType=media)."""
    if call.query.get("uploadType") == "resumable":
        return await start(lab, call)
    return Response(_thumbnail_response(call, _set_thumbnail(lab, _thumbnail_owner(lab, call), call.raw)))


def _thumbnail_owner(lab: LabState, call: Call) -> str:
    post = lab.posts.get("youtube", call.query.get("videoId", ""))
    if post is None:
        raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.thumbnail")
    if post.account != call.caller.id:
        raise errors.forbidden()
    return post.id


def _set_thumbnail(lab: LabState, video: str, data: bytes) -> str:
    try:
        info = probe(data)
    except NotMedia:
        info = None
    if info is None or info.mime not in ("image/jpeg", "image/png") or len(data) > MAX_THUMBNAIL_BYTES:
        raise errors.error(400, "invalidImage", "The provided image content is invalid.", "youtube.thumbnail")
    post = lab.posts.get("youtube", video)
    if post is None:
        raise errors.video_not_found()
    image = lab.media.add(
        id=f"yt{lab.database.next_number()}",
        network="youtube",
        account=post.account,
        data=data,
        info=info,
        now=lab.clock.now(),
    )
    post.extra["thumbnail"] = image.sha256
    lab.posts.save(post)
    return image.sha256


def _thumbnail_response(call: Call, sha256: str) -> dict[str, Any]:
    image = {"url": f"{call.origin}/media/{sha256}"}
    return {"kind": "youtube#thumbnailSetResponse", "etag": "lab", "items": [{"default": image, "high": image}]}
