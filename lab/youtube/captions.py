"""Captions of a video: one track for each language and name, in WebVTT or SubRip."""

from __future__ import annotations

import re
from typing import Any

from lab.clock import iso_millis
from lab.ledger import Post
from lab.messages import Answer, Call, Refusal
from lab.state import LabState
from lab.youtube import errors, videos

TIME = re.compile(rb"(?:\d+:)?\d\d:\d\d[.,]\d{3} --> (?:\d+:)?\d\d:\d\d[.,]\d{3}")
MAX_NAME = 150


async def insert(lab: LabState, call: Call) -> Answer:
    if call.query.get("part") != "snippet" or call.query.get("uploadType") != "multipart":
        raise errors.not_spoken(f"captions.insert part={call.query.get('part')} {call.query.get('uploadType')}")
    snippet = call.fields.get("snippet") or {}
    post, language, name = _own(lab, call, snippet), str(snippet.get("language") or ""), snippet.get("name")
    if not language or name is None or len(name) > MAX_NAME:
        raise _no(400, "invalidMetadata", "The request contains invalid metadata values.")
    if not TIME.search(call.files.get("media", b"")):
        raise _no(400, "contentRequired", "The request does not contain the caption track contents.")
    tracks = post.extra.setdefault("captions", [])
    if any((track["language"], track["name"]) == (language, name) for track in tracks):
        raise _no(
            409, "captionExists", "The specified video already has a caption track with the given language and name."
        )
    track = {
        "id": f"AUieDa{lab.book.next_number():012d}", "language": language, "name": name,
        "draft": bool(snippet.get("isDraft")), "at": lab.clock.now(), "sha256": lab.media.store(call.files["media"]),
    }  # fmt: skip
    tracks.append(track)
    lab.posts.save(post)
    return Answer(_shape(post, track))


async def list_tracks(lab: LabState, call: Call) -> Answer:
    post = _own(lab, call, {"videoId": call.query.get("videoId", "")})
    found = [_shape(post, track) for track in post.extra.get("captions", [])]
    return Answer(videos.listing("captionListResponse", found))


def _own(lab: LabState, call: Call, snippet: dict[str, Any]) -> Post:
    post = lab.posts.get("youtube", str(snippet.get("videoId") or ""))
    if post is None:
        raise _no(404, "videoNotFound", "The video identified by the videoId parameter could not be found.")
    if post.account != call.who.id:
        raise errors.forbidden()
    return post


def _no(status: int, reason: str, message: str) -> Refusal:
    return errors.error(status, reason, message, "youtube.caption")


def _shape(post: Post, track: dict[str, Any]) -> dict[str, Any]:
    snippet = {
        "videoId": post.id, "lastUpdated": iso_millis(track["at"]), "trackKind": "standard",
        "language": track["language"], "name": track["name"], "audioTrackType": "unknown", "isCC": False,
        "isLarge": False, "isEasyReader": False, "isDraft": track["draft"], "isAutoSynced": False, "status": "serving",
    }  # fmt: skip
    return {"kind": "youtube#caption", "etag": "lab", "id": track["id"], "snippet": snippet}
