"""Instagram: a container is prepared, becomes ready, and is published at most once."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from lab.clock import iso_offset
from lab.graph import errors
from lab.graph.params import (
    FetchFailed,
    bool_param,
    fetch,
    list_param,
    page_size,
    paginated,
    reject_unknown_params,
    select_fields,
)
from lab.messages import ApiError, Call, Response
from lab.state import LabState
from lab.store.media import Container, Media, MediaInfo, NotMedia, probe
from lab.store.posts import Post

CONTAINER_PARAMETERS = (
    "image_url",
    "video_url",
    "caption",
    "alt_text",
    "media_type",
    "is_carousel_item",
    "children",
    "share_to_feed",
)
MAX_IMAGE_BYTES = 8_000_000
MAX_VIDEO_BYTES = 300_000_000
MIN_ASPECT, MAX_ASPECT = 0.8, 1.91
REEL_SECONDS = (3.0, 900.0)
IMAGE_PROCESSING, VIDEO_PROCESSING = (0.05, 0.15), (0.1, 0.5)  # seconds
MAX_CAPTION = 2200
MAX_ALT = 1000
CHILDREN = range(2, 11)
UNLIMITED_QUOTA = 100_000  # reported for an account without limits, since tests publish thousands
DAY = 86_400  # seconds
STATUS_TEXT = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


def page_path(post: Post) -> str:
    """Return the path of a post's public page."""
    return f"/instagram/p/{post.extra['shortcode']}"


async def create_container(lab: LabState, call: Call) -> Response:
    _check_texts(call)
    kind = call.field("media_type", "IMAGE").upper()
    container = Container(
        id=f"1788{lab.database.next_number():013d}",
        account=call.caller.id,
        kind=kind,
        caption=call.field("caption"),
        created_at=lab.clock.now(),
        carousel_item=bool_param(call, "is_carousel_item", False),
    )
    if kind == "CAROUSEL":
        _add_children(lab, call, container)
    elif kind == "IMAGE":
        await _fetch_image(lab, call, container)
    elif kind == "REELS" or (kind == "VIDEO" and container.carousel_item):
        _start_video_fetch(lab, call, container)
    else:
        raise errors.not_supported(f"media_type={kind}")
    lab.containers.save(container)
    return Response({"id": container.id})


def _check_texts(call: Call) -> None:
    reject_unknown_params(call, *CONTAINER_PARAMETERS)
    if len(call.field("caption")) > MAX_CAPTION:
        raise errors.error(400, 36004, "The caption was too long.", subcode=2207010)
    if len(call.field("alt_text")) > MAX_ALT:
        raise errors.invalid_parameter("alt_text is limited to 1000 characters")


def _add_children(lab: LabState, call: Call, container: Container) -> None:
    ids = [str(id) for id in list_param(call.fields.get("children") or call.query.get("children"))]
    children = [lab.containers.get(id) for id in ids]
    if len(ids) not in CHILDREN:
        raise errors.error(400, 100, "(#100) A carousel holds 2 to 10 items.", subcode=2207028)
    if any(child is None or child.account != call.caller.id or not child.carousel_item for child in children):
        raise errors.error(400, 100, "(#100) Children must be carousel items of this account.", subcode=2207028)
    container.children, container.ready_at = ids, container.created_at


def _status(lab: LabState, container: Container) -> str:
    """Return the `status_code` of a container; a carousel is finished only when all its children are."""
    own = container.status(lab.clock.now())
    if own != "FINISHED" or not container.children:
        return own
    children = {child.status(lab.clock.now()) for child in map(lab.containers.get, container.children) if child}
    return next((state for state in ("ERROR", "EXPIRED", "IN_PROGRESS") if state in children), "FINISHED")


