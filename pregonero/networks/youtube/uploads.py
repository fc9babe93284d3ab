"""A video's upload, private and by pieces: its session's address is kept, so that it goes on where it was cut."""

import time
from collections.abc import Callable
from typing import Any

from pregonero.networks.base import ApiCredentials, Medium, Post, Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.youtube.capabilities import CAPABILITIES, CATEGORY, LANGUAGE
from pregonero.networks.youtube.client import RESUME_INCOMPLETE, Http, videos

SESSION_GONE = (404, 410)
Keep = Callable[[Prepared], None]


def film_of(post: Post) -> Medium:
    """Return a post's video, without which nothing is prepared here."""
    return next(medium for medium in post.media if medium.kind == "video")


def upload(access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Leave the whole video at YouTube, and its id in `prepared`; `Transient` when there is more to send."""
    request = _request(access, post, film_of(post))
    if "session" in prepared:
        body = _go_on(access, request, prepared, keep)
        if body is not None:
            _done(prepared, body, keep)
            return
    patience = time.monotonic() + CAPABILITIES.limits["upload_patience_seconds"].value
    body = None
    while body is None:
        body = _send_piece(access, request, prepared, keep)
        if body is None and time.monotonic() > patience:
            raise Transient("El video se está subiendo a YouTube.", code="uploading", retry_after=0.0)
    _done(prepared, body, keep)


def _send_piece(access: ApiCredentials, request: Any, prepared: Prepared, keep: Keep) -> Any:
    def opened(session: str) -> None:
        prepared["session"] = session
        keep(prepared)

    _, body = request.next_chunk(http=Http(access, opened))
    return body


def _request(access: ApiCredentials, post: Post, video: Medium) -> Any:
    from googleapiclient.http import MediaFileUpload  # noqa: PLC0415 - only a worker pays for it

    piece = CAPABILITIES.limits["chunk_bytes"].value
    about = {
        "snippet": {
            "title": post.title, "description": post.text, "categoryId": CATEGORY,
            "defaultLanguage": LANGUAGE, "defaultAudioLanguage": LANGUAGE,
        },
        "status": {"privacyStatus": "private", "selfDeclaredMadeForKids": False},
    }  # fmt: skip
    content = MediaFileUpload(str(video.path), mimetype=video.mime, chunksize=piece, resumable=True)
    return videos(access).insert(part="snippet,status", body=about, media_body=content)


def _go_on(access: ApiCredentials, request: Any, prepared: Prepared, keep: Keep) -> Any:
    """Ask the session how far it got; returns the video when it has it all, and forgets a session that died."""
    size = request.resumable.size()
    headers = {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
    try:
        response, content = Http(access).request(prepared["session"], "PUT", headers=headers)
    except HttpError as refusal:
        if refusal.status not in SESSION_GONE:
            raise
        del prepared["session"]
        keep(prepared)
        return None
    if response.status != RESUME_INCOMPLETE:
        return request.postproc(response, content)
    request.resumable_uri = prepared["session"]
    request.resumable_progress = int(response["range"].rpartition("-")[2]) + 1 if "range" in response else 0
    return None


def _done(prepared: Prepared, body: dict[str, Any], keep: Keep) -> None:
    prepared["video_id"] = str(body["id"])
    prepared.pop("session", None)
    keep(prepared)
