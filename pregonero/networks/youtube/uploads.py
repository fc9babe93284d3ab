"""Uploads to YouTube: the video, private and in resumable pieces, and then its thumbnail and captions."""

import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pregonero.media.captions import LANGUAGE, LANGUAGE_NAME, as_subrip
from pregonero.networks.base import ApiCredentials, Medium, Post, Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.multipart import picture
from pregonero.networks.youtube.client import RESUME_INCOMPLETE, Http, service, videos
from pregonero.networks.youtube.network import CAPABILITIES, CATEGORY

SESSION_ENDED = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
CAPTIONS_MIME = "application/octet-stream"  # YouTube detects whether they are WebVTT or SubRip
Save = Callable[[Prepared], None]


def video_of(post: Post) -> Medium:
    """Return a post's video; every post on YouTube has one."""
    return next(medium for medium in post.media if medium.kind == "video")


def upload_video(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Upload the video, private, and put its id in `prepared`.

    Continues an upload that was interrupted. Raises `Transient` when the worker's time for one video is used up.
    """
    request = _request(credentials, post, video_of(post))
    if "session" in prepared:
        body = _resume(credentials, request, prepared, save)
        if body is not None:
            _finish(prepared, body, save)
            return
    until = time.monotonic() + CAPABILITIES.limits["upload_patience_seconds"].value
    body = None
    while body is None:
        body = _send_piece(credentials, request, prepared, save)
        if body is None and time.monotonic() > until:
            raise Transient("El video se está subiendo a YouTube.", code="uploading", retry_after=0.0)
    _finish(prepared, body, save)


def _send_piece(credentials: ApiCredentials, request: Any, prepared: Prepared, save: Save) -> Any:
    def save_session(session: str) -> None:
        prepared["session"] = session
        save(prepared)

    _, body = request.next_chunk(http=Http(credentials, save_session))
    return body


def _request(credentials: ApiCredentials, post: Post, video: Medium) -> Any:
    from googleapiclient.http import MediaFileUpload  # noqa: PLC0415 - slow to import; only workers call YouTube

    piece_bytes = CAPABILITIES.limits["chunk_bytes"].value
    metadata = {
        "snippet": {
            "title": post.title,
            "description": post.text,
            "categoryId": CATEGORY,
            "defaultLanguage": LANGUAGE,
            "defaultAudioLanguage": LANGUAGE,
        },
        "status": {"privacyStatus": "private", "selfDeclaredMadeForKids": False},
    }
    content = MediaFileUpload(str(video.path), mimetype=video.mime, chunksize=piece_bytes, resumable=True)
    return videos(credentials).insert(part="snippet,status", body=metadata, media_body=content)


def _resume(credentials: ApiCredentials, request: Any, prepared: Prepared, save: Save) -> Any:
    """Ask the session for the bytes it has. Return the video if the upload is complete; otherwise return None.

    A session that has ended is removed from `prepared`, so that a new one is started.
    """
    size = request.resumable.size()
    headers = {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
    try:
        response, content = Http(credentials).request(prepared["session"], "PUT", headers=headers)
    except HttpError as refusal:
        if refusal.status not in SESSION_ENDED:
            raise
        del prepared["session"]
        save(prepared)
        return None
    if response.status != RESUME_INCOMPLETE:
        return request.postproc(response, content)
    request.resumable_uri = prepared["session"]
    request.resumable_progress = int(response["range"].rpartition("-")[2]) + 1 if "range" in response else 0
    return None


def _finish(prepared: Prepared, body: dict[str, Any], save: Save) -> None:
    prepared["video_id"] = str(body["id"])
    prepared.pop("session", None)
    save(prepared)


def add_thumbnail_and_captions(credentials: ApiCredentials, video: Medium, prepared: Prepared, save: Save) -> None:
    """Upload the thumbnail and captions of an uploaded video, each once."""
    if video.thumbnail is not None and "thumbnail" not in prepared:
        _set_thumbnail(credentials, prepared["video_id"], video.thumbnail)
        prepared["thumbnail"] = True
        save(prepared)
    if video.captions is not None and "captions" not in prepared:
        _add_captions(credentials, prepared["video_id"], video.captions)
        prepared["captions"] = True
        save(prepared)


def _set_thumbnail(credentials: ApiCredentials, id: str, path: Path) -> None:
    change = service(credentials).thumbnails().set(videoId=id, media_body=_file(path, picture(path).mime))
    change.execute(http=Http(credentials))


def _add_captions(credentials: ApiCredentials, id: str, path: Path) -> None:
    """Add the captions. A conflict means that an earlier call whose answer was lost has already added them."""
    metadata = {"snippet": {"videoId": id, "language": LANGUAGE, "name": LANGUAGE_NAME, "isDraft": False}}
    with as_subrip(path) as file:  # without the codes of style, which YouTube would show as words
        media = _file(file, CAPTIONS_MIME)
        insertion = service(credentials).captions().insert(part="snippet", body=metadata, media_body=media)
        try:
            insertion.execute(http=Http(credentials))
        except HttpError as refusal:
            if refusal.status != HTTPStatus.CONFLICT:
                raise


def _file(path: Path, mime: str) -> Any:
    from googleapiclient.http import MediaFileUpload  # noqa: PLC0415 - slow to import; only workers call YouTube

    return MediaFileUpload(str(path), mimetype=mime)