async def get_container(lab: LabState, call: Call) -> Response:
    container = lab.containers.get(call.params["id"])
    if container is None:
        raise errors.not_found(call.params["id"], call.method)
    state = _status(lab, container)
    fields = {"id": container.id, "status_code": state, "status": STATUS_TEXT.get(state, f"Error: {container.error}")}
    return Response(select_fields(call, "IGContainer", fields, ("id",)))


async def publish_container(lab: LabState, call: Call) -> Response:
    """Publish a finished container; a second call fails with code 9007."""
    container = lab.containers.get(call.field("creation_id"))
    if container is None or container.account != call.caller.id:
        raise errors.error(400, 24, "The requested resource does not exist", subcode=2207006)
    state = _status(lab, container)
    if state == "EXPIRED":
        raise errors.error(400, -2, "The media you are trying to access has expired.", subcode=2207020)
    if state != "FINISHED" or container.carousel_item:
        raise errors.error(400, 9007, "Media ID is not available", subcode=2207027)
    post = _publish_post(lab, call, container)
    return Response({"id": post.id})


def _publish_post(lab: LabState, call: Call, container: Container) -> Post:
    number = lab.database.next_number()
    children = [child for child in map(lab.containers.get, container.children) if child]
    media = [id for part in (container, *children) for id in part.media]
    kind = {"CAROUSEL": "CAROUSEL_ALBUM", "REELS": "VIDEO"}.get(container.kind, container.kind)
    post = Post(
        "instagram",
        f"1800{number:013d}",
        call.caller.id,
        kind,
        container.caption,
        lab.clock.now(),
        media=media,
        extra={"shortcode": _shortcode(number)},
    )
    lab.add_public(post, path=page_path(post))
    container.published = post.id
    lab.containers.save(container)
    return post


