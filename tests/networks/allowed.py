"""The calls that connectors may make, listed apart from their own tables so that the two are compared.

No call deletes, blocks, mutes or rejects what others wrote (N-3, ALL-1); what hides a comment is named in `REVERSIBLE`
with the values that can be undone. Before adding a call, read what it does at the network.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pregonero.networks.client import Endpoint

ALLOWED: dict[str, tuple[str, ...]] = {
    "x": (
        "GET /2/users/me", "POST /2/oauth2/token", "POST /2/oauth2/revoke",
        "POST /2/media/upload/initialize", "POST /2/media/upload/{id}/append", "POST /2/media/upload/{id}/finalize",
        "GET /2/media/upload", "POST /2/media/metadata", "POST /2/media/subtitles", "POST /2/tweets",
        "DELETE /2/tweets/{id}",
        "GET /2/users/{id}/tweets", "GET /2/tweets/{id}", "GET /2/users/{id}/mentions",
        "PUT /2/tweets/{id}/hidden", "GET /2/users/{id}/blocking", "GET /2/users/{id}/muting",
        "GET /2/tweets/search/stream", "GET /2/tweets/search/stream/rules", "POST /2/tweets/search/stream/rules",
        "GET /2/dm_events", "GET /2/dm_conversations/{id}/dm_events", "POST /2/dm_conversations/{id}/messages",
    ),
    "facebook": (
        "GET /{version}/me/accounts", "POST /{version}/oauth/access_token",
        "POST /{version}/{page}/photos", "POST /{version}/{page}/videos", "POST /{version}/{page}/video_reels",
        "POST /video-upload/{version}/{id}", "POST /{version}/{id}/thumbnails", "POST /{version}/{id}/captions",
        "POST /{version}/{page}/feed", "GET /{version}/{id}", "POST /{version}/{id}", "POST /{version}/{id}/comments",
        "GET /{version}/{id}/comments", "GET /{version}/{page}/published_posts", "DELETE /{version}/{id}",
        "GET /{version}/{page}/blocked", "GET /{version}/{page}/settings",
        "POST /{version}/{page}/settings",
        "GET /{version}/{page}/roles", "GET /{version}/{page}/assigned_users", "GET /{version}/{page}/page_status",
        "GET /{version}/{page}/conversations", "POST /{version}/{page}/messages",
    ),
    "instagram": (
        "GET /{version}/me/accounts", "POST /{version}/oauth/access_token",
        "POST /{version}/{user}/media", "GET /{version}/{id}", "POST /{version}/{user}/media_publish",
        "GET /{version}/{user}/content_publishing_limit", "GET /{version}/{user}/media",
        "GET /{version}/{media}/comments", "GET /{version}/{comment}/replies", "POST /{version}/{comment}/replies",
        "POST /{version}/{comment}",
        "GET /{version}/{user}/conversations", "POST /{version}/{user}/messages",
    ),
    "youtube": (
        "POST /subscribe", "GET /youtube/v3/channels", "POST /token", "POST /revoke",
        "POST /upload/youtube/v3/videos", "POST /resumable/upload/youtube/v3/videos", "PUT /upload/youtube/v3/videos",
        "PUT /resumable/upload/youtube/v3/videos", "POST /upload/youtube/v3/thumbnails/set",
        "POST /upload/youtube/v3/captions", "GET /youtube/v3/videos", "PUT /youtube/v3/videos",
        "DELETE /youtube/v3/videos", "GET /youtube/v3/commentThreads", "GET /youtube/v3/comments",
        "POST /youtube/v3/comments", "POST /youtube/v3/comments/setModerationStatus",
        "GET /youtube/v3/liveBroadcasts", "GET /youtube/v3/liveChat/messages",
    ),
    "bluesky": (
        "GET /xrpc/com.atproto.server.getSession",
        "POST /xrpc/com.atproto.server.createSession", "POST /xrpc/com.atproto.server.deleteSession",
        "GET /xrpc/com.atproto.identity.resolveHandle",
        "POST /xrpc/com.atproto.repo.uploadBlob", "POST /xrpc/com.atproto.repo.putRecord",
        "POST /xrpc/com.atproto.repo.deleteRecord", "GET /xrpc/com.atproto.repo.getRecord",
        "GET /xrpc/app.bsky.notification.listNotifications", "GET /xrpc/app.bsky.feed.getAuthorFeed",
        "GET /xrpc/app.bsky.feed.getPostThread", "GET /xrpc/app.bsky.feed.getPosts",
    ),
    "mastodon": (
        "GET /api/v1/accounts/verify_credentials", "POST /oauth/token", "POST /oauth/revoke",
        "GET /api/v2/instance", "POST /api/v2/media", "GET /api/v1/media/{id}", "POST /api/v1/statuses",
        "GET /api/v1/accounts/{id}/statuses", "GET /api/v1/statuses/{id}",
        "DELETE /api/v1/statuses/{id}", "GET /api/v1/notifications",
    ),
}  # fmt: skip
# The only removals: our own published posts (withdrawals), and drafts of ours that the public never saw. The connector
# first reads that it is ours, or the network refuses what is not.
REMOVALS = {
    ("x", "/2/tweets/{id}"), ("facebook", "/{version}/{id}"), ("youtube", "/youtube/v3/videos"),
    ("mastodon", "/api/v1/statuses/{id}"),
}  # fmt: skip
# Where an allowed address could still be made to do what is not: by a parameter, or by what a record is.
NEVER_SAID = {
    "is_hidden", "hide", "hidden", "moderationstatus", "banauthor", "rejected", "heldforreview", "block", "ban", "mute",
    "blocked", "restrict", "admin_id",
    "comment_enabled", "target_user_id", "user", "psid", "asid", "swaprecord!",
    "feed_story_visibility", "timeline_visibility",
    "thread_control", "sender_action", "suggestion_action", "folder",
}  # fmt: skip
ONLY_SETTING = "PAGE_MODERATION_BLACKLIST"  # of a page: the others say who may write and who may not
ONLY_RECORD = "app.bsky.feed.post"
# The verbs that hide what others wrote, each with its opposite: by call, the field and its values, and whether the
# call may say nothing else.
FLAG = ("true", "false")
REVERSIBLE: dict[tuple[str, str], tuple[str, tuple[str, ...], bool]] = {
    ("x", "PUT /2/tweets/{id}/hidden"): ("hidden", FLAG, True),
    ("facebook", "POST /{version}/{id}"): ("is_hidden", FLAG, False),
    ("instagram", "POST /{version}/{comment}"): ("hide", FLAG, True),
    ("youtube", "POST /youtube/v3/comments/setModerationStatus"): (
        "moderationStatus", ("heldForReview", "published"), False,
    ),
    ("youtube", "GET /youtube/v3/commentThreads"): ("moderationStatus", ("heldForReview",), False),
}  # fmt: skip


def beyond(network: str, calls: Iterable[Endpoint]) -> list[str]:
    """Return the calls of a connector's table that are not allowed, and the deletions not known to be of our own."""
    allowed = set(ALLOWED.get(network, ()))
    strange = [f"{call.method} {call.path}" for call in calls if f"{call.method} {call.path}" not in allowed]
    removals = {(network, call.path) for call in calls if call.method == "DELETE"} - REMOVALS
    return strange + [f"DELETE {path}: it removes what may be others'" for _, path in sorted(removals)]


