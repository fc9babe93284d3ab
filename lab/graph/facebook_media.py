"""Photos and videos of a Facebook page: unpublished they wait for a post, published they are one."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from lab.graph import errors
from lab.graph.facebook import place, publishes
from lab.graph.params import NotFetched, asked, fetch, flag, refuse_beyond
from lab.ledger import Media, Post
from lab.ledger.media import NotMedia, probe
from lab.messages import Answer, Call, Refusal
from lab.state import LabState

MAX_PICTURE_BYTES = 10_000_000
PROCESSING = (0.1, 0.4)  # seconds
MAX_THUMBNAIL_BYTES = 10_000_000
CAPTIONS_NAME = re.compile(r"[^/]+\.[a-z]{2}_[A-Z]{2}\.srt")
CAPTIONS_TIME = re.compile(rb"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}")


async def create_photo(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "source", "url", "published", "message", "caption", "alt_text_custom", "temporary")
    media = await _take(lab, call, "url", "image")
    lab.media.describe(media.id, call.field("alt_text_custom"))
    if not flag(call, "published", True):
        return Answer({"id": media.id})
    post = _publish(lab, call, media, call.field("message") or call.field("caption"))
    return Answer({"id": media.id, "post_id": post.id})


async def create_video(lab: LabState, call: Call) -> Answer:
    refuse_beyond(call, "source", "file_url", "published", "description", "title")
    media = await _take(lab, call, "file_url", "video")
    media.extra = {"description": call.field("description"), "title": call.field("title")}
    lab.media.remember(media)
    if flag(call, "published", True):
        publish_film(lab, call, media)
    return Answer({"id": media.id})


async def update_video(lab: LabState, call: Call) -> Answer:
    """Publish an unpublished video: repeated, it is one change."""
    media = _own(lab, call)
    if not publishes(call):
        raise errors.not_spoken(f"{call.address} without published=true")
    publish_film(lab, call, media)
    return Answer({"success": True})


async def set_thumbnail(lab: LabState, call: Call) -> Answer:
    """The picture that stands for a video."""
    media = _own(lab, call)
    refuse_beyond(call, "source", "is_preferred")
    data = call.files.get("source", b"")
    try:
        found = probe(data)
    except NotMedia:
        raise refused("image") from None
    if found.kind != "image" or len(data) > MAX_THUMBNAIL_BYTES:
        raise refused("image")
    picture = lab.media.put(
        id=str(122_000_000_000_000 + lab.book.next_number()), network="facebook", account=call.who.id, data=data,
        found=found, now=lab.clock.now(),
    )  # fmt: skip
    media.extra["thumbnail"] = picture.sha256
    lab.media.remember(media)
    return Answer({"success": True})


async def set_captions(lab: LabState, call: Call) -> Answer:
    """Captions in SubRip, whose language Facebook reads in the file's name: video.es_LA.srt."""
    media = _own(lab, call)
    refuse_beyond(call, "captions_file", "default_locale", "locales_to_delete")
    name, data = call.names.get("captions_file", ""), call.files.get("captions_file", b"")
    if not CAPTIONS_NAME.fullmatch(name) or not CAPTIONS_TIME.search(data):
        raise errors.error(400, 387, "(#387) There is an error with the captions file you're trying to upload.")
    media.extra.setdefault("captions", {})[name.split(".")[-2]] = data.decode("utf-8", "replace")
    lab.media.remember(media)
    return Answer({"success": True})


async def get_media(lab: LabState, call: Call) -> Answer:
    media = _own(lab, call)
    post = lab.posts.get("facebook", f"{media.account}_{media.id}")
    ready = lab.clock.now() >= media.ready_at
    known: dict[str, Any] = {
        "id": media.id, "name": media.extra.get("title"), "description": media.extra.get("description"),
        "published": post is not None, "alt_text_custom": media.alt, "width": media.width, "height": media.height,
        "status": _status(media, ready, post is not None), "source": f"{call.origin}/media/{media.sha256}",
        "images": [{"source": f"{call.origin}/media/{media.sha256}", "width": media.width, "height": media.height}],
        "permalink_url": call.origin + place(lab, post) if post else None, "post_id": post.id if post else None,
        "page_story_id": post.id if post else None, "length": media.seconds,
        "captions": {"data": _captions(media)}, "from": {"id": call.who.id, "name": call.who.name},
        "picture": f"{call.origin}/media/{media.extra.get('thumbnail') or media.sha256}",
    }  # fmt: skip
    return Answer(asked(call, "Video" if media.kind == "video" else "Photo", known, ("id",)))


def _captions(media: Media) -> list[dict[str, Any]]:
    return [{"locale": locale, "text": text} for locale, text in media.extra.get("captions", {}).items()]


def _status(media: Media, ready: bool, published: bool) -> dict[str, Any]:
    return {
        "video_status": "ready" if ready else "processing",
        "uploading_phase": {"status": "complete", "bytes_transferred": media.size, "source_file_size": media.size},
        "processing_phase": {"status": "complete" if ready else "in_progress"},
        "publishing_phase": {"status": "complete" if published else "not_started"},
    }


async def delete_media(lab: LabState, call: Call) -> Answer:
    media = _own(lab, call)
    post = lab.posts.get("facebook", f"{media.account}_{media.id}")
    if post is not None:
        lab.withdraw(post, place=place(lab, post))
    lab.media.remove(media.id)
    return Answer({"success": True})


def publish_film(lab: LabState, call: Call, media: Media) -> Post:
    return _publish(lab, call, media, str(media.extra.get("description") or ""))


def _publish(lab: LabState, call: Call, media: Media, text: str) -> Post:
    """A photo or video on its own is a post that bears its number."""
    id = f"{call.who.id}_{media.id}"
    post = lab.posts.get("facebook", id)
    if post is None:
        post = Post("facebook", id, call.who.id, media.kind, text, lab.clock.now(), media=[media.id])
        lab.record_public(post, place=place(lab, post))
    return post


def _own(lab: LabState, call: Call) -> Media:
    media = lab.media.get("facebook", call.params["id"])
    if media is None:
        raise errors.not_found(call.params["id"], call.method)
    return media


async def _take(lab: LabState, call: Call, address_field: str, kind: str) -> Media:
    data = await _bytes(lab, call, address_field)
    try:
        found = probe(data)
    except NotMedia:
        raise refused(kind) from None
    if (found.kind == "video") != (kind == "video") or (kind == "image" and len(data) > MAX_PICTURE_BYTES):
        raise refused(kind)
    return lab.media.put(
        id=str(122_000_000_000_000 + lab.book.next_number()), network="facebook", account=call.who.id, data=data,
        found=found, now=lab.clock.now(),
        processing=lab.latency.seconds(call.account, hashlib.sha256(data).hexdigest(), *PROCESSING) * (kind == "video"),
    )  # fmt: skip


async def _bytes(lab: LabState, call: Call, address_field: str) -> bytes:
    if call.files:
        return next(iter(call.files.values()))
    address = call.field(address_field)
    if not address:
        raise errors.parameter(f"source or {address_field} is required")
    try:
        return await fetch(lab, address)
    except NotFetched as cause:
        raise errors.error(400, 324, f"(#324) Missing or invalid image file ({cause})", subcode=2069019) from cause


def refused(kind: str) -> Refusal:
    if kind == "video":
        return errors.error(400, 352, "(#352) Sorry, the video file you selected is in a format that we don't support.")
    return errors.error(400, 324, "(#324) Missing or invalid image file", subcode=2069019)