def _shortcode(number: int) -> str:
    raw = (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")
    return "C" + base64.urlsafe_b64encode(raw).decode().rstrip("=").replace("-", "a").replace("_", "b")


async def get_user(lab: LabState, call: Call) -> Response:
    fields = {
        "id": call.caller.id,
        "username": call.caller.handle,
        "name": call.caller.name,
        "followers_count": 0,
        "media_count": lab.posts.count("instagram", call.caller.id),
    }
    return Response(select_fields(call, "IGUser", fields, ("id",)))


async def list_media(lab: LabState, call: Call) -> Response:
    limit = page_size(call)
    before, until = int(call.field("after") or 0), lab.lists_until(call.caller)
    posts = lab.posts.latest("instagram", call.caller.id, limit=limit + 1, before=before, until=until)
    page = posts[:limit]
    data = [select_fields(call, "IGMedia", shape(lab, call, post), ("id",)) for post in page]
    return Response(paginated(call, data, [post.rank for post in page], len(posts) > limit))


async def get_media(lab: LabState, call: Call) -> Response:
    post = lab.posts.get("instagram", call.params["id"])
    if post is None:
        raise errors.not_found(call.params["id"], call.method)
    return Response(select_fields(call, "IGMedia", shape(lab, call, post), ("id",)))


async def get_publishing_limit(lab: LabState, call: Call) -> Response:
    status = lab.rate_limits.status(errors.POSTS, call.caller, lab.clock.now())
    published = lab.posts.count_since("instagram", call.caller.id, lab.clock.now() - DAY)
    used = status.limit - status.remaining if status.is_limited else published
    total = status.limit if status.is_limited else UNLIMITED_QUOTA
    return Response({"data": [{"quota_usage": used, "config": {"quota_total": total, "quota_duration": DAY}}]})


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    """Return a post with all known fields of Graph's IGMedia node."""
    media = lab.media.get_many("instagram", post.media)
    first = f"{call.origin}/media/{media[0].sha256}" if media else None
    children = [
        {
            "id": item.id,
            "media_type": "VIDEO" if item.kind == "video" else "IMAGE",
            "media_url": f"{call.origin}/media/{item.sha256}",
        }
        for item in media
    ]
    return {
        "id": post.id,
        "caption": post.text or None,
        "media_type": post.kind,
        "media_url": first,
        "media_product_type": "REELS" if post.kind == "VIDEO" else "FEED",
        "username": call.caller.handle,
        "permalink": f"{call.origin}{page_path(post)}/",
        "shortcode": post.extra["shortcode"],
        "timestamp": iso_offset(post.created_at),
        "alt_text": media[0].alt if media else None,
        "like_count": 0,
        "comments_count": len(lab.comments.under("instagram", post.id)),
        "is_comment_enabled": True,
        "owner": {"id": post.account},
        "children": {"data": children} if post.kind == "CAROUSEL_ALBUM" else None,
    }


async def _fetch_image(lab: LabState, call: Call, container: Container) -> None:
    url = call.field("image_url")
    if not url:
        raise errors.invalid_parameter("The parameter image_url is required.")
    try:
        data = await fetch(lab, url)
        info = probe(data)
    except FetchFailed as cause:
        message = "The media could not be fetched from this URI."
        raise errors.error(400, 9004, message, subcode=2207052) from cause
    except NotMedia as cause:
        raise _invalid_format() from cause
    _check_image(info, len(data))
    media = _store(lab, container, info, data, call.field("alt_text"))
    container.media = [media.id]
    container.ready_at = container.created_at + _processing(lab, media, IMAGE_PROCESSING)


def _check_image(info: MediaInfo, size: int) -> None:
    if info.mime != "image/jpeg":
        raise _invalid_format()
    if size > MAX_IMAGE_BYTES:
        raise errors.error(400, 36000, "The image is too large to download.", subcode=2207004)
    if not MIN_ASPECT - 0.005 <= info.width / info.height <= MAX_ASPECT + 0.005:
        raise errors.error(400, 36003, "The aspect ratio is not supported.", subcode=2207009)


def _invalid_format() -> ApiError:
    return errors.error(400, 36001, "The image format is not supported.", subcode=2207005)


def _start_video_fetch(lab: LabState, call: Call, container: Container) -> None:
    """Fetch a video after the response; the container is IN_PROGRESS until then, and FINISHED or ERROR later."""
    url = call.field("video_url")
    if not url:
        raise errors.invalid_parameter("The parameter video_url is required.")
    task = asyncio.get_running_loop().create_task(_fetch_video(lab, container, url, call.field("alt_text")))
    lab.background_tasks.add(task)
    task.add_done_callback(lab.background_tasks.discard)


async def _fetch_video(lab: LabState, container: Container, url: str, alt: str) -> None:
    try:
        data = await fetch(lab, url)
        info = probe(data)
        _check_video(info, len(data))
    except (FetchFailed, NotMedia) as cause:
        container.error = f"Media upload has failed: {cause}"
    else:
        media = _store(lab, container, info, data, alt)
        container.media, container.ready_at = [media.id], lab.clock.now() + _processing(lab, media, VIDEO_PROCESSING)
    lab.containers.save(container)


def _processing(lab: LabState, media: Media, interval: tuple[float, float]) -> float:
    return lab.processing_times.seconds(lab.accounts.get("instagram", media.account), media.sha256, *interval)


def _check_video(info: MediaInfo, size: int) -> None:
    shortest, longest = REEL_SECONDS
    if info.kind != "video" or info.video_codec not in ("h264", "hevc") or size > MAX_VIDEO_BYTES:
        raise NotMedia("2207026 unsupported video format")
    if info.audio_codec not in ("", "aac") or not shortest <= info.seconds <= longest:
        raise NotMedia("2207026 unsupported audio or duration")


def _store(lab: LabState, container: Container, info: MediaInfo, data: bytes, alt: str) -> Media:
    return lab.media.add(
        id=f"1789{lab.database.next_number():013d}",
        network="instagram",
        account=container.account,
        data=data,
        info=info,
        now=lab.clock.now(),
        alt=alt,
    )
