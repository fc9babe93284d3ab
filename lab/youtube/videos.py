"""Videos: uploaded private, made public by a change that repeated is one change."""

from __future__ import annotations

import base64
from typing import Any

from lab.clock import iso_seconds
from lab.ledger import Media, Post
from lab.messages import Answer, Call
from lab.state import LabState
from lab.youtube import errors

MAX_TITLE = 100
MAX_DESCRIPTION_BYTES = 5000
MAX_TAGS = 500
PRIVACY = ("private", "unlisted", "public")
PARTS = ("snippet", "status", "contentDetails", "statistics", "processingDetails")
DEFAULT_CATEGORY = "25"  # news and politics


def new_id(number: int) -> str:
    raw = (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def place(post: Post) -> str:
    return f"/youtube/watch?v={post.id}"


def stage_of_update(call: Call) -> str:
    """Return the stage of an update: a change of `privacyStatus` publishes or withdraws the video."""
    return "commit" if "privacyStatus" in (call.fields.get("status") or {}) else "prepare"


def check_snippet(snippet: dict[str, Any]) -> None:
    """What YouTube refuses of a title, a description or the tags."""
    title, description = str(snippet.get("title") or ""), str(snippet.get("description") or "")
    if not title.strip() or len(title) > MAX_TITLE or _angled(title):
        raise errors.bad("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > MAX_DESCRIPTION_BYTES or _angled(description):
        raise errors.bad("invalidDescription", "The request metadata specifies an invalid video description.")
    tags = snippet.get("tags") or []
    if sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1) > MAX_TAGS:
        raise errors.bad("invalidTags", "The request metadata specifies invalid video keywords.")


def _angled(text: str) -> bool:
    return "<" in text or ">" in text


def check_status(status: dict[str, Any]) -> None:
    if "publishAt" in status:
        raise errors.not_spoken("status.publishAt")
    if status.get("privacyStatus", "public") not in PRIVACY:
        raise errors.bad("invalidVideoMetadata", "The request metadata is invalid.")


def create(lab: LabState, account: str, about: dict[str, Any], media: Media) -> Post:
    """A whole upload becomes a video; one uploaded as public is public at once."""
    snippet, status = about.get("snippet") or {}, about.get("status") or {}
    privacy = status.get("privacyStatus", "public")
    post = Post(
        "youtube", new_id(lab.book.next_number()), account, "video", snippet["title"], lab.clock.now(),
        media=[media.id], link=_first_link(snippet), extra={"snippet": snippet, "status": status, "privacy": privacy},
    )  # fmt: skip
    lab.posts.add(post)
    if privacy == "public":
        lab.make_public(post, place=place(post))
    return post


def _first_link(snippet: dict[str, Any]) -> str:
    words = str(snippet.get("description") or "").split()
    return next((word.rstrip(".,;)") for word in words if word.startswith(("http://", "https://"))), "")


async def update(lab: LabState, call: Call) -> Answer:
    post = _own(lab, call, str(call.fields.get("id") or ""))
    parts = _parts(call)
    if "snippet" in parts:
        snippet = call.fields.get("snippet") or {}
        check_snippet(snippet)
        if not snippet.get("categoryId"):
            raise errors.bad("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
        post.extra["snippet"], post.text, post.link = snippet, snippet["title"], _first_link(snippet)
        post.shown = post.text
    if "status" in parts:
        _change_status(lab, post, call.fields.get("status") or {})
    lab.posts.save(post)
    return Answer(shape(lab, call, post, parts))


def _change_status(lab: LabState, post: Post, status: dict[str, Any]) -> None:
    check_status(status)
    privacy = status.get("privacyStatus", post.extra["privacy"])
    post.extra["status"] = post.extra.get("status", {}) | status
    post.extra["privacy"] = privacy
    if privacy == "public":
        lab.make_public(post, place=place(post))
    else:
        lab.withdraw(post, place=place(post))


async def list_videos(lab: LabState, call: Call) -> Answer:
    ids = call.query.get("id", "")
    if not ids:
        raise errors.not_spoken("videos.list without id")
    parts = _parts(call)
    found = [lab.posts.get("youtube", id) for id in ids.split(",")]
    seen = [post for post in found if post and (post.state == "public" or post.account == call.who.id)]
    return Answer(listing("videoListResponse", [shape(lab, call, post, parts) for post in seen]))


async def delete(lab: LabState, call: Call) -> Answer:
    post = _own(lab, call, call.query.get("id", ""))
    if post.state != "draft":
        raise errors.not_spoken("videos.delete of what was public")
    lab.posts.remove_draft(post)
    return Answer(None, 204)


async def list_channels(lab: LabState, call: Call) -> Answer:
    if call.query.get("mine") != "true" and call.query.get("id") != call.who.id:
        raise errors.not_spoken("channels.list other than mine=true")
    channel = {
        "kind": "youtube#channel", "etag": "lab", "id": call.who.id,
        "snippet": {"title": call.who.name, "description": "", "customUrl": f"@{call.who.handle.lower()}",
                    "publishedAt": "2026-01-01T00:00:00Z"},
        "statistics": {"videoCount": str(lab.posts.count("youtube", call.who.id)), "viewCount": "0"},
        "status": {"privacyStatus": "public", "longUploadsStatus": "allowed"},
    }  # fmt: skip
    wanted = {"kind", "etag", "id", *call.query.get("part", "snippet").split(",")}
    return Answer(listing("channelListResponse", [{name: part for name, part in channel.items() if name in wanted}]))


def listing(kind: str, items: list[dict[str, Any]], next_page: str = "") -> dict[str, Any]:
    info = {"totalResults": len(items), "resultsPerPage": len(items)}
    body: dict[str, Any] = {"kind": f"youtube#{kind}", "etag": "lab", "pageInfo": info, "items": items}
    return body | ({"nextPageToken": next_page} if next_page else {})


def _parts(call: Call) -> list[str]:
    parts = [part.strip() for part in call.query.get("part", "").split(",") if part.strip()]
    if not parts:
        raise errors.error(400, "missingRequiredParameter", "No filter selected or part missing.", "global")
    unknown = [part for part in parts if part not in (*PARTS, "id")]
    if unknown:
        raise errors.not_spoken(f"part={','.join(unknown)}")
    return parts


def _own(lab: LabState, call: Call, id: str) -> Post:
    post = lab.posts.get("youtube", id)
    if post is None:
        raise errors.video_not_found()
    if post.account != call.who.id:
        raise errors.forbidden()
    return post


def shape(lab: LabState, call: Call, post: Post, parts: list[str]) -> dict[str, Any]:
    media = lab.media.of("youtube", post.media)
    now, film = lab.clock.now(), media[0] if media else None
    processed = film is None or now >= film.ready_at
    known: dict[str, Any] = {
        "snippet": _snippet(lab, call, post),
        "status": {
            "uploadStatus": "processed" if processed else "uploaded", "license": "youtube", "embeddable": True,
            **post.extra.get("status", {}), "privacyStatus": post.extra["privacy"],
        },
        "contentDetails": {"duration": f"PT{round(film.seconds) if film else 0}S",
                           "caption": "true" if post.extra.get("captions") else "false"},
        "statistics": {"viewCount": "0", "likeCount": "0",
                       "commentCount": str(len(lab.comments.under("youtube", post.id)))},
        "processingDetails": {"processingStatus": "succeeded" if processed else "processing"},
    }  # fmt: skip
    head = {"kind": "youtube#video", "etag": "lab", "id": post.id}
    return head | {part: known[part] for part in parts if part in known}


def _snippet(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    channel = lab.accounts.get("youtube", post.account)
    thumbnail = post.extra.get("thumbnail")
    return {
        "categoryId": DEFAULT_CATEGORY, "description": "", **post.extra["snippet"], "channelId": post.account,
        "channelTitle": channel.name if channel else "", "publishedAt": iso_seconds(post.public_at or post.created_at),
        "liveBroadcastContent": "none",
        "thumbnails": {"default": {"url": f"{call.origin}/media/{thumbnail}"}} if thumbnail else {},
    }  # fmt: skip
