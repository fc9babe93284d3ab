"""Media for X: given in pieces before the hour, with alternative text and captions; invisible until they are posted."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pregonero.media.captions import LANGUAGE, LANGUAGE_NAME
from pregonero.networks.base import STALE, Medium, Permanent, Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.x.capabilities import CAPABILITIES
from pregonero.networks.x.errors import ERRORS, GONE

CATEGORIES = {"picture": "tweet_image", "video": "tweet_video"}
GIF, GIF_CATEGORY = "image/gif", "tweet_gif"
CAPTIONS_CATEGORY, CAPTIONED_CATEGORY = "subtitles", "TweetVideo"
MARGIN = 3600  # seconds of a medium's life that must be left for it to be used

Keep = Callable[[Prepared], None]


@dataclass(frozen=True)
class File:
    """A file on its way to X, and as what it goes."""

    path: Path
    mime: str
    category: str


def upload_all(api: Any, media: tuple[Medium, ...], prepared: Prepared, keep: Keep) -> Prepared:
    """Leave every medium at X, going on from those already there; returns what is known of them."""
    if prepared.pop(STALE, "") == GONE:
        prepared["media"] = []  # X did not have them any more when they were to be published
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for at, medium in enumerate(media):
        if at == len(entries):
            entries.append({})
        if entries[at].get("sha256") != medium.sha256 or _too_old(entries[at]):
            entries[at] = {"sha256": medium.sha256}
        _upload(api, medium, entries, at, lambda: keep(prepared))
    return prepared


def _too_old(entry: dict[str, Any]) -> bool:
    return float(entry.get("expires_at", time.time() + 2 * MARGIN)) - time.time() < MARGIN


def _upload(api: Any, medium: Medium, entries: list[dict[str, Any]], at: int, keep: Callable[[], None]) -> None:
    """Do what is still to be done for a medium; one that X lets go of half way is begun again."""
    try:
        for _ in _steps(api, medium, entries[at]):
            keep()
    except HttpError as refusal:
        if "id" not in entries[at] or not _is_gone(refusal):
            raise
        entries[at] = {"sha256": medium.sha256}
        keep()
        raise Transient(
            "X ya no tiene el archivo que se subía; se sube otra vez.", code=GONE, retry_after=1.0
        ) from refusal


def _is_gone(refusal: HttpError) -> bool:
    return refusal.status == HTTPStatus.NOT_FOUND or ERRORS.meaning(refusal)[0] == GONE


def _steps(api: Any, medium: Medium, entry: dict[str, Any]) -> Iterator[None]:
    """Do what is still to be done for a medium; after each step there is something to keep."""
    category = GIF_CATEGORY if medium.mime == GIF else CATEGORIES[medium.kind]
    yield from _sent(api, File(medium.path, medium.mime, category), entry)
    _wait_for(api, entry)
    if medium.alt and not entry.get("described"):
        _told(api.create_metadata({"id": entry["id"], "metadata": {"alt_text": {"text": medium.alt}}}))
        entry["described"] = True
        yield
    if medium.captions is not None and not entry.get("captioned"):
        track = entry.setdefault("captions", {})
        yield from _sent(api, File(medium.captions, _kind_of_captions(medium.captions), CAPTIONS_CATEGORY), track)
        _add_captions(api, entry["id"], track["id"])
        entry["captioned"] = True
        yield


def _sent(api: Any, file: File, entry: dict[str, Any]) -> Iterator[None]:
    if "id" not in entry:
        _open(api, file, entry)
        yield
    yield from _send(api, file.path, entry)
    if not entry.get("closed"):
        closed = _told(api.finalize_upload(entry["id"]))
        entry["closed"], entry["processing"] = True, bool(_processing(closed))
        yield


def _open(api: Any, file: File, entry: dict[str, Any]) -> None:
    size = file.path.stat().st_size
    body = {"media_type": file.mime, "media_category": file.category, "total_bytes": size}
    opened = _told(api.initialize_upload(body))
    # X lets go of a medium after a day: the post that is not sent by then must have it uploaded again.
    life = CAPABILITIES.limits["media_life_seconds"].value
    entry |= {"id": str(opened.id), "segments": 0, "expires_at": int(time.time()) + life}


def _send(api: Any, path: Path, entry: dict[str, Any]) -> Iterator[None]:
    piece = CAPABILITIES.limits["segment_bytes"].value
    until = time.monotonic() + CAPABILITIES.limits["upload_patience_seconds"].value
    with path.open("rb") as content:
        content.seek(entry["segments"] * piece)
        while not entry.get("closed") and (data := content.read(piece)):
            if time.monotonic() > until:
                raise Transient("El video se está subiendo a X.", code="uploading", retry_after=0.0)
            body = {"media": base64.b64encode(data).decode("ascii"), "segment_index": entry["segments"]}
            _told(api.append_upload(entry["id"], body))
            entry["segments"] += 1
            yield


def _wait_for(api: Any, entry: dict[str, Any]) -> None:
    """Go on when X has processed the medium; asks once, and leaves the waiting to whoever called."""
    if not entry.get("processing"):
        return
    info = _processing(_told(api.get_upload_status(entry["id"], command="STATUS")))
    state = info.get("state", "succeeded")
    if state == "failed":
        raise Permanent("X no pudo procesar el video.", code="media_failed")
    if state != "succeeded":
        after = float(info.get("check_after_secs") or 1)
        raise Transient("X está procesando el video.", code="media_in_progress", retry_after=after)
    entry["processing"] = False


def _processing(data: Any) -> dict[str, Any]:
    found = getattr(data, "processing_info", None) or {}
    return found if isinstance(found, dict) else dict(found.model_dump(exclude_none=True))


def _kind_of_captions(path: Path) -> str:
    return "text/vtt" if path.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else "text/srt"


def _add_captions(api: Any, video: str, track: str) -> None:
    about = {"id": track, "language_code": LANGUAGE, "display_name": LANGUAGE_NAME}
    _told(api.create_subtitles({"id": video, "media_category": CAPTIONED_CATEGORY, "subtitles": about}))


def _told(answer: Any) -> Any:
    """Return what X answers with; it says 200, with `errors` in place of `data`, of what it does not have."""
    if answer.data is None:
        raise HttpError(HTTPStatus.NOT_FOUND, {}, answer.model_dump())
    return answer.data
