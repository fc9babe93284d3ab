"""Instagram's containers: unpublished posts whose media Instagram downloads from our address; they last a day."""

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
from pregonero.networks.facebook.graph import HOUR, Graph, is_gone
from pregonero.networks.instagram.network import CAPABILITIES, POLL_RETRY_SECONDS, POLL_WAITS
from pregonero.networks.media_url_check import check_media_url

FINISHED, IN_PROGRESS, PUBLISHED, FAILED, EXPIRED = "FINISHED", "IN_PROGRESS", "PUBLISHED", "ERROR", "EXPIRED"
Save = Callable[[Prepared], None]


def prepare_container(
    graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save
) -> Prepared:
    """Create a container and its media, continuing from `prepared`, and wait briefly until it is finished.

    A container that expired is created again. Raises `Transient` while Instagram is still processing the media.
    """
    if "container_id" in prepared and state_of(graph, prepared["container_id"]) == EXPIRED:
        prepared.clear()
        save(prepared)
    try:
        _create_container(graph, credentials, post, prepared, save)
        _wait_until_finished(graph, prepared["container_id"])
    except PreparedExpired:
        prepared.clear()  # an item of a carousel may expire before the carousel is created
        save(prepared)
        raise
    return prepared


def _create_container(graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    if "container_id" in prepared:
        return
    if not prepared.get("children"):
        _check_daily_quota(graph, credentials)
    if len(post.media) > 1:
        _create_items(graph, credentials, post, prepared, save)
    prepared["container_id"] = _create(graph, credentials, _container_fields(credentials, post, prepared))
    save(prepared)


def _check_daily_quota(graph: Graph, credentials: ApiCredentials) -> None:
    """Raise `QuotaExhausted` if the account has no posts left today, as its own quota says."""
    (quota, *_) = graph.list(credentials.remote_id, "content_publishing_limit", fields="config,quota_usage") or [{}]
    total = int((quota.get("config") or {}).get("quota_total") or CAPABILITIES.limits["posts_per_day"].value)
    if int(quota.get("quota_usage") or 0) >= total:
        raise QuotaExhausted(
            f"La cuenta llegó a las {total} publicaciones por día de Instagram.", code="quota", retry_after=HOUR
        )


def state_of(graph: Graph, id: str) -> str:
    """Return a container's state; one that Instagram no longer knows counts as expired."""
    try:
        return str(graph.get(id, "status_code").get("status_code") or IN_PROGRESS)
    except HttpError as refusal:
        if is_gone(refusal):
            return EXPIRED
        raise


def _create_items(graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    children: list[str] = prepared.setdefault("children", [])
    for medium in post.media[len(children) :]:
        fields = _source_fields(credentials, medium) | {"is_carousel_item": True}
        if medium.kind == "video":
            fields["media_type"] = "VIDEO"
        children.append(_create(graph, credentials, fields))
        save(prepared)
    for child in children:
        _wait_until_finished(graph, child)


def _container_fields(credentials: ApiCredentials, post: Post, prepared: Prepared) -> dict[str, Any]:
    if prepared.get("children"):
        return {"media_type": "CAROUSEL", "children": prepared["children"], "caption": post.text}
    (medium,) = post.media
    kind = {"media_type": "REELS"} if medium.kind == "video" else {}
    return _source_fields(credentials, medium) | kind | {"caption": post.text}


def _source_fields(credentials: ApiCredentials, medium: Medium) -> dict[str, Any]:
    """Return the fields that name a medium, after checking that our address serves it. Videos take no `alt_text`."""
    if not medium.address:
        raise Permanent("Instagram necesita que el archivo tenga una dirección pública.", code="no_address")
    check_media_url(medium, network=CAPABILITIES.label, seconds=credentials.seconds)
    if medium.kind == "video":
        return {"video_url": medium.address}
    return {"image_url": medium.address} | ({"alt_text": medium.alt} if medium.alt else {})


def _create(graph: Graph, credentials: ApiCredentials, fields: dict[str, Any]) -> str:
    return str(graph.post(credentials.remote_id, "media", **fields)["id"])


def _wait_until_finished(graph: Graph, id: str) -> None:
    """Ask for up to two seconds whether a container is finished; after that, raise `Transient`."""
    for seconds in (*POLL_WAITS, 0.0):
        state = state_of(graph, id)
        if state in (FINISHED, PUBLISHED):
            return
        if state == FAILED:
            raise Permanent("Instagram no pudo procesar el archivo: revisa su formato y su duración.", code="container")
        if state == EXPIRED:
            raise PreparedExpired(
                "Lo preparado en Instagram venció; se prepara otra vez.", code="expired", retry_after=1.0
            )
        time.sleep(seconds)
    raise Transient("Instagram está procesando el archivo.", code="in_progress", retry_after=POLL_RETRY_SECONDS)
