"""A Facebook page: a post can exist unpublished, and publishing it is a change that repeated is one change."""

from __future__ import annotations

import json
import re
from typing import Any

from lab.clock import iso_offset, parse_instant
from lab.graph import errors
from lab.graph.params import asked, flag, items, limit, paged, refuse_beyond
from lab.ledger import Media, Post
from lab.messages import Answer, Call
from lab.state import LabState

MAX_TEXT = 63_206
MAX_PICTURES = 10


def stage_of_creation(call: Call) -> str:
    return "commit" if flag(call, "published", True) else "prepare"


def stage_of_update(call: Call) -> str:
    return "commit" if publishes(call) else "prepare"


def publishes(call: Call) -> bool:
    return flag(call, "is_published", False) or flag(call, "published", False)


def new_id(lab: LabState, page: str) -> str:
    return f"{page}_{122_000_000_000_000 + lab.book.next_number()}"


def place(lab: LabState, post: Post) -> str:
    page = lab.accounts.get("facebook", post.account)
    return f"/facebook/{page.handle if page else post.account}/posts/{post.id.rpartition('_')[2]}"


async def get_page(lab: LabState, call: Call) -> Answer:
    page = call.who
    linked = page.extra.get("instagram")
    known = {
        "id": page.id, "name": page.name, "username": page.handle, "link": f"{call.origin}/facebook/{page.handle}",
        "access_token": page.token, "instagram_business_account": {"id": linked} if linked else None,
        "category": "Government organization", "fan_count": 0, "followers_count": 0,
    }  # fmt: skip
    return Answer(asked(call, "Page", known, ("name",)))


async def create_post(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "message", "link", "published", "attached_media")
    media = attached(lab, call)
    message, link = call.field("message"), call.field("link")
    if not message and not link and not media:
        raise errors.parameter("Param message, link or attached_media is required")
    if len(message) > MAX_TEXT:
        raise errors.parameter("Param message is too long")
    post = Post(
        "facebook", new_id(lab, call.who.id), call.who.id, "status", message, lab.clock.now(), link=link,
        media=[item.id for item in media],
    )  # fmt: skip
    if flag(call, "published", True):
        _refuse_repeated(lab, post)
        lab.record_public(post, place=place(lab, post))
    else:
        lab.posts.add(post)
    return Answer({"id": post.id})


def _refuse_repeated(lab: LabState, post: Post) -> None:
    """Meta refuses the very text of the page's latest post, when the post carries nothing else new."""
    latest = lab.posts.latest("facebook", post.account, limit=1)
    if latest and not post.media and (latest[0].text, latest[0].link) == (post.text, post.link):
        raise errors.duplicate()


def attached(lab: LabState, call: Call) -> list[Media]:
    """`attached_media` as a JSON list or as attached_media[0], attached_media[1]…"""
    entries = items(call.fields.get("attached_media") or call.query.get("attached_media"))
    numbered = [name for name in (*call.fields, *call.query) if re.fullmatch(r"attached_media\[\d+\]", name)]
    entries += [call.field(name) for name in sorted(numbered, key=lambda name: int(name[15:-1]))]
    found = [_attached_one(lab, call, entry) for entry in entries]
    if len(found) > MAX_PICTURES:
        raise errors.parameter(f"attached_media holds at most {MAX_PICTURES}")
    return found


def _attached_one(lab: LabState, call: Call, entry: Any) -> Media:
    try:
        fields = entry if isinstance(entry, dict) else json.loads(entry)
        id = str(fields["media_fbid"])
    except (ValueError, KeyError, TypeError):
        raise errors.parameter("attached_media must hold objects with media_fbid") from None
    media = lab.media.get("facebook", id)
    if media is None or media.account != call.who.id:
        raise errors.parameter(f"attached_media: {id} is no media of this page")
    return media


async def update_post(lab: LabState, call: Call) -> Answer:
    post = _own(lab, call)
    refuse_beyond(call, "is_published", "published", "message")
    if post.state == "public" and not publishes(call) and "is_published" in call.fields:
        raise errors.parameter("Unpublishing a post is not supported")
    message = call.field("message")
    if message and message != post.text:
        post.text = post.shown = message
        lab.posts.save(post)
    if publishes(call):
        lab.make_public(post, place=place(lab, post))
    return Answer({"success": True})


async def delete_post(lab: LabState, call: Call) -> Answer:
    post = _own(lab, call)
    if post.state == "draft":
        lab.posts.remove_draft(post)
    else:
        lab.withdraw(post, place=place(lab, post))
    return Answer({"success": True})


def stage_of_deletion(call: Call) -> str:
    """Return the stage of a DELETE, which withdraws a public post; connectors tell it from a discard by the id."""
    return "commit" if "_" in call.params["id"] else "prepare"


async def get_post(lab: LabState, call: Call) -> Answer:
    return Answer(asked(call, "Post", shape(lab, call, _own(lab, call)), ("created_time", "message")))


async def list_feed(lab: LabState, call: Call) -> Answer:
    most = limit(call)
    since = call.field("since")
    found = lab.posts.latest(
        "facebook", call.who.id, limit=most + 1, before=int(call.field("after") or 0),
        since=parse_instant(since) if since else 0.0, until=lab.settled(call.who),
    )  # fmt: skip
    page = found[:most]
    data = [asked(call, "Post", shape(lab, call, post), ("created_time", "message")) for post in page]
    return Answer(paged(call, data, [post.rank for post in page], len(found) > most))


def _own(lab: LabState, call: Call) -> Post:
    post = lab.posts.get("facebook", call.params["id"])
    if post is None:
        raise errors.not_found(call.params["id"], call.method)
    return post


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    media = lab.media.of("facebook", post.media)
    pictures = [f"{call.origin}/media/{item.sha256}" for item in media if item.kind != "video"]
    return {
        "id": post.id, "message": post.text or None, "created_time": iso_offset(post.public_at or post.created_at),
        "updated_time": iso_offset(post.public_at or post.created_at), "is_published": post.state == "public",
        "is_hidden": False, "is_expired": False, "permalink_url": call.origin + place(lab, post),
        "from": {"id": call.who.id, "name": call.who.name}, "full_picture": pictures[0] if pictures else None,
        "status_type": "added_photos" if pictures else "added_video" if media else "mobile_status_update",
        "attachments": {"data": _attachments(call, post, media)} if media or post.link else None,
        "comments": {"data": [], "summary": {"total_count": len(lab.comments.under("facebook", post.id))}},
    }  # fmt: skip


def _attachments(call: Call, post: Post, media: list[Media]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "media_type": "video" if item.kind == "video" else "photo", "target": {"id": item.id},
            "media": {"image": {"src": f"{call.origin}/media/{item.sha256}"}}, "description": item.alt,
        }
        for item in media
    ]  # fmt: skip
    if post.link and not media:
        found.append({"media_type": "link", "type": "share", "unshimmed_url": post.link, "url": post.link})
    return found
