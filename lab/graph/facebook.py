"""Facebook pages and their posts. A post can exist unpublished; publishing it twice has the effect of once."""

from __future__ import annotations

import json
import re
from typing import Any

from lab.clock import iso_offset, parse_instant
from lab.graph import errors
from lab.graph.params import bool_param, list_param, page_size, paginated, reject_unknown_params, select_fields
from lab.messages import Call, Response
from lab.network_api import COMMIT, PREPARE
from lab.state import LabState
from lab.store.media import Media
from lab.store.posts import Post

MAX_TEXT = 63_206
MAX_ATTACHED = 10


def stage_of_creation(_: LabState, call: Call) -> str:
    """Return `commit` unless the object is created unpublished."""
    return COMMIT if bool_param(call, "published", True) else PREPARE


def stage_of_update(_: LabState, call: Call) -> str:
    """Return `commit` when the update publishes the object."""
    return COMMIT if publishes(call) else PREPARE


def stage_of_deletion(lab: LabState, call: Call) -> str:
    """Return `commit` when a DELETE withdraws a public post, given by its own id or by that of its photo or video."""
    id = call.params["id"]
    posts = (lab.posts.get_public("facebook", id), lab.posts.get_public("facebook", f"{call.params['owner']}_{id}"))
    return COMMIT if any(posts) else PREPARE


def publishes(call: Call) -> bool:
    """Whether an update publishes the object."""
    return bool_param(call, "is_published", False) or bool_param(call, "published", False)


def new_id(lab: LabState) -> str:
    """Return a number for a post, photo, video or upload, as long as Facebook's."""
    return str(122_000_000_000_000 + lab.database.next_number())


def page_path(lab: LabState, post: Post) -> str:
    """Return the path of a post's public page."""
    page = lab.accounts.get("facebook", post.account)
    return f"/facebook/{page.handle if page else post.account}/posts/{post.id.rpartition('_')[2]}"


async def get_page(lab: LabState, call: Call) -> Response:
    page = call.caller
    linked_user = page.extra.get("instagram")
    fields = {
        "id": page.id,
        "name": page.name,
        "username": page.handle,
        "link": f"{call.origin}/facebook/{page.handle}",
        "access_token": page.token,
        "instagram_business_account": {"id": linked_user} if linked_user else None,
        "category": "Government organization",
        "fan_count": 0,
        "followers_count": 0,
    }
    return Response(select_fields(call, "Page", fields, ("name",)))


async def create_post(lab: LabState, call: Call) -> Response:
    reject_unknown_params(call, "message", "link", "published", "attached_media")
    media = _attached_media(lab, call)
    message, link = call.field("message"), call.field("link")
    if not message and not link and not media:
        raise errors.invalid_parameter("Param message, link or attached_media is required")
    if len(message) > MAX_TEXT:
        raise errors.invalid_parameter("Param message is too long")
    post = Post(
        "facebook",
        f"{call.caller.id}_{new_id(lab)}",
        call.caller.id,
        "status",
        message,
        lab.clock.now(),
        link=link,
        media=[item.id for item in media],
    )
    if bool_param(call, "published", True):
        _reject_duplicate(lab, post)
        lab.add_public(post, path=page_path(lab, post))
    else:
        lab.posts.add(post)
    return Response({"id": post.id})


def _reject_duplicate(lab: LabState, post: Post) -> None:
    """Raise ApiError when the text and link are those of the page's latest post and the new post has no media."""
    latest = lab.posts.latest("facebook", post.account, limit=1)
    if latest and not post.media and (latest[0].text, latest[0].link) == (post.text, post.link):
        raise errors.duplicate()


def _attached_media(lab: LabState, call: Call) -> list[Media]:
    """Return the media of `attached_media`, which is a JSON list, or of attached_media[0], attached_media[1]…"""
    entries = list_param(call.fields.get("attached_media") or call.query.get("attached_media"))
    numbered = [name for name in (*call.fields, *call.query) if re.fullmatch(r"attached_media\[\d+\]", name)]
    entries += [call.field(name) for name in sorted(numbered, key=lambda name: int(name[15:-1]))]
    attached = [_attached_item(lab, call, entry) for entry in entries]
    if len(attached) > MAX_ATTACHED:
        raise errors.invalid_parameter(f"attached_media holds at most {MAX_ATTACHED}")
    return attached


