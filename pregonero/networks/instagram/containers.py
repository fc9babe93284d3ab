"""Instagram's containers: made a few hours ahead, fetched by Instagram from our address, good for a day."""

import time
from collections.abc import Callable
from typing import Any

from pregonero.networks.base import (
    ApiCredentials,
    Medium,
    Permanent,
    Post,
    Prepared,
    PreparedExpired,
    QuotaExhausted,
    Transient,
)
from pregonero.networks.client import HttpError
from pregonero.networks.facebook.errors import HOUR, is_gone
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.instagram.capabilities import CAPABILITIES, POLL_AGAIN, POLL_WAITS
from pregonero.networks.media_url_check import check_media_url

FINISHED, IN_PROGRESS, PUBLISHED, FAILED, GONE = "FINISHED", "IN_PROGRESS", "PUBLISHED", "ERROR", "EXPIRED"
Keep = Callable[[Prepared], None]


def make_ready(graph: Graph, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> Prepared:
    """Leave a finished container, going on from the one there is; one that died is made again."""
    if "container_id" in prepared and state_of(graph, prepared["container_id"]) == GONE:
        prepared.clear()
        keep(prepared)
    try:
        _make_all(graph, access, post, prepared, keep)
        _wait_for(graph, prepared["container_id"])
    except PreparedExpired:
        prepared.clear()  # of a carousel, a part may die before the whole is made
        keep(prepared)
        raise
    return prepared


def _make_all(graph: Graph, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    if "container_id" in prepared:
        return
    if not prepared.get("children"):
        _check_room(graph, access)
    if len(post.media) > 1:
        _make_children(graph, access, post, prepared, keep)
    prepared["container_id"] = _make(graph, access, _about(access, post, prepared))
    keep(prepared)


def _check_room(graph: Graph, access: ApiCredentials) -> None:
    """Ask Instagram how many posts the account has left today: its own pages disagree on how many it has."""
    (found, *_) = graph.list(access.remote_id, "content_publishing_limit", fields="config,quota_usage") or [{}]
    total = int((found.get("config") or {}).get("quota_total") or CAPABILITIES.limits["posts_per_day"].value)
    if int(found.get("quota_usage") or 0) >= total:
        raise QuotaExhausted(
            f"La cuenta llegó a las {total} publicaciones por día de Instagram.", code="quota", retry_after=HOUR
        )


def state_of(graph: Graph, id: str) -> str:
    """Return a container's state; one that Instagram does not know any more is as good as expired."""
    try:
        return str(graph.get(id, "status_code").get("status_code") or IN_PROGRESS)
    except HttpError as refusal:
        if is_gone(refusal):
            return GONE
        raise


def _make_children(graph: Graph, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    children: list[str] = prepared.setdefault("children", [])
    for medium in post.media[len(children) :]:
        about = _source(access, medium) | {"is_carousel_item": True}
        children.append(_make(graph, access, about | ({"media_type": "VIDEO"} if medium.kind == "video" else {})))
        keep(prepared)
    for child in children:
        _wait_for(graph, child)


def _about(access: ApiCredentials, post: Post, prepared: Prepared) -> dict[str, Any]:
    if prepared.get("children"):
        return {"media_type": "CAROUSEL", "children": prepared["children"], "caption": post.text}
    (medium,) = post.media
    kind = {"media_type": "REELS"} if medium.kind == "video" else {}
    return _source(access, medium) | kind | {"caption": post.text}


def _source(access: ApiCredentials, medium: Medium) -> dict[str, Any]:
    """Return where Instagram fetches a medium, once we have; alternative text is taken with pictures only."""
    if not medium.address:
        raise Permanent("Instagram necesita que el archivo tenga una dirección pública.", code="no_address")
    check_media_url(medium, network=CAPABILITIES.label, seconds=access.seconds)
    if medium.kind == "video":
        return {"video_url": medium.address}
    return {"image_url": medium.address} | ({"alt_text": medium.alt} if medium.alt else {})


def _make(graph: Graph, access: ApiCredentials, about: dict[str, Any]) -> str:
    return str(graph.post(access.remote_id, "media", **about)["id"])


def _wait_for(graph: Graph, id: str) -> None:
    """Ask a few times within two seconds whether a container is finished; a longer wait is left to the caller."""
    for seconds in (*POLL_WAITS, 0.0):
        state = state_of(graph, id)
        if state in (FINISHED, PUBLISHED):
            return
        if state == FAILED:
            raise Permanent("Instagram no pudo procesar el archivo: revisa su formato y su duración.", code="container")
        if state == GONE:
            raise PreparedExpired(
                "Lo preparado en Instagram venció; se prepara otra vez.", code="expired", retry_after=1.0
            )
        time.sleep(seconds)
    raise Transient("Instagram está procesando el archivo.", code="in_progress", retry_after=POLL_AGAIN)
