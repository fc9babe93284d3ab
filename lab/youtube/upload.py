"""Google's resumable upload: a session that always knows how far it got, and gives the video when it has it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from lab.ledger import Media, Upload
from lab.ledger.media import NotMedia, probe
from lab.messages import Answer, Call
from lab.state import LabState
from lab.youtube import errors, videos

RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
MAX_THUMBNAIL_BYTES = 52_428_800
PROCESSING = (0.1, 0.4)  # seconds
SESSION_LIFE = 7 * 86_400  # Google forgets a session after about a week
INCOMPLETE = 308


async def start(lab: LabState, call: Call) -> Answer:
    if call.query.get("uploadType") != "resumable":
        raise errors.not_spoken(f"uploadType={call.query.get('uploadType', '')}")
    about = dict(call.fields)
    if call.path.endswith("/videos"):
        videos.check_snippet(about.get("snippet") or {})
        videos.check_status(about.get("status") or {})
    else:
        about["thumbnail_of"] = _thumbnail_owner(lab, call)
    return _opened(lab, call, about)


def _opened(lab: LabState, call: Call, about: dict[str, Any]) -> Answer:
    total = call.headers.get("X-Upload-Content-Length", "")
    mime = call.headers.get("X-Upload-Content-Type", "application/octet-stream")
    about["part"] = call.query.get("part", "snippet,status")
    session = lab.uploads.save(
        Upload(
            f"lab{lab.book.next_number():012d}", "youtube", call.who.id, int(total) if total.isdigit() else -1, mime,
            lab.clock.now(), about,
        )
    )  # fmt: skip
    address = f"{call.origin}/youtube{call.path}?uploadType=resumable&upload_id={session.id}"
    return Answer(None, 200, {"Location": address, "X-GUploader-UploadID": session.id})


async def receive(lab: LabState, call: Call) -> Answer:
    """Take a piece, or only tell how far it got. Needs no token: the session's address is the secret."""
    session = lab.uploads.get("youtube", call.query.get("upload_id", ""))
    if session is None or lab.clock.now() - session.created_at > SESSION_LIFE:
        raise errors.error(404, "notFound", "Upload session not found or expired.", "global")
    call.account = lab.accounts.get("youtube", session.account)
    if session.result:
        return _finished(lab, call, session)
    _take_piece(lab, call, session)
    received = lab.uploads.received(session)
    if not call.whole or session.total < 0 or received < session.total:
        return Answer(None, INCOMPLETE, {"Range": f"bytes=0-{received - 1}"} if received else {})
    _complete(lab, session)
    return _finished(lab, call, session)


def _take_piece(lab: LabState, call: Call, session: Upload) -> None:
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
    received = lab.uploads.received(session)
    if start > received:
        raise errors.error(400, "badRequest", f"Range starts at {start}, but {received} bytes are here.", "global")
    # What was already here and comes again is passed over: bytes are counted once.
    lab.uploads.append(session, call.raw[received - start :])


def _complete(lab: LabState, session: Upload) -> None:
    data = lab.uploads.content(session)
    if session.about.get("thumbnail_of"):
        session.result = _set_thumbnail(lab, session.about["thumbnail_of"], data)
    else:
        media = _film(lab, session, data)
        session.result = videos.create(lab, session.account, session.about, media).id
    lab.uploads.save(session)
    lab.uploads.discard(session)


def _film(lab: LabState, session: Upload, data: bytes) -> Media:
    try:
        found = probe(data)
    except NotMedia:
        found = None
    if found is None or found.kind != "video":
        raise errors.bad("mediaBodyRequired", "The request does not include the video content.")
    account, digest = lab.accounts.get("youtube", session.account), hashlib.sha256(data).hexdigest()
    return lab.media.put(
        id=f"yt{lab.book.next_number()}", network="youtube", account=session.account, data=data, found=found,
        now=lab.clock.now(), processing=lab.latency.seconds(account, digest, *PROCESSING),
    )  # fmt: skip


def _finished(lab: LabState, call: Call, session: Upload) -> Answer:
    if session.about.get("thumbnail_of"):
        return Answer(_thumbnail_answer(call, session.result))
    post = lab.posts.get("youtube", session.result)
    if post is None:
        raise errors.video_not_found()
    return Answer(videos.shape(lab, call, post, session.about["part"].split(",")))


async def set_thumbnail(lab: LabState, call: Call) -> Answer:
    """thumbnails.set in one go (uploadType=media)."""
    if call.query.get("uploadType") == "resumable":
        return await start(lab, call)
    return Answer(_thumbnail_answer(call, _set_thumbnail(lab, _thumbnail_owner(lab, call), call.raw)))


def _thumbnail_owner(lab: LabState, call: Call) -> str:
    post = lab.posts.get("youtube", call.query.get("videoId", ""))
    if post is None:
        raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.thumbnail")
    if post.account != call.who.id:
        raise errors.forbidden()
    return post.id


def _set_thumbnail(lab: LabState, video: str, data: bytes) -> str:
    try:
        found = probe(data)
    except NotMedia:
        found = None
    if found is None or found.mime not in ("image/jpeg", "image/png") or len(data) > MAX_THUMBNAIL_BYTES:
        raise errors.error(400, "invalidImage", "The provided image content is invalid.", "youtube.thumbnail")
    post = lab.posts.get("youtube", video)
    if post is None:
        raise errors.video_not_found()
    picture = lab.media.put(
        id=f"yt{lab.book.next_number()}", network="youtube", account=post.account, data=data, found=found,
        now=lab.clock.now(),
    )  # fmt: skip
    post.extra["thumbnail"] = picture.sha256
    lab.posts.save(post)
    return picture.sha256


def _thumbnail_answer(call: Call, sha256: str) -> dict[str, Any]:
    image = {"url": f"{call.origin}/media/{sha256}"}
    return {"kind": "youtube#thumbnailSetResponse", "etag": "lab", "items": [{"default": image, "high": image}]}
