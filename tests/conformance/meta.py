"""The parameters, types and values that Meta's SDK declares for each call."""

import json
import re
from collections.abc import Callable
from typing import Any

from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.photo import Photo
from facebook_business.adobjects.unifiedthread import UnifiedThread
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from facebook_business.typechecker import TypeChecker

from tests.conformance.recorder import Request

_API = FacebookAdsApi(FacebookSession(access_token="ninguno"))
# What the SDK's lists leave out, and Meta's pages have: each with the page.
BEYOND: dict[tuple[str, str], dict[str, str]] = {
    ("page", "photos"): {"source": "file"},  # graph-api/reference/page/photos: a file goes as multipart form data
    ("page", "videos"): {"video_file_chunk": "file"},  # video-api/guides/publishing: the piece itself
    ("container", ""): {},
}


def _checker(request: Any) -> TypeChecker:
    checker: TypeChecker = request._param_checker
    return checker


MAKES: dict[tuple[str, str], Callable[[], Any]] = {
    ("page", "photos"): lambda: Page("1", api=_API).create_photo(pending=True),
    ("page", "videos"): lambda: Page("1", api=_API).create_video(pending=True),
    ("page", "video_reels"): lambda: Page("1", api=_API).create_video_reel(pending=True),
    ("page", "feed"): lambda: Page("1", api=_API).create_feed(pending=True),
    ("post", ""): lambda: PagePost("1", api=_API).api_update(pending=True),
    ("post", "comments"): lambda: PagePost("1", api=_API).create_comment(pending=True),
    ("video", ""): lambda: AdVideo("1", api=_API).api_update(pending=True),
    ("video", "thumbnails"): lambda: AdVideo("1", api=_API).create_thumbnail(pending=True),
    ("video", "captions"): lambda: AdVideo("1", api=_API).create_cap_t_i_on(pending=True),
    ("user", "media"): lambda: IGUser("1", api=_API).create_media(pending=True),
    ("comment", "replies"): lambda: IGComment("1", api=_API).create_reply(pending=True),
    ("user", "media_publish"): lambda: IGUser("1", api=_API).create_media_publish(pending=True),
    ("page", "messages"): lambda: Page("1", api=_API).create_message(pending=True),
    ("user", "messages"): lambda: IGUser("1", api=_API).create_message(pending=True),
}
LISTS: dict[tuple[str, str], Callable[[], Any]] = {
    ("page", "conversations"): lambda: Page("1", api=_API).get_conversations(pending=True),
    ("user", "conversations"): lambda: IGUser("1", api=_API).get_conversations(pending=True),
}
READS: dict[str, Any] = {
    "post": PagePost, "video": AdVideo, "photo": Photo, "media": IGMedia, "user": IGUser, "published_posts": PagePost,
    "facebook comments": Comment, "instagram comments": IGComment, "replies": IGComment,
    "conversations": UnifiedThread,
}  # fmt: skip
# Lists that are expanded as a field of their node, which the SDK has as edges.
EDGES = {
    "published_posts": {"comments": "facebook comments"}, "instagram comments": {"replies": "replies"},
    "conversations": {"messages": "message"},
}  # fmt: skip
EXPANSION = re.compile(r"(\w+)(?:\.\w+\([^()]*\))*(?:\{(.*)\})?")
# A container and the room that is left today are classes that this SDK does not have: Meta's pages name their fields.
OTHER_READS = {
    "container": {"status_code", "status", "id"},
    "content_publishing_limit": {"config", "quota_usage"},
    "message": {"id", "created_time", "from", "to", "message"},
    "media_list": {"id", "permalink", "caption", "timestamp", "limit", "comments_count"},
}


def complaints(kind: str, edge: str, request: Request) -> list[str]:
    """Return the parameters of a write request that the SDK does not declare, or declares with another type."""
    make = MAKES.get((kind, edge))
    if make is None:
        return [f"{kind}/{edge}: the SDK has no such call"]
    checker, found = _checker(make()), []
    known = set(checker._type_check_info) | set(BEYOND.get((kind, edge), {}))
    for name, value in request.fields.items():
        if name not in known:
            found.append(f"{kind}/{edge}: no parameter {name}")
        elif name in checker._type_check_info and not checker.is_valid_pair(name, _read(checker, name, value)):
            found.append(f"{kind}/{edge}: {name}={value!r} is no {checker.get_type(name)}")
    return found + [f"{kind}/{edge}: no file {name}" for name in request.files if name not in known]


def _read(checker: TypeChecker, name: str, value: str) -> Any:
    """Return a form value parsed as JSON if it is a list or object, and otherwise as text."""
    wanted = str(checker.get_type(name))
    if wanted.startswith(("list", "map", "Object")):
        found = json.loads(value)
        if isinstance(found, dict):
            return found
        return [json.loads(each) if isinstance(each, str) and each[:1] == "{" else each for each in found]
    return value


def fields_unknown(kind: str, names: str) -> list[str]:
    """Return the requested fields that the SDK's class of the node does not have."""
    unknown, edges = [], EDGES.get(kind, {})
    has = OTHER_READS[kind] if kind in OTHER_READS else set(vars(READS[kind].Field).values())
    for entry in _split(names):
        match = EXPANSION.fullmatch(entry)
        name, nested = (match[1], match[2] or "") if match else (entry, "")
        if name in edges:
            unknown += fields_unknown(edges[name], nested)
        elif name not in has:
            unknown.append(entry)
    return unknown


def _split(names: str) -> list[str]:
    """Split a list of fields at the commas that are not inside braces."""
    return [entry for entry in re.split(r",(?![^{]*\})", names) if entry]
