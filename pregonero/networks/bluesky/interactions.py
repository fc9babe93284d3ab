"""Who mentions, quotes or answers an account on Bluesky: its notifications, and the threads of its own posts.

A server may leave a reply out of the notifications when it indexes a thread out of order, so the threads are read too.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.bluesky.client import Xrpc, open_session
from pregonero.networks.bluesky.network import CAPABILITIES, ERRORS
from pregonero.networks.bluesky.records import local_id, public_url
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import (
    Author,
    Cursor,
    Interaction,
    InteractionKind,
    Reading,
    Stream,
    or_not_understood,
)

NOTIFICATIONS, THREADS = "notifications", "threads"
REASONS = ("mention", "reply", "quote")
INVALID_HANDLE = "handle.invalid"  # what a server writes in place of a handle that it could not verify
OVERLAP = timedelta(minutes=10)  # read again each time: a notification has the hour that the author's clock gave


class BlueskyInteractions:
    """Reads the notifications of an account, and the threads of its latest posts."""

    streams: tuple[Stream, ...] = (
        Stream(NOTIFICATIONS, "Menciones, citas y respuestas", 60),
        Stream(THREADS, "Hilos de las publicaciones", 300),
    )

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read what is new in one of the two lists."""
        read = _read_threads if stream == THREADS else _read_notifications
        with open_session(credentials) as session, mapped_errors(ERRORS, public=False):
            return read(session, cursor)


def _read_notifications(credentials: ApiCredentials, cursor: Cursor) -> Reading:
    """Read the notifications after the newest one that was read; the first time, only the latest pages.

    A reading that stops at its limit leaves in the cursor the page where the next one continues, so that none is lost.
    """
    limits, api = CAPABILITIES.limits, Xrpc(credentials)
    since, page, newest = (str(cursor.get(name) or "") for name in ("since", "page", "newest"))
    found = list[Interaction]()
    for _ in range(limits["notification_pages"].value):
        params = {"limit": str(limits["notifications_page"].value)} | ({"cursor": page} if page else {})
        listed = api.get("app.bsky.notification.listNotifications", **params)
        notifications = listed["notifications"]
        found += [_from_notification(credentials, item) for item in notifications if item.get("reason") in REASONS]
        newest = max([newest, *(str(item.get("indexedAt") or "") for item in notifications)])
        page = str(listed.get("cursor") or "")
        if not page or _reaches(notifications, since):
            return Reading(tuple(found), {"since": newest})
    if not since:
        return Reading(tuple(found), {"since": newest})
    return Reading(tuple(found), {"since": since, "page": page, "newest": newest}, has_more=True)


def _reaches(notifications: list[dict[str, Any]], since: str) -> bool:
    """Return whether a page, newest first, ends before what was read already."""
    if not notifications or not since:
        return False
    return datetime.fromisoformat(notifications[-1]["indexedAt"]) < datetime.fromisoformat(since) - OVERLAP


def _read_threads(credentials: ApiCredentials, cursor: Cursor) -> Reading:
    """Read the threads of our latest posts whose number of replies changed since the last reading."""
    limits, api = CAPABILITIES.limits, Xrpc(credentials)
    feed = api.get(
        "app.bsky.feed.getAuthorFeed",
        actor=credentials.remote_id,
        filter="posts_no_replies",
        limit=str(limits["posts_watched"].value),
    )["feed"]
    own = [entry["post"] for entry in feed if entry["post"]["author"]["did"] == credentials.remote_id]
    counts = {str(post["uri"]): int(post.get("replyCount") or 0) for post in own}
    changed = [uri for uri, count in counts.items() if cursor.get(uri, 0) != count]
    batch = changed[: limits["posts_per_reading"].value]
    found = [item for uri in batch for item in _thread(credentials, api, uri)]
    read = {uri: count for uri, count in counts.items() if uri not in changed or uri in batch}
    known = {uri: count for uri, count in cursor.items() if uri in counts}
    return Reading(tuple(found), known | read, has_more=len(batch) < len(changed))


def _thread(credentials: ApiCredentials, api: Xrpc, uri: str) -> Iterator[Interaction]:
    """Yield the replies below a post, at any depth; those that the server hides from us are left out."""
    depth = str(CAPABILITIES.limits["thread_depth"].value)
    waiting = [api.get("app.bsky.feed.getPostThread", uri=uri, depth=depth, parentHeight="0")["thread"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("replies") or []
        post = node.get("post")
        if post and post["uri"] != uri:
            yield _interaction(credentials, post, InteractionKind.COMMENT)


@or_not_understood
def _from_notification(credentials: ApiCredentials, notification: dict[str, Any]) -> Interaction:
    is_reply = notification["reason"] == "reply"
    quoted = str(notification.get("reasonSubject") or "") if notification["reason"] == "quote" else ""
    kind = InteractionKind.COMMENT if is_reply else InteractionKind.MENTION
    return _interaction(credentials, notification, kind, quoted=quoted)


@or_not_understood
def _interaction(
    credentials: ApiCredentials, post: dict[str, Any], kind: InteractionKind, *, quoted: str = ""
) -> Interaction:
    """Return a post as an interaction. Notifications and threads give the same fields of it."""
    author, uri, reply = post["author"], str(post["uri"]), post["record"].get("reply") or {}
    did, handle = credentials.remote_id, str(author.get("handle") or "")
    parent, root = (str((reply.get(name) or {}).get("uri") or "") for name in ("parent", "root"))
    ours = [local_id(at, did) for at in (root, parent, quoted) if at.startswith(f"at://{did}/")]
    id = local_id(uri, did)
    return Interaction(
        remote_id=id,
        kind=kind,
        text=str(post["record"].get("text") or ""),
        author=Author(
            str(author["did"]), "" if handle == INVALID_HANDLE else handle, str(author.get("displayName") or "")
        ),
        written_at=datetime.fromisoformat(str(post["indexedAt"])),
        thread_id=id,
        parent_id=local_id(parent, did),
        post_id=ours[0] if ours else "",
        url=public_url(uri),
        is_ours=author["did"] == did,
    )
