"""Instagram content publishing: a container is prepared, waits until finished, and is published at most once."""

from __future__ import annotations

import base64
from typing import Any

from lab.clock import iso_offset
from lab.graph import errors, instagram_media, rate_limits
from lab.graph.params import asked, flag, items, limit, paged, refuse_beyond
from lab.ledger import Container, Post
from lab.messages import Answer, Call
from lab.state import LabState

CONTAINER_PARAMETERS = (
    "image_url", "video_url", "caption", "alt_text", "media_type", "is_carousel_item", "children", "share_to_feed",
)  # fmt: skip
MAX_CAPTION = 2200
MAX_ALT = 1000
CHILDREN = range(2, 11)
QUOTA = 100_000  # told to an account that nothing binds: tests publish thousands
DAY = 86_400
STATUS_TEXT = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


def place(post: Post) -> str:
    return f"/instagram/p/{post.extra['shortcode']}"


async def create_container(lab: LabState, call: Call) -> Answer:
    _check_words(call)
    kind = call.field("media_type", "IMAGE").upper()
    container = Container(
        id=f"1788{lab.book.next_number():013d}", account=call.who.id, kind=kind, caption=call.field("caption"),
        created_at=lab.clock.now(), carousel_item=flag(call, "is_carousel_item", False),
    )  # fmt: skip
    if kind == "CAROUSEL":
        _gather_children(lab, call, container)
    elif kind == "IMAGE":
        await instagram_media.take_picture(lab, call, container)
    elif kind == "REELS" or (kind == "VIDEO" and container.carousel_item):
        instagram_media.send_for_video(lab, call, container)
    else:
        raise errors.not_spoken(f"media_type={kind}")
    lab.containers.save(container)
    return Answer({"id": container.id})


def _check_words(call: Call) -> None:
    refuse_beyond(call, *CONTAINER_PARAMETERS)
    if len(call.field("caption")) > MAX_CAPTION:
        raise errors.error(400, 36004, "The caption was too long.", subcode=2207010)
    if len(call.field("alt_text")) > MAX_ALT:
        raise errors.parameter("alt_text is limited to 1000 characters")


def _gather_children(lab: LabState, call: Call, container: Container) -> None:
    ids = [str(id) for id in items(call.fields.get("children") or call.query.get("children"))]
    found = [lab.containers.get(id) for id in ids]
    if len(ids) not in CHILDREN:
        raise errors.error(400, 100, "(#100) A carousel holds 2 to 10 items.", subcode=2207028)
    if any(child is None or child.account != call.who.id or not child.carousel_item for child in found):
        raise errors.error(400, 100, "(#100) Children must be carousel items of this account.", subcode=2207028)
    container.children, container.ready_at = ids, container.created_at


def status_of(lab: LabState, container: Container) -> str:
    """A carousel is as ready as its least ready child."""
    own = container.status(lab.clock.now())
    if own != "FINISHED" or not container.children:
        return own
    children = {child.status(lab.clock.now()) for child in map(lab.containers.get, container.children) if child}
    return next((state for state in ("ERROR", "EXPIRED", "IN_PROGRESS") if state in children), "FINISHED")


async def get_container(lab: LabState, call: Call) -> Answer:
    container = lab.containers.get(call.params["id"])
    if container is None:
        raise errors.not_found(call.params["id"], call.method)
    state = status_of(lab, container)
    known = {"id": container.id, "status_code": state, "status": STATUS_TEXT.get(state, f"Error: {container.error}")}
    return Answer(asked(call, "IGContainer", known, ("id",)))


async def publish(lab: LabState, call: Call) -> Answer:
    container = lab.containers.get(call.field("creation_id"))
    if container is None or container.account != call.who.id:
        raise errors.error(400, 24, "The requested resource does not exist", subcode=2207006)
    state = status_of(lab, container)
    if state == "EXPIRED":
        raise errors.error(400, -2, "The media you are trying to access has expired.", subcode=2207020)
    if state != "FINISHED" or container.carousel_item:
        raise errors.error(400, 9007, "Media ID is not available", subcode=2207027)
    post = _become_post(lab, call, container)
    return Answer({"id": post.id})


def _become_post(lab: LabState, call: Call, container: Container) -> Post:
    number = lab.book.next_number()
    children = [child for child in map(lab.containers.get, container.children) if child]
    media = [id for part in (container, *children) for id in part.media]
    kind = {"CAROUSEL": "CAROUSEL_ALBUM", "REELS": "VIDEO"}.get(container.kind, container.kind)
    post = Post(
        "instagram", f"1800{number:013d}", call.who.id, kind, container.caption, lab.clock.now(), media=media,
        extra={"shortcode": _shortcode(number)},
    )  # fmt: skip
    lab.record_public(post, place=place(post))
    container.published = post.id
    lab.containers.save(container)
    return post


def _shortcode(number: int) -> str:
    raw = (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")
    return "C" + base64.urlsafe_b64encode(raw).decode().rstrip("=").replace("-", "a").replace("_", "b")


async def get_user(lab: LabState, call: Call) -> Answer:
    known = {
        "id": call.who.id, "username": call.who.handle, "name": call.who.name, "followers_count": 0,
        "media_count": lab.posts.count("instagram", call.who.id),
    }  # fmt: skip
    return Answer(asked(call, "IGUser", known, ("id",)))


async def list_media(lab: LabState, call: Call) -> Answer:
    most = limit(call)
    before, until = int(call.field("after") or 0), lab.settled(call.who)
    found = lab.posts.latest("instagram", call.who.id, limit=most + 1, before=before, until=until)
    page = found[:most]
    data = [asked(call, "IGMedia", shape(lab, call, post), ("id",)) for post in page]
    return Answer(paged(call, data, [post.rank for post in page], len(found) > most))


async def get_media(lab: LabState, call: Call) -> Answer:
    post = lab.posts.get("instagram", call.params["id"])
    if post is None:
        raise errors.not_found(call.params["id"], call.method)
    return Answer(asked(call, "IGMedia", shape(lab, call, post), ("id",)))


async def publishing_limit(lab: LabState, call: Call) -> Answer:
    standing = lab.rate_limits.standing(rate_limits.POSTS, call.who, lab.clock.now())
    published = lab.posts.count_since("instagram", call.who.id, lab.clock.now() - DAY)
    used = standing.limit - standing.left if standing.bound else published
    total = standing.limit if standing.bound else QUOTA
    return Answer({"data": [{"quota_usage": used, "config": {"quota_total": total, "quota_duration": DAY}}]})


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    media = lab.media.of("instagram", post.media)
    first = f"{call.origin}/media/{media[0].sha256}" if media else None
    children = [
        {"id": item.id, "media_type": "VIDEO" if item.kind == "video" else "IMAGE",
         "media_url": f"{call.origin}/media/{item.sha256}"}
        for item in media
    ]  # fmt: skip
    return {
        "id": post.id, "caption": post.text or None, "media_type": post.kind, "media_url": first,
        "media_product_type": "REELS" if post.kind == "VIDEO" else "FEED", "username": call.who.handle,
        "permalink": f"{call.origin}{place(post)}/", "shortcode": post.extra["shortcode"],
        "timestamp": iso_offset(post.created_at), "alt_text": media[0].alt if media else None, "like_count": 0,
        "comments_count": len(lab.comments.under("instagram", post.id)), "is_comment_enabled": True,
        "owner": {"id": post.account}, "children": {"data": children} if post.kind == "CAROUSEL_ALBUM" else None,
    }  # fmt: skip