def _attached_item(lab: LabState, call: Call, entry: Any) -> Media:
    try:
        fields = entry if isinstance(entry, dict) else json.loads(entry)
        id = str(fields["media_fbid"])
    except (ValueError, KeyError, TypeError):
        raise errors.invalid_parameter("attached_media must hold objects with media_fbid") from None
    media = lab.media.get("facebook", id)
    if media is None or media.account != call.caller.id:
        raise errors.invalid_parameter(f"attached_media: {id} is not media of this page")
    return media


async def update_post(lab: LabState, call: Call) -> Response:
    post = _own_post(lab, call)
    reject_unknown_params(call, "is_published", "published", "message")
    if post.state == "public" and not publishes(call) and "is_published" in call.fields:
        raise errors.invalid_parameter("Unpublishing a post is not supported")
    message = call.field("message")
    if message and message != post.text:
        post.text = post.shown = message
        lab.posts.save(post)
    if publishes(call):
        lab.make_public(post, path=page_path(lab, post))
    return Response({"success": True})


async def delete_post(lab: LabState, call: Call) -> Response:
    """Delete a draft, or withdraw a public post."""
    post = _own_post(lab, call)
    if post.state == "draft":
        lab.posts.remove_draft(post)
    else:
        lab.withdraw(post, path=page_path(lab, post))
    return Response({"success": True})


async def get_post(lab: LabState, call: Call) -> Response:
    return Response(select_fields(call, "Post", shape(lab, call, _own_post(lab, call)), ("created_time", "message")))


async def list_feed(lab: LabState, call: Call) -> Response:
    limit = page_size(call)
    since = call.field("since")
    posts = lab.posts.latest(
        "facebook",
        call.caller.id,
        limit=limit + 1,
        before=int(call.field("after") or 0),
        since=parse_instant(since) if since else 0.0,
        until=lab.lists_until(call.caller),
    )
    page = posts[:limit]
    data = [select_fields(call, "Post", shape(lab, call, post), ("created_time", "message")) for post in page]
    return Response(paginated(call, data, [post.rank for post in page], len(posts) > limit))


def _own_post(lab: LabState, call: Call) -> Post:
    post = lab.posts.get("facebook", call.params["id"])
    if post is None:
        raise errors.not_found(call.params["id"], call.method)
    return post


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    """Return a post with all known fields of Graph's Post node."""
    media = lab.media.get_many("facebook", post.media)
    images = [f"{call.origin}/media/{item.sha256}" for item in media if item.kind != "video"]
    return {
        "id": post.id,
        "message": post.text or None,
        "created_time": iso_offset(post.public_at or post.created_at),
        "updated_time": iso_offset(post.public_at or post.created_at),
        "is_published": post.state == "public",
        "is_hidden": False,
        "is_expired": False,
        "permalink_url": call.origin + page_path(lab, post),
        "from": {"id": call.caller.id, "name": call.caller.name},
        "full_picture": images[0] if images else None,
        "status_type": "added_photos" if images else "added_video" if media else "mobile_status_update",
        "attachments": {"data": _attachments(call, post, media)} if media or post.link else None,
        "comments": {"data": [], "summary": {"total_count": len(lab.comments.under("facebook", post.id))}},
    }


def _attachments(call: Call, post: Post, media: list[Media]) -> list[dict[str, Any]]:
    attachments: list[dict[str, Any]] = [
        {
            "media_type": "video" if item.kind == "video" else "photo",
            "target": {"id": item.id},
            "media": {"image": {"src": f"{call.origin}/media/{item.sha256}"}},
            "description": item.alt,
        }
        for item in media
    ]
    if post.link and not media:
        attachments.append({"media_type": "link", "type": "share", "unshimmed_url": post.link, "url": post.link})
    return attachments
