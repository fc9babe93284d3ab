"""Uploads of a page's videos and reels: in pieces, unpublished, with thumbnail and captions."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pregonero.media.captions import as_subrip
from pregonero.networks.base import Medium, Permanent, Post, Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.facebook.graph import Graph, error_of, is_gone
from pregonero.networks.facebook.network import CAPABILITIES, CAPTIONS_LOCALE
from pregonero.networks.multipart import File, picture

READY_STATES, FAILED_STATES = ("ready",), ("error", "expired", "upload_failed")
CLOSED_STATES = ("processing", "ready")
POLL_SECONDS = 5.0
REEL = "reel"
REEL_DRAFT, REEL_PUBLISHED = "DRAFT", "PUBLISHED"
OCTET_STREAM, SUBRIP = "application/octet-stream", "application/x-subrip"
WRONG_OFFSET = 1363037  # subcode: the piece does not start at the offset that Facebook expects, which the error gives
SESSION_ENDED = (1363030, 1363033, 1363041)  # subcodes
Save = Callable[[Prepared], None]


@dataclass(frozen=True)
class VideoUpload:
    """A video to publish on a page, with its title and description."""

    page_id: str
    medium: Medium
    title: str
    description: str


def video_of(post: Post) -> Medium | None:
    """Return a post's video, or None."""
    return next((medium for medium in post.media if medium.kind == "video"), None)


def upload_unpublished(graph: Graph, video: VideoUpload, is_reel: bool, prepared: Prepared, save: Save) -> None:
    """Upload the video or reel with its thumbnail and captions. Raises `Transient` until Facebook has processed it."""
    if "video_id" not in prepared:
        (_upload_reel if is_reel else _upload_video)(graph, video, prepared, save)
    _add_thumbnail_and_captions(graph, video.medium, prepared, save)
    state = _video_state(graph, prepared["video_id"])
    if state in FAILED_STATES:
        raise Permanent("Facebook no pudo procesar el video: revisa su formato y su duración.", code="video_failed")
    if state not in READY_STATES:
        raise Transient("Facebook está procesando el video.", code="in_progress", retry_after=POLL_SECONDS)


def _upload_reel(graph: Graph, video: VideoUpload, prepared: Prepared, save: Save) -> None:
    """Upload a reel as a draft and put its id in `prepared`."""
    if "upload" not in prepared:
        started = graph.post(video.page_id, "video_reels", upload_phase="start")
        prepared["upload"] = {"video": str(started["video_id"]), "address": str(started["upload_url"])}
        save(prepared)
    upload = prepared["upload"]
    offset = _bytes_received(graph, upload["video"]) if upload.get("begun") else 0
    upload["begun"] = True
    save(prepared)
    if offset < video.medium.size:
        graph.upload(upload["address"], File(video.medium.path, OCTET_STREAM, offset))
    finish_reel(graph, video, upload["video"], REEL_DRAFT)
    prepared["video_id"], prepared["reel"] = upload["video"], True
    del prepared["upload"]
    save(prepared)


def _bytes_received(graph: Graph, id: str) -> int:
    phase: dict[str, Any] = _status(graph, id).get("uploading_phase") or {}
    # Meta's documentation spells the field one way and its SDK the other.
    return int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)


def finish_reel(graph: Graph, video: VideoUpload, id: str, state: str) -> dict[str, Any]:
    """Set the state, title and description of an uploaded reel. It is idempotent."""
    return graph.post(
        video.page_id,
        "video_reels",
        upload_phase="finish",
        video_id=id,
        video_state=state,
        description=video.description,
        title=video.title,
    )