def refused(network: str, method: str, url: str, sent: Any) -> str:
    """Return the reason why a request is not allowed, or an empty string."""
    address = urlsplit(url)
    if not any(re.search(f"{_pattern(call)}$", f"{method} {address.path}") for call in ALLOWED.get(network, ())):
        return f"{network}: {method} {address.path} is not on the list"
    said = {**dict(parse_qsl(address.query)), **_fields(sent)}
    irreversible = _irreversible(network, f"{method} {address.path}", said)
    if irreversible:
        return irreversible
    may_say = _reversible_fields(network, f"{method} {address.path}")
    told = sorted(name for name in said if name.lower() in NEVER_SAID and name not in may_say)
    if told:
        return f"{network}: {method} {address.path} with {', '.join(told)}"
    if network == "facebook" and address.path.endswith("/settings") and method == "POST":
        option = json.loads(said.get("option", "{}"))
        if set(said) != {"option"} or set(option) != {ONLY_SETTING}:
            return f"{network}: it changes {', '.join(sorted(option)) or 'nothing'}"
    if network == "bluesky" and "collection" in said and said["collection"] != ONLY_RECORD:
        return f"{network}: it writes {said['collection']}"
    return ""


def _reversible_fields(network: str, call: str) -> set[str]:
    """Return the fields that a call may say though they are on the list of what is never said."""
    found = [(pattern, rule) for (name, pattern), rule in REVERSIBLE.items() if name == network]
    return {field for pattern, (field, _, _) in found if re.search(f"{_pattern(pattern)}$", call)}


def _irreversible(network: str, call: str, said: Mapping[str, Any]) -> str:
    """Return what a call that hides says beyond what can be undone; an empty string when nothing."""
    for (name, pattern), (field, values, is_only) in REVERSIBLE.items():
        if name != network or not re.search(f"{_pattern(pattern)}$", call):
            continue
        value = str(said.get(field, "")).lower() if values == FLAG else str(said.get(field, ""))
        if field in said and value not in values:
            return f"{network}: {call} with {field}={said[field]}"
        if is_only and set(said) != {field}:
            return f"{network}: {call} says {', '.join(sorted(said)) or 'nothing'}"
    return ""


def _pattern(call: str) -> str:
    """Return a pattern that matches a call below any base address."""
    method, path = call.split(" ")
    return rf"^{method} (?:/\w+)?" + re.sub(r"\\\{\w+\\\}", "[^/?#]+", re.escape(path))


def _fields(sent: Any) -> Mapping[str, Any]:
    if isinstance(sent, bytes):
        try:
            found = json.loads(sent)
        except ValueError:
            return dict(parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True))
        return found if isinstance(found, dict) else {}
    fields = getattr(sent, "fields", {})
    return fields if isinstance(fields, Mapping) else {}
