"""What a page's videos and its reels have alike: a thumbnail, captions, and a while until they are processed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pregonero.media.captions import as_subrip
from pregonero.networks.base import Medium, Permanent, Post, Prepared, Transient
from pregonero.networks.facebook.capabilities import CAPABILITIES, CAPTIONS_LOCALE
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.multipart import File, picture

READY, FAILED = ("ready",), ("error", "expired", "upload_failed")
AGAIN = 5.0  # seconds between two looks at whether Facebook has processed a video
SUBRIP = "application/x-subrip"
Keep = Callable[[Prepared], None]


@dataclass(frozen=True)
class Film:
    """A video on its way to a page, with its words."""

    page: str
    medium: Medium
    title: str
    words: str


def film_of(post: Post) -> Medium | None:
    """Return a post's video, if it has one."""
    return next((medium for medium in post.media if medium.kind == "video"), None)


def accompany(graph: Graph, film: Medium, prepared: Prepared, keep: Keep) -> None:
    """Leave a video's thumbnail and captions at the page; each sent twice only replaces itself."""
    id = prepared["video_id"]
    if film.thumbnail is not None and "thumbnail" not in prepared:
        graph.post(id, "thumbnails", files={"source": picture(film.thumbnail)}, is_preferred=True)
        prepared["thumbnail"] = True
        keep(prepared)
    if film.captions is not None and "captions" not in prepared:
        # Facebook takes SubRip alone, and reads the language in the file's name.
        with as_subrip(film.captions) as path:
            file = File(path, SUBRIP, name=f"video.{CAPTIONS_LOCALE}.srt")
            graph.post(id, "captions", files={"captions_file": file}, default_locale=CAPTIONS_LOCALE)
        prepared["captions"] = True
        keep(prepared)


def wait_for(graph: Graph, id: str) -> None:
    """Go on when Facebook has processed a video; asks once, and leaves the waiting to whoever called."""
    state = state_of(graph, id)
    if state in FAILED:
        raise Permanent("Facebook no pudo procesar el video: revisa su formato y su duración.", code="video_failed")
    if state not in READY:
        raise Transient("Facebook está procesando el video.", code="in_progress", retry_after=AGAIN)


def state_of(graph: Graph, id: str) -> str:
    """Return how far Facebook is with a video."""
    return str(status_of(graph, id).get("video_status") or "")


def status_of(graph: Graph, id: str) -> dict[str, Any]:
    """Return what Facebook tells of a video's phases."""
    found: dict[str, Any] = graph.get(id, "status").get("status") or {}
    return found


def patience() -> int:
    """Return how many seconds of sending a worker spends at a stretch on one video."""
    return CAPABILITIES.limits["upload_patience_seconds"].value
