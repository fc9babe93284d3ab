"""A page's video, sent in the pieces that Facebook asks for: after a cut it goes on from what has arrived."""

import json
import time
from typing import Any

from pregonero.networks.base import Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.facebook.errors import is_gone, told
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.video_common import Film, Keep, patience, state_of
from pregonero.networks.multipart import File

WRONG_PLACE = 1363037  # the piece does not begin where Facebook wants it: it says where
SESSION_OVER = (1363030, 1363033, 1363041)
CLOSED = ("processing", "ready")
PIECE = "application/octet-stream"


def leave(graph: Graph, film: Film, prepared: Prepared, keep: Keep) -> None:
    """Leave the whole video at the page, unpublished, and its id in `prepared`."""
    if "video_id" in prepared:
        return
    if "upload" not in prepared:
        prepared["upload"] = _start(graph, film)
        keep(prepared)
    try:
        _transfer(graph, film, prepared, keep)
        _finish(graph, film, prepared, keep)
    except HttpError as refusal:
        if not (is_gone(refusal) or told(refusal).get("error_subcode") in SESSION_OVER):
            raise
        del prepared["upload"]
        keep(prepared)
        raise Transient("La subida a Facebook venció; se empieza otra.", code="uploading", retry_after=1.0) from refusal


def _start(graph: Graph, film: Film) -> dict[str, Any]:
    said = graph.post(film.page, "videos", upload_phase="start", file_size=film.medium.size)
    return {"session": str(said["upload_session_id"]), "video": str(said["video_id"])} | _place(said)


def _place(said: dict[str, Any]) -> dict[str, int]:
    return {"start": int(said["start_offset"]), "end": int(said["end_offset"])}


def _transfer(graph: Graph, film: Film, prepared: Prepared, keep: Keep) -> None:
    upload, until = prepared["upload"], time.monotonic() + patience()
    while upload["start"] < upload["end"]:
        if time.monotonic() > until:
            raise Transient("El video se está subiendo a Facebook.", code="uploading", retry_after=0.0)
        piece = File(film.medium.path, PIECE, upload["start"], upload["end"] - upload["start"])
        try:
            said = graph.post(
                film.page, "videos", files={"video_file_chunk": piece}, upload_phase="transfer",
                upload_session_id=upload["session"], start_offset=upload["start"],
            )  # fmt: skip
        except HttpError as refusal:
            said = _wanted(refusal, upload)
        upload |= _place(said)
        keep(prepared)


def _wanted(refusal: HttpError, upload: dict[str, Any]) -> dict[str, Any]:
    """Return where Facebook wants the next piece, when that is why it refused this one: an earlier one did arrive."""
    error = told(refusal)
    if error.get("error_subcode") != WRONG_PLACE:
        raise refusal
    data = error.get("error_data") or {}
    place: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    if int(place.get("start_offset", upload["start"])) == upload["start"]:
        raise refusal
    return place


def _finish(graph: Graph, film: Film, prepared: Prepared, keep: Keep) -> None:
    """Close the upload; one whose answer was lost is looked at before it is closed again."""
    upload = prepared["upload"]
    if not (upload.get("closing") and state_of(graph, upload["video"]) in CLOSED):
        upload["closing"] = True
        keep(prepared)
        graph.post(
            film.page, "videos", upload_phase="finish", upload_session_id=upload["session"],
            description=film.words, title=film.title, published=False,
        )  # fmt: skip
    prepared["video_id"] = upload["video"]
    del prepared["upload"]
    keep(prepared)
