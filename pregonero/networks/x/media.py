"""Upload of media to X in segments, with alternative text and captions. They are invisible until a post uses them."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pregonero.media.captions import LANGUAGE, LANGUAGE_NAME, as_subrip
from pregonero.networks.base import STALE, Medium, Permanent, Prepared, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.x.network import CAPABILITIES, ERRORS, MEDIA_EXPIRED

CATEGORIES = {"picture": "tweet_image", "video": "tweet_video"}
GIF, GIF_CATEGORY = "image/gif", "tweet_gif"
CAPTIONS_CATEGORY, CAPTIONED_CATEGORY, CAPTIONS_MIME = "subtitles", "TweetVideo", "text/srt"
LIFE_MARGIN = 3600  # seconds of life that an uploaded medium must still have to be used


@dataclass(frozen=True)
class File:
    """A file to upload, with the category under which X stores it."""

    path: Path
    mime: str
    category: str


def upload_all(api: Any, media: tuple[Medium, ...], prepared: Prepared, save: Callable[[Prepared], None]) -> Prepared:
    """Upload every medium, continuing from `prepared`, and return the new state. Calls `save` after each step."""
    if prepared.pop(STALE, "") == MEDIA_EXPIRED:
        prepared["media"] = []  # X had already deleted them when the post was to be published
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for index, medium in enumerate(media):
        if index == len(entries):
            entries.append({})
        if entries[index].get("sha256") != medium.sha256 or _expires_soon(entries[index]):
            entries[index] = {"sha256": medium.sha256}
        _upload(api, medium, entries, index, lambda: save(prepared))
    return prepared


def _expires_soon(entry: dict[str, Any]) -> bool:
    return float(entry.get("expires_at", time.time() + 2 * LIFE_MARGIN)) - time.time() < LIFE_MARGIN


def _upload(api: Any, medium: Medium, entries: list[dict[str, Any]], index: int, save: Callable[[], None]) -> None:
    """Run the remaining steps of a medium's upload; start again if X has deleted the unfinished upload."""
    try:
        for _ in _steps(api, medium, entries[index]):
            save()
    except HttpError as refusal:
        if "id" not in entries[index] or not _is_gone(refusal):
            raise
        entries[index] = {"sha256": medium.sha256}
        save()
        raise Transient(
            "X ya no tiene el archivo que se subía; se sube otra vez.", code=MEDIA_EXPIRED, retry_after=1.0
        ) from refusal


def _is_gone(refusal: HttpError) -> bool:
    return refusal.status == HTTPStatus.NOT_FOUND or ERRORS.meaning(refusal)[0] == MEDIA_EXPIRED


def _steps(api: Any, medium: Medium, entry: dict[str, Any]) -> Iterator[None]:
    """Run the remaining steps of a medium's upload, yielding after each one so that the state is saved."""
    category = GIF_CATEGORY if medium.mime == GIF else CATEGORIES[medium.kind]
    yield from _upload_file(api, File(medium.path, medium.mime, category), entry)
    _check_processing(api, entry)
    if medium.alt and not entry.get("described"):
        _check_accepted(api.create_metadata({"id": entry["id"], "metadata": {"alt_text": {"text": medium.alt}}}))
        entry["described"] = True
        yield
    if medium.captions is not None and not entry.get("captioned"):
        track = entry.setdefault("captions", {})
        with as_subrip(medium.captions) as path:  # UTF-8 without style codes, which X would show as text
            yield from _upload_file(api, File(path, CAPTIONS_MIME, CAPTIONS_CATEGORY), track)
        _add_captions(api, entry["id"], track["id"])
        entry["captioned"] = True
        yield


def _upload_file(api: Any, file: File, entry: dict[str, Any]) -> Iterator[None]:
    if "id" not in entry:
        _open(api, file, entry)
        yield
    yield from _append_segments(api, file.path, entry)
    if not entry.get("closed"):
        finalized = api.finalize_upload(entry["id"])
        _check_accepted(finalized)
        # Without a body X does not say whether it still processes the medium: its status has to be read.
        is_processing = finalized.data is None or bool(_processing_info(finalized.data))
        entry["closed"], entry["processing"] = True, is_processing
        yield


def _open(api: Any, file: File, entry: dict[str, Any]) -> None:
    size = file.path.stat().st_size
    body = {"media_type": file.mime, "media_category": file.category, "total_bytes": size}
    opened = _data_of(api.initialize_upload(body))
    # X deletes a medium that is not posted within a day: then it has to be uploaded again.
    life = CAPABILITIES.limits["media_life_seconds"].value
    entry |= {"id": str(opened.id), "segments": 0, "expires_at": int(time.time()) + life}


def _append_segments(api: Any, path: Path, entry: dict[str, Any]) -> Iterator[None]:
    segment_bytes = CAPABILITIES.limits["segment_bytes"].value
    until = time.monotonic() + CAPABILITIES.limits["upload_patience_seconds"].value
    with path.open("rb") as content:
        content.seek(entry["segments"] * segment_bytes)
        while not entry.get("closed") and (data := content.read(segment_bytes)):
            if time.monotonic() > until:
                raise Transient("El video se está subiendo a X.", code="uploading", retry_after=0.0)
            body = {"media": base64.b64encode(data).decode("ascii"), "segment_index": entry["segments"]}
            _check_accepted(api.append_upload(entry["id"], body))
            entry["segments"] += 1
            yield


def _check_processing(api: Any, entry: dict[str, Any]) -> None:
    """Ask once whether X has processed the medium. Raises `Transient` if it has not, and `Permanent` if it failed."""
    if not entry.get("processing"):
        return
    info = _processing_info(_data_of(api.get_upload_status(entry["id"], command="STATUS")))
    state = info.get("state", "succeeded")
    if state == "failed":
        raise Permanent("X no pudo procesar el video.", code="media_failed")
    if state != "succeeded":
        after = float(info.get("check_after_secs") or 1)
        raise Transient("X está procesando el video.", code="media_in_progress", retry_after=after)
    entry["processing"] = False


def _processing_info(data: Any) -> dict[str, Any]:
    info = getattr(data, "processing_info", None) or {}
    return info if isinstance(info, dict) else dict(info.model_dump(exclude_none=True))


def _add_captions(api: Any, video: str, track: str) -> None:
    # X's document wants two capital letters: ^[A-Z]{2}$.
    subtitles = {"id": track, "language_code": LANGUAGE.upper(), "display_name": LANGUAGE_NAME}
    _check_accepted(api.create_subtitles({"id": video, "media_category": CAPTIONED_CATEGORY, "subtitles": subtitles}))


def _data_of(response: Any) -> Any:
    """Return the `data` of a response. Raises `HttpError` (404) when it has none."""
    if response.data is None:
        raise HttpError(HTTPStatus.NOT_FOUND, {}, response.model_dump())
    return response.data


def _check_accepted(response: Any) -> None:
    """Accept a response without a body. For media that do not exist, X answers 200 with `errors` and no `data`."""
    if response.data is None and response.model_dump().get("errors"):
        raise HttpError(HTTPStatus.NOT_FOUND, {}, response.model_dump())
