"""Live broadcasts of a channel and their chat, which YouTube lets read; the lab serves nothing that removes or bans.

Shapes of the "YouTube Live Streaming API" reference: LiveBroadcasts.list, LiveChatMessages.list, read on 2026-11-30.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lab.clock import iso_millis, iso_seconds
from lab.messages import Call, Response
from lab.people import MAX_NAME, MAX_TEXT, author_id
from lab.state import LabState
from lab.store.posts import Post
from lab.youtube import errors
from lab.youtube.videos import CHAT_PREFIX, create_live, listing, page_path

POLLING_MILLIS = 5_000
FILTERS = ("broadcastStatus", "id", "mine")
DEFAULT_PAGE = 500


async def list_broadcasts(lab: LabState, call: Call) -> Response:
    """List the broadcasts of the channel in a status, such as `active`."""
    given = [name for name in FILTERS if call.query.get(name)]
    if len(given) != 1:
        message = "Incompatible parameters specified in the request."
        raise errors.error(400, "incompatibleParameters", message, "youtube.parameter")
    if given != ["broadcastStatus"]:
        raise errors.not_supported(f"liveBroadcasts.list by {given[0]}")
    wanted = call.query["broadcastStatus"]
    posts = [post for post in lab.posts.latest("youtube", call.caller.id, limit=50) if post.extra.get("broadcast")]
    is_live = {"active": (True,), "completed": (False,), "all": (True, False), "upcoming": ()}[wanted]
    found = [_broadcast_shape(call, post) for post in posts if _is_live(post) in is_live]
    return Response(listing("liveBroadcastListResponse", found))


async def list_messages(lab: LabState, call: Call) -> Response:
    """List the messages of a chat after a page token, and say how long to wait before asking again."""
    post = lab.posts.get("youtube", call.query["liveChatId"].removeprefix(CHAT_PREFIX))
    if post is None or not post.extra.get("broadcast"):
        message = "The live chat that you are trying to retrieve cannot be found."
        raise errors.error(404, "liveChatNotFound", message, "youtube.liveChat")
    broadcast, now = post.extra["broadcast"], lab.clock.now()
    if not _is_live(post):
        raise errors.error(403, "liveChatEnded", "The live chat is no longer live.", "youtube.liveChat")
    if now < broadcast.get("next_poll_at", 0):
        message = "The request was sent too soon after the previous request."
        raise errors.error(403, "rateLimitExceeded", message, "youtube.liveChat")
    broadcast["next_poll_at"] = now + POLLING_MILLIS / 1000
    lab.posts.save(post)
    start, limit = int(call.query.get("pageToken") or 0), int(call.query.get("maxResults") or DEFAULT_PAGE)
    page = broadcast["messages"][start : start + limit]
    body = listing("liveChatMessageListResponse", [_message_shape(call, post, one) for one in page])
    return Response(body | {"nextPageToken": str(start + len(page)), "pollingIntervalMillis": POLLING_MILLIS})


def _broadcast_shape(call: Call, post: Post) -> dict[str, Any]:
    broadcast = post.extra["broadcast"]
    snippet = {
        "publishedAt": iso_seconds(post.created_at),
        "channelId": post.account,
        "title": post.text,
        "description": "",
        "scheduledStartTime": iso_seconds(broadcast["started_at"]),
        "actualStartTime": iso_seconds(broadcast["started_at"]),
        "liveChatId": chat_id(post),
    }
    status = {"lifeCycleStatus": "live" if _is_live(post) else "complete", "privacyStatus": "public"}
    known = {"snippet": snippet, "status": status}
    return {"kind": "youtube#liveBroadcast", "etag": "lab", "id": post.id} | {
        part: known[part] for part in call.query.get("part", "").split(",") if part in known
    }


def _message_shape(call: Call, post: Post, message: dict[str, Any]) -> dict[str, Any]:
    snippet = {
        "type": message["type"],
        "liveChatId": chat_id(post),
        "authorChannelId": message["author_id"],
        "publishedAt": iso_millis(message["at"]),
        "hasDisplayContent": message["type"] == "textMessageEvent",
    }
    if message["type"] == "textMessageEvent":
        snippet |= {"displayMessage": message["text"], "textMessageDetails": {"messageText": message["text"]}}
    else:
        name = message["type"].removesuffix("Event")
        snippet[f"{name}Details"] = {f"{name.removeprefix('message').lower()}MessageId": message["text"]}
    author = {
        "channelId": message["author_id"],
        "channelUrl": f"http://www.youtube.com/channel/{message['author_id']}",
        "displayName": message["author"],
        "isVerified": False,
        "isChatOwner": message["author_id"] == post.account,
        "isChatSponsor": False,
        "isChatModerator": False,
    }
    known = {"snippet": snippet, "authorDetails": author}
    parts = call.query.get("part", "").split(",")
    shape = {"kind": "youtube#liveChatMessage", "etag": "lab", "id": message["id"]}
    return shape | {part: known[part] for part in parts if part in known}


def chat_id(post: Post) -> str:
    """Return the id of the chat of a broadcast."""
    return f"{CHAT_PREFIX}{post.id}"


def _is_live(post: Post) -> bool:
    return "ended_at" not in post.extra["broadcast"]


class LiveAdmin:
    """What people do in Studio and in the chat: begin and end a broadcast, write, remove a message."""

    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/broadcasts", self.begin)
        app.router.add_post("/broadcasts/{id}/end", self.end)
        app.router.add_post("/broadcasts/{id}/chat", self.write)
        app.router.add_post("/broadcasts/{id}/removals", self.remove)

    async def begin(self, request: web.Request) -> web.Response:
        """Begin a broadcast of a channel: `{"account": …, "title": …}`."""
        fields = await request.json()
        if self._lab.accounts.get("youtube", str(fields.get("account"))) is None or not fields.get("title"):
            raise web.HTTPBadRequest(text="account must exist on YouTube, and title must not be empty")
        post = create_live(self._lab, fields["account"], fields["title"])
        return web.json_response({"id": post.id, "chat": chat_id(post), "path": page_path(post)})

    async def end(self, request: web.Request) -> web.Response:
        """End a broadcast."""
        post = self._post(request)
        post.extra["broadcast"]["ended_at"] = self._lab.clock.now()
        self._lab.posts.save(post)
        return web.json_response({"id": post.id})

    async def write(self, request: web.Request) -> web.Response:
        """Write in the chat: `nombre` and `texto`, as in the other forms of citizens."""
        post, form = self._post(request), await request.post()
        name, text = str(form.get("nombre", "")).strip(), str(form.get("texto", "")).strip()
        if not name or not text or len(name) > MAX_NAME or len(text) > MAX_TEXT:
            raise web.HTTPUnprocessableEntity(text="Escribe tu nombre y tu mensaje.")
        added = self._add(post, "textMessageEvent", name, f"UC{author_id(name)}", text)
        return web.json_response({"id": added["id"]})

    async def remove(self, request: web.Request) -> web.Response:
        """Remove a message: `{"message": …, "by_author": true}` as its author, and else as a moderator in Studio."""
        post, fields = self._post(request), await request.json()
        kind = "messageRetractedEvent" if fields.get("by_author") else "messageDeletedEvent"
        added = self._add(post, kind, "", post.account, str(fields["message"]))
        return web.json_response({"id": added["id"]})

    def _add(self, post: Post, kind: str, name: str, person: str, text: str) -> dict[str, Any]:
        message = {
            "id": f"LCC.{self._lab.database.next_number():020d}",
            "type": kind,
            "author": name,
            "author_id": person,
            "text": text,
            "at": self._lab.clock.now(),
        }
        post.extra["broadcast"]["messages"].append(message)
        self._lab.posts.save(post)
        return message

    def _post(self, request: web.Request) -> Post:
        post = self._lab.posts.get("youtube", request.match_info["id"])
        if post is None or not post.extra.get("broadcast") or not _is_live(post):
            raise web.HTTPNotFound(text="there is no live broadcast with this id")
        return post