def _upload_video(graph: Graph, video: VideoUpload, prepared: Prepared, save: Save) -> None:
    """Upload a video unpublished and put its id in `prepared`; a session that ended is started again."""
    if "upload" not in prepared:
        started = graph.post(video.page_id, "videos", upload_phase="start", file_size=video.medium.size)
        session = {"session": str(started["upload_session_id"]), "video": str(started["video_id"])}
        prepared["upload"] = session | _next_piece(started)
        save(prepared)
    try:
        _transfer(graph, video, prepared, save)
        _finish(graph, video, prepared, save)
    except HttpError as refusal:
        if not (is_gone(refusal) or error_of(refusal).get("error_subcode") in SESSION_ENDED):
            raise
        del prepared["upload"]
        save(prepared)
        raise Transient("La subida a Facebook venció; se empieza otra.", code="uploading", retry_after=1.0) from refusal


def _next_piece(answer: dict[str, Any]) -> dict[str, int]:
    return {"start": int(answer["start_offset"]), "end": int(answer["end_offset"])}


def _transfer(graph: Graph, video: VideoUpload, prepared: Prepared, save: Save) -> None:
    """Send the pieces that Facebook asks for. Raises `Transient` when the worker's time for one video is used up."""
    upload = prepared["upload"]
    until = time.monotonic() + CAPABILITIES.limits["upload_patience_seconds"].value
    while upload["start"] < upload["end"]:
        if time.monotonic() > until:
            raise Transient("El video se está subiendo a Facebook.", code="uploading", retry_after=0.0)
        piece = File(video.medium.path, OCTET_STREAM, upload["start"], upload["end"] - upload["start"])
        try:
            answer = graph.post(
                video.page_id,
                "videos",
                files={"video_file_chunk": piece},
                upload_phase="transfer",
                upload_session_id=upload["session"],
                start_offset=upload["start"],
            )
        except HttpError as refusal:
            answer = _expected_offsets(refusal, upload)
        upload |= _next_piece(answer)
        save(prepared)


def _expected_offsets(refusal: HttpError, upload: dict[str, Any]) -> dict[str, Any]:
    """Return the offsets that Facebook expects if it refused a piece it already has; otherwise raise the refusal."""
    error = error_of(refusal)
    if error.get("error_subcode") != WRONG_OFFSET:
        raise refusal
    data = error.get("error_data") or {}
    offsets: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    if int(offsets.get("start_offset", upload["start"])) == upload["start"]:
        raise refusal
    return offsets


def _finish(graph: Graph, video: VideoUpload, prepared: Prepared, save: Save) -> None:
    """Close the upload session. If an earlier close had no answer, first ask whether it took effect."""
    upload = prepared["upload"]
    if not (upload.get("closing") and _video_state(graph, upload["video"]) in CLOSED_STATES):
        upload["closing"] = True
        save(prepared)
        graph.post(
            video.page_id,
            "videos",
            upload_phase="finish",
            upload_session_id=upload["session"],
            description=video.description,
            title=video.title,
            published=False,
        )
    prepared["video_id"] = upload["video"]
    del prepared["upload"]
    save(prepared)


def _add_thumbnail_and_captions(graph: Graph, medium: Medium, prepared: Prepared, save: Save) -> None:
    """Send the video's thumbnail and captions. Sending one of them again replaces it."""
    id = prepared["video_id"]
    if medium.thumbnail is not None and "thumbnail" not in prepared:
        graph.post(id, "thumbnails", files={"source": picture(medium.thumbnail)}, is_preferred=True)
        prepared["thumbnail"] = True
        save(prepared)
    if medium.captions is not None and "captions" not in prepared:
        # Facebook accepts only SubRip, and reads the language from the file name.
        with as_subrip(medium.captions) as path:
            file = File(path, SUBRIP, name=f"video.{CAPTIONS_LOCALE}.srt")
            graph.post(id, "captions", files={"captions_file": file}, default_locale=CAPTIONS_LOCALE)
        prepared["captions"] = True
        save(prepared)


def _video_state(graph: Graph, id: str) -> str:
    return str(_status(graph, id).get("video_status") or "")


def _status(graph: Graph, id: str) -> dict[str, Any]:
    status: dict[str, Any] = graph.get(id, "status").get("status") or {}
    return status
