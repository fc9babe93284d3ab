"""Videos, their captions and the channel: a video is uploaded private and published by a change."""

from __future__ import annotations

import base64
import re
from typing import Any

from lab.clock import iso_millis, iso_seconds
from lab.messages import ApiError, Call, Response
from lab.network_api import COMMIT, PREPARE
from lab.state import LabState
from lab.store.media import Media
from lab.store.posts import Post
from lab.youtube import errors, hub

CAPTIONS_TIME = re.compile(rb"(?:\d+:)?\d\d:\d\d[.,]\d{3} --> (?:\d+:)?\d\d:\d\d[.,]\d{3}")
MAX_TRACK_NAME = 150
MAX_TITLE = 100
MAX_DESCRIPTION_BYTES = 5000
MAX_TAGS = 500
PRIVACY = ("private", "unlisted", "public")
PARTS = ("snippet", "status", "contentDetails", "statistics", "processingDetails", "liveStreamingDetails")
CHAT_PREFIX = "Cg0KC"  # of a chat's id, before that of its video
DEFAULT_CATEGORY = "25"  # news and politics


def _video_id(number: int) -> str:
    raw = (number * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def page_path(post: Post) -> str:
    """Return the path of a video's public page."""
    return f"/youtube/watch?v={post.id}"


def stage_of_update(lab: LabState, call: Call) -> str:
    """Return `commit` when the update publishes a video or withdraws a public one."""
    privacy = (call.fields.get("status") or {}).get("privacyStatus")
    is_public = lab.posts.get_public("youtube", str(call.fields.get("id") or "")) is not None
    return COMMIT if privacy == "public" or (privacy and is_public) else PREPARE


def check_snippet(snippet: dict[str, Any]) -> None:
    """Raise ApiError unless YouTube accepts the title, the description and the tags."""
    title, description = str(snippet.get("title") or ""), str(snippet.get("description") or "")
    if not title.strip() or len(title) > MAX_TITLE or _has_angle_brackets(title):
        raise errors.bad_request("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > MAX_DESCRIPTION_BYTES or _has_angle_brackets(description):
        raise errors.bad_request("invalidDescription", "The request metadata specifies an invalid video description.")
    tags = snippet.get("tags") or []
    if sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1) > MAX_TAGS:
        raise errors.bad_request("invalidTags", "The request metadata specifies invalid video keywords.")


def _has_angle_brackets(text: str) -> bool:
    return "<" in text or ">" in text


def check_status(status: dict[str, Any]) -> None:
    """Raise ApiError for an unknown privacy status or for publishAt, which the lab does not implement."""
    if "publishAt" in status:
        raise errors.not_supported("status.publishAt")
    if status.get("privacyStatus", "public") not in PRIVACY:
        raise errors.bad_request("invalidVideoMetadata", "The request metadata is invalid.")


def create_video(lab: LabState, account: str, metadata: dict[str, Any], media: Media) -> Post:
    """Create the video of a complete upload; it is public at once when its privacy status is `public`."""
    snippet, status = metadata.get("snippet") or {}, metadata.get("status") or {}
    privacy = status.get("privacyStatus", "public")
    post = Post(
        "youtube",
        _video_id(lab.database.next_number()),
        account,
        "video",
        snippet["title"],
        lab.clock.now(),
        media=[media.id],
        link=_first_link(snippet),
        extra={"snippet": snippet, "status": status, "privacy": privacy},
    )
    lab.posts.add(post)
    if privacy == "public":
        lab.make_public(post, path=page_path(post))
        hub.publish_soon(lab, post.account, post.id, post.text)
    return post


def create_live(lab: LabState, account: str, title: str) -> Post:
    """Create the public video of a broadcast that is live now, with its empty chat."""
    now = lab.clock.now()
    post = Post(
        "youtube",
        _video_id(lab.database.next_number()),
        account,
        "video",
        title,
        now,
        extra={
            "snippet": {"title": title},
            "status": {},
            "privacy": "public",
            "broadcast": {"started_at": now, "messages": []},
        },
    )
    lab.posts.add(post)
    lab.make_public(post, path=page_path(post))
    return post


def _live_details(post: Post) -> dict[str, Any]:
    """Return the live details of a broadcast: the chat's id only while it is live."""
    broadcast = post.extra["broadcast"]
    details = {"actualStartTime": iso_seconds(broadcast["started_at"])}
    if "ended_at" in broadcast:
        return details | {"actualEndTime": iso_seconds(broadcast["ended_at"])}
    return details | {"activeLiveChatId": f"{CHAT_PREFIX}{post.id}"}


def _first_link(snippet: dict[str, Any]) -> str:
    words = str(snippet.get("description") or "").split()
    return next((word.rstrip(".,;)") for word in words if word.startswith(("http://", "https://"))), "")


async def update_video(lab: LabState, call: Call) -> Response:
    post = _own_video(lab, call, str(call.fields.get("id") or ""))
    parts = _parts(call)
    if "snippet" in parts:
        snippet = call.fields.get("snippet") or {}
        check_snippet(snippet)
        if not snippet.get("categoryId"):
            raise errors.bad_request(
                "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID."
            )
        post.extra["snippet"], post.text, post.link = snippet, snippet["title"], _first_link(snippet)
        post.shown = post.text
    if "status" in parts:
        _change_status(lab, post, call.fields.get("status") or {})
    lab.posts.save(post)
    return Response(shape(lab, call, post, parts))


def _change_status(lab: LabState, post: Post, status: dict[str, Any]) -> None:
    check_status(status)
    privacy = status.get("privacyStatus", post.extra["privacy"])
    post.extra["status"] = post.extra.get("status", {}) | status
    post.extra["privacy"] = privacy
    if privacy == "public":
        lab.make_public(post, path=page_path(post))
        hub.publish_soon(lab, post.account, post.id, post.text)
    else:
        lab.withdraw(post, path=page_path(post))


async def list_videos(lab: LabState, call: Call) -> Response:
    ids = call.query.get("id", "")
    if not ids:
        raise errors.not_supported("videos.list without id")
    parts = _parts(call)
    posts = [lab.posts.get("youtube", id) for id in ids.split(",")]
    visible = [post for post in posts if post and (post.state == "public" or post.account == call.caller.id)]
    return Response(listing("videoListResponse", [shape(lab, call, post, parts) for post in visible]))


async def delete_video(lab: LabState, call: Call) -> Response:
    post = _own_video(lab, call, call.query.get("id", ""))
    if post.state != "draft":
        raise errors.not_supported("videos.delete of what was public")
    lab.posts.remove_draft(post)
    return Response(None, 204)


async def list_channels(lab: LabState, call: Call) -> Response:
    if call.query.get("mine") != "true" and call.query.get("id") != call.caller.id:
        raise errors.not_supported("channels.list other than mine=true")
    channel = {
        "kind": "youtube#channel",
        "etag": "lab",
        "id": call.caller.id,
        "snippet": {
            "title": call.caller.name,
            "description": "",
            "customUrl": f"@{call.caller.handle.lower()}",
            "publishedAt": "2026-01-01T00:00:00Z",
        },
        "statistics": {"videoCount": str(lab.posts.count("youtube", call.caller.id)), "viewCount": "0"},
        "status": {"privacyStatus": "public", "longUploadsStatus": "allowed"},
    }
    names = {"kind", "etag", "id", *call.query.get("part", "snippet").split(",")}
    fields = {name: part for name, part in channel.items() if name in names}
    return Response(listing("channelListResponse", [fields]))


def listing(kind: str, items: list[dict[str, Any]], next_page: str = "") -> dict[str, Any]:
    """Return a list in YouTube's format; `next_page` is the token of the next page, if there is one."""
    info = {"totalResults": len(items), "resultsPerPage": len(items)}
    body: dict[str, Any] = {"kind": f"youtube#{kind}", "etag": "lab", "pageInfo": info, "items": items}
    return body | ({"nextPageToken": next_page} if next_page else {})


def _parts(call: Call) -> list[str]:
    parts = [part.strip() for part in call.query.get("part", "").split(",") if part.strip()]
    if not parts:
        raise errors.error(400, "missingRequiredParameter", "No filter selected or part missing.", "global")
    unknown = [part for part in parts if part not in (*PARTS, "id")]
    if unknown:
        raise errors.not_supported(f"part={','.join(unknown)}")
    return parts


def _own_video(lab: LabState, call: Call, id: str) -> Post:
    post = lab.posts.get("youtube", id)
    if post is None:
        raise errors.video_not_found()
    if post.account != call.caller.id:
        raise errors.forbidden()
    return post


def shape(lab: LabState, call: Call, post: Post, parts: list[str]) -> dict[str, Any]:
    """Return the requested parts of a video in YouTube's format."""
    media = lab.media.get_many("youtube", post.media)
    now, video = lab.clock.now(), media[0] if media else None
    processed = video is None or now >= video.ready_at
    known_parts: dict[str, Any] = {
        "snippet": _snippet(lab, call, post),
        "status": {
            "uploadStatus": "processed" if processed else "uploaded",
            "license": "youtube",
            "embeddable": True,
            **post.extra.get("status", {}),
            "privacyStatus": post.extra["privacy"],
        },
        "contentDetails": {
            "duration": f"PT{round(video.seconds) if video else 0}S",
            "caption": "true" if post.extra.get("captions") else "false",
        },
        "statistics": {
            "viewCount": "0",
            "likeCount": "0",
            "commentCount": str(len(lab.comments.under("youtube", post.id))),
        },
        "processingDetails": {"processingStatus": "succeeded" if processed else "processing"},
        **({"liveStreamingDetails": _live_details(post)} if post.extra.get("broadcast") else {}),
    }
    head = {"kind": "youtube#video", "etag": "lab", "id": post.id}
    return head | {part: known_parts[part] for part in parts if part in known_parts}


def _snippet(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    channel = lab.accounts.get("youtube", post.account)
    thumbnail = post.extra.get("thumbnail")
    return {
        "categoryId": DEFAULT_CATEGORY,
        "description": "",
        **post.extra["snippet"],
        "channelId": post.account,
        "channelTitle": channel.name if channel else "",
        "publishedAt": iso_seconds(post.public_at or post.created_at),
        "liveBroadcastContent": "live" if "ended_at" not in post.extra.get("broadcast", {"ended_at": 0}) else "none",
        "thumbnails": {"default": {"url": f"{call.origin}/media/{thumbnail}"}} if thumbnail else {},
    }


async def insert_captions(lab: LabState, call: Call) -> Response:
    """Add a caption track; a video has at most one for each language and name."""
    if call.query.get("part") != "snippet" or call.query.get("uploadType") != "multipart":
        raise errors.not_supported(f"captions.insert part={call.query.get('part')} {call.query.get('uploadType')}")
    snippet = call.fields.get("snippet") or {}
    post, language, name = _captioned_video(lab, call, snippet), str(snippet.get("language") or ""), snippet.get("name")
    if not language or name is None or len(name) > MAX_TRACK_NAME:
        raise _captions_error(400, "invalidMetadata", "The request contains invalid metadata values.")
    if not CAPTIONS_TIME.search(call.files.get("media", b"")):
        raise _captions_error(400, "contentRequired", "The request does not contain the caption track contents.")
    tracks = post.extra.setdefault("captions", [])
    if any((track["language"], track["name"]) == (language, name) for track in tracks):
        raise _captions_error(
            409, "captionExists", "The specified video already has a caption track with the given language and name."
        )
    track = {
        "id": f"AUieDa{lab.database.next_number():012d}",
        "language": language,
        "name": name,
        "draft": bool(snippet.get("isDraft")),
        "at": lab.clock.now(),
        "sha256": lab.media.write(call.files["media"]),
    }
    tracks.append(track)
    lab.posts.save(post)
    return Response(_captions_shape(post, track))


async def list_captions(lab: LabState, call: Call) -> Response:
    post = _captioned_video(lab, call, {"videoId": call.query.get("videoId", "")})
    tracks = [_captions_shape(post, track) for track in post.extra.get("captions", [])]
    return Response(listing("captionListResponse", tracks))


def _captioned_video(lab: LabState, call: Call, snippet: dict[str, Any]) -> Post:
    post = lab.posts.get("youtube", str(snippet.get("videoId") or ""))
    if post is None:
        raise _captions_error(404, "videoNotFound", "The video identified by the videoId parameter could not be found.")
    if post.account != call.caller.id:
        raise errors.forbidden()
    return post


def _captions_error(status: int, reason: str, message: str) -> ApiError:
    return errors.error(status, reason, message, "youtube.caption")


def _captions_shape(post: Post, track: dict[str, Any]) -> dict[str, Any]:
    snippet = {
        "videoId": post.id,
        "lastUpdated": iso_millis(track["at"]),
        "trackKind": "standard",
        "language": track["language"],
        "name": track["name"],
        "audioTrackType": "unknown",
        "isCC": False,
        "isLarge": False,
        "isEasyReader": False,
        "isDraft": track["draft"],
        "isAutoSynced": False,
        "status": "serving",
    }
    return {"kind": "youtube#caption", "etag": "lab", "id": track["id"], "snippet": snippet}
