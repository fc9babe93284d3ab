"""X's filtered stream: its rules, its one connection, keep-alive lines, and the ways in which it ends."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from lab.clock import iso_millis
from lab.messages import Call, ConnectionCut, Response
from lab.state import LabState
from lab.store.posts import Comment
from lab.x import errors
from lab.x.posts import shape_comment

APP_TOKEN = "AAAAAAAAAAAAAAAAAAAAALABapplicationonlytoken"  # noqa: S105  of the emulated application
PATHS = ("/2/tweets/search/stream", "/2/tweets/search/stream/rules")
KEEP_ALIVE, LOOK_EVERY = 20.0, 0.05  # seconds
LOOKS = 20
MAX_RULES, MAX_RULE_LENGTH = 1_000, 1_024
HANDLES = re.compile(r"(?<![-\w])(?:@|to:)(\w+)")
OPERATORS = re.compile(r"\(|\)|OR|@\w+|to:\w+|-is:retweet|-from:\w+")
BUSY = {
    "title": "ConnectionException",
    "detail": "This stream is currently at the maximum allowed connection limit.",
    "connection_issue": "TooManyConnections",
    "type": f"{errors.TYPES}/streaming-connection",
}
DISCONNECT = {
    "title": "operational-disconnect",
    "disconnect_type": "UpstreamOperationalDisconnect",
    "detail": "This stream has been disconnected upstream for operational reasons.",
    "type": f"{errors.TYPES}/operational-disconnect",
}


@dataclass
class FilteredStream:
    """The rules of the application and its connection. `act` is the fault that a test
    asks for: end, cut, silence, or "" for none."""

    rules: dict[str, dict[str, str]] = field(default_factory=dict)
    is_connected: bool = False
    act: str = ""
    keep_alive: float = KEEP_ALIVE
    keep_alives: int = 0  # lines sent only to hold the connection
    last_sent: int = 0
    has_enterprise_access: bool = False


STREAM = FilteredStream()


def authorize(call: Call) -> None:
    """Raise ApiError unless the call has the application's own token."""
    if call.bearer() == APP_TOKEN:
        return
    if call.account is None:
        raise errors.unauthorized()
    detail = (
        "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint. Supported authentication types are "
        "[OAuth 2.0 Application-Only]."
    )
    raise errors.error(403, "Unsupported Authentication", detail, f"{errors.TYPES}/unsupported-authentication")


async def list_rules(lab: LabState, call: Call) -> Response:
    rules = list(STREAM.rules.values())
    meta = {"sent": iso_millis(lab.clock.now()), "result_count": len(rules)}
    return Response(({"data": rules} if rules else {}) | {"meta": meta})


async def update_rules(lab: LabState, call: Call) -> Response:
    """Add or delete rules; a rule with an operator that the lab does not emulate is refused as an invalid one."""
    meta: dict[str, Any] = {"sent": iso_millis(lab.clock.now())}
    if ("add" in call.fields) == ("delete" in call.fields):
        raise errors.error(400, "Invalid Request", "Exactly one of add or delete must be specified.")
    if "delete" in call.fields:
        ids = [id for id in call.fields["delete"].get("ids", []) if STREAM.rules.pop(id, None)]
        return Response({"meta": meta | {"summary": {"deleted": len(ids), "not_deleted": 0}}})
    added, problems = list[dict[str, str]](), list[dict[str, Any]]()
    for rule in call.fields["add"]:
        problem = _rule_problem(rule)
        if problem:
            problems.append(problem)
            continue
        id = str(1_000_000_000_000 + lab.database.next_number())
        STREAM.rules[id] = {"id": id, "value": rule["value"]} | ({"tag": rule["tag"]} if "tag" in rule else {})
        added.append(STREAM.rules[id])
    summary = {"created": len(added), "not_created": len(problems), "valid": len(added), "invalid": len(problems)}
    body = ({"data": added} if added else {}) | {"meta": meta | {"summary": summary}}
    return Response(body | ({"errors": problems} if problems else {}), 201)


