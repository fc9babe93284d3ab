"""Media for X: given in pieces before the hour, each with its alternative text; invisible until they are posted."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

from pregonero.networks.base import Medium, Permanent, Prepared, Transient
from pregonero.networks.x.limits import CAPABILITIES

CATEGORIES = {"picture": "tweet_image", "video": "tweet_video"}
GIF, GIF_CATEGORY = "image/gif", "tweet_gif"
MARGIN = 3600  # seconds of a medium's life that must be left for it to be used

Keep = Callable[[Prepared], None]


def upload_all(api: Any, media: tuple[Medium, ...], prepared: Prepared, keep: Keep) -> Prepared:
    """Leave every medium at X, going on from those already there; returns what is known of them."""
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for at, medium in enumerate(media):
        if at == len(entries):
            entries.append({})
        if entries[at].get("sha256") != medium.sha256 or _too_old(entries[at]):
            entries[at] = {"sha256": medium.sha256}
        for _ in _steps(api, medium, entries[at]):
            keep(prepared)
    return prepared


def _too_old(entry: dict[str, Any]) -> bool:
    return float(entry.get("expires_at", time.time() + 2 * MARGIN)) - time.time() < MARGIN


def _steps(api: Any, medium: Medium, entry: dict[str, Any]) -> Iterator[None]:
    """Do what is still to be done for a medium; after each step there is something to keep."""
    if "id" not in entry:
        _open(api, medium, entry)
        yield
    yield from _send(api, medium, entry)
    if not entry.get("closed"):
        _close(api, entry)
        yield
    _wait_for(api, entry)
    if medium.alt and not entry.get("described"):
        body = {"id": entry["id"], "metadata": {"alt_text": {"text": medium.alt}}}
        api.create_metadata(body)
        entry["described"] = True
        yield


def _open(api: Any, medium: Medium, entry: dict[str, Any]) -> None:
    category = GIF_CATEGORY if medium.mime == GIF else CATEGORIES[medium.kind]
    body = {"media_type": medium.mime, "media_category": category, "total_bytes": medium.size}
    opened = api.initialize_upload(body).data
    # X lets go of a medium after a day: the post that is not sent by then must have it uploaded again.
    life = CAPABILITIES.limits["media_life_seconds"].value
    entry |= {"id": str(opened.id), "segments": 0, "expires_at": int(time.time()) + life}


def _send(api: Any, medium: Medium, entry: dict[str, Any]) -> Iterator[None]:
    piece = CAPABILITIES.limits["segment_bytes"].value
    with medium.path.open("rb") as content:
        content.seek(entry["segments"] * piece)
        while data := content.read(piece):
            body = {"media": base64.b64encode(data).decode("ascii"), "segment_index": entry["segments"]}
            api.append_upload(entry["id"], body)
            entry["segments"] += 1
            yield


def _close(api: Any, entry: dict[str, Any]) -> None:
    closed = api.finalize_upload(entry["id"]).data
    entry["closed"] = True
    entry["processing"] = bool(_processing(closed))


def _wait_for(api: Any, entry: dict[str, Any]) -> None:
    """Go on when X has processed the medium; asks once, and leaves the waiting to whoever called."""
    if not entry.get("processing"):
        return
    info = _processing(api.get_upload_status(entry["id"], command="STATUS").data)
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
