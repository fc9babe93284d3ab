"""A page's reel: opened, sent to an address of its own, closed as a draft, and published by closing it as public."""

from typing import Any

from pregonero.networks.base import Prepared
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.video_common import Film, Keep, status_of
from pregonero.networks.multipart import File

DRAFT, PUBLISHED = "DRAFT", "PUBLISHED"
CONTENT = "application/octet-stream"


def leave(graph: Graph, film: Film, prepared: Prepared, keep: Keep) -> None:
    """Leave the reel at the page as a draft, and its id in `prepared`."""
    if "video_id" in prepared:
        return
    if "upload" not in prepared:
        said = graph.post(film.page, "video_reels", upload_phase="start")
        prepared["upload"] = {"video": str(said["video_id"]), "address": str(said["upload_url"])}
        keep(prepared)
    _transfer(graph, film, prepared, keep)
    close(graph, film, prepared["upload"]["video"], DRAFT)
    prepared["video_id"], prepared["reel"] = prepared["upload"]["video"], True
    del prepared["upload"]
    keep(prepared)


def _transfer(graph: Graph, film: Film, prepared: Prepared, keep: Keep) -> None:
    """Send the file, or what Facebook still lacks of it when it was sent before and cut."""
    upload = prepared["upload"]
    start = _arrived(graph, upload["video"]) if upload.get("begun") else 0
    upload["begun"] = True
    keep(prepared)
    if start < film.medium.size:
        graph.send(upload["address"], File(film.medium.path, CONTENT, start))


def _arrived(graph: Graph, id: str) -> int:
    phase: dict[str, Any] = status_of(graph, id).get("uploading_phase") or {}
    # Meta's pages spell it one way and its SDK the other.
    return int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)


def close(graph: Graph, film: Film, id: str, state: str) -> dict[str, Any]:
    """Leave the reel in a state, with its words: done twice, it is one change."""
    return graph.post(
        film.page, "video_reels", upload_phase="finish", video_id=id, video_state=state, description=film.words,
        title=film.title,
    )  # fmt: skip