def _rule_problem(rule: dict[str, str]) -> dict[str, Any] | None:
    value = rule["value"]
    same = next((known for known in STREAM.rules.values() if known["value"] == value), None)
    if same is not None:
        return {"value": value, "id": same["id"], "title": "DuplicateRule", "type": f"{errors.TYPES}/duplicate-rules"}
    is_known = not OPERATORS.sub("", value).strip()
    if len(value) > MAX_RULE_LENGTH or len(STREAM.rules) >= MAX_RULES or not is_known or not HANDLES.search(value):
        return {"value": value, "title": "UnprocessableEntity", "type": f"{errors.TYPES}/invalid-rules"}
    return None


async def connect(lab: LabState, call: Call) -> Response:
    """Open the one connection that the access level allows."""
    minutes = int(call.query.get("backfill_minutes", 0))
    if minutes and not STREAM.has_enterprise_access:
        raise errors.invalid("backfill_minutes", str(minutes), "backfill_minutes is not available for your access.")
    for _ in range(LOOKS):  # one whose client is gone ends at its next look
        if STREAM.is_connected:
            await asyncio.sleep(LOOK_EVERY)
    if STREAM.is_connected:
        return Response(BUSY, 429)
    STREAM.is_connected, STREAM.act = True, ""
    if not minutes:
        STREAM.last_sent = lab.comments.last_seq()
    return Response(stream=_lines(lab, call))


async def _lines(lab: LabState, call: Call) -> AsyncIterator[bytes]:
    waited = 0.0
    try:
        while True:
            if STREAM.act == "cut":
                raise ConnectionCut
            if STREAM.act == "end":
                yield _line({"errors": [DISCONNECT]})
                return
            if STREAM.act != "silence":
                for comment in lab.comments.after("x", STREAM.last_sent):
                    STREAM.last_sent, waited = comment.seq, 0.0
                    matching = _matching(lab, comment)
                    if matching:
                        yield _line(_shape(lab, call, comment) | {"matching_rules": matching})
                if waited >= STREAM.keep_alive:
                    yield b"\r\n"
                    waited = 0.0
                    STREAM.keep_alives += 1
            yield b""
            await asyncio.sleep(LOOK_EVERY)
            waited += LOOK_EVERY
    finally:
        STREAM.is_connected = False


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\r\n"


def _matching(lab: LabState, comment: Comment) -> list[dict[str, str]]:
    account = lab.accounts.get("x", comment.account)
    handle = account.handle.lower() if account and comment.kind != "message" else ""
    return [
        {name: rule[name] for name in ("id", "tag") if name in rule}
        for rule in STREAM.rules.values()
        if handle in {found.lower() for found in HANDLES.findall(rule["value"])}
    ]


def _shape(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    """Return a post in the names of this endpoint: `edit_history_tweet_ids`, `referenced_tweets`."""
    fields = shape_comment(lab, comment)
    fields["edit_history_tweet_ids"] = fields.pop("edit_history_post_ids")
    fields["referenced_tweets"] = fields.pop("referenced_posts", [])
    expansions = call.query.get("expansions", "").split(",")
    names = {"id", "text", "edit_history_tweet_ids", *call.query.get("tweet.fields", "").split(",")}
    names |= {name.partition(".")[0] for name in expansions}
    users = [{"id": comment.author_id, "name": comment.author, "username": f"u{comment.author_id[-12:]}"}]
    includes = {"includes": {"users": users}} if "author_id" in expansions else {}
    return {"data": {name: value for name, value in fields.items() if name in names and value}} | includes


async def set_stream(request: web.Request) -> web.Response:
    """Change the stream for a test: how it ends, its keep-alive, and the access level."""
    asked = await request.json()
    STREAM.act = asked.get("act", STREAM.act)
    STREAM.keep_alive = float(asked.get("keep_alive", STREAM.keep_alive))
    STREAM.has_enterprise_access = bool(asked.get("enterprise", STREAM.has_enterprise_access))
    if asked.get("reset"):
        STREAM.rules.clear()
    rules = list(STREAM.rules.values())
    return web.json_response({"connected": STREAM.is_connected, "rules": rules, "keep_alives": STREAM.keep_alives})
