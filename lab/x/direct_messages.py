"""Direct messages on X: the events of an account, and sending to a person who wrote."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_millis
from lab.messages import Call, Response
from lab.people import handle_of
from lab.state import LabState
from lab.store.direct_messages import DirectMessage, conversation_id
from lab.x import errors, text
from lab.x.posts import new_id

MONTH = 30 * 86_400  # seconds: older events are not listed
MAX_TEXT = 10_000
DEFAULT_FIELDS = ("id", "event_type", "text")
USER_FIELDS = ("id", "name", "username")
READ, WRITE = "dm.read", "dm.write"
NOT_ALLOWED = "You do not have permission to DM one or more participants."


async def list_events(lab: LabState, call: Call) -> Response:
    """List the events of every conversation of the account, newest first."""
    return _events(lab, call, lab.direct_messages.of_account("x", call.caller.id))


async def list_conversation_events(lab: LabState, call: Call) -> Response:
    """List the events of one conversation, newest first; none of a conversation that the account is not in."""
    thread = lab.direct_messages.in_conversation("x", call.params["id"])
    return _events(lab, call, [message for message in thread if message.account == call.caller.id])


def _events(lab: LabState, call: Call, messages: list[DirectMessage]) -> Response:
    check_scope(lab, call, READ)
    unknown = call.unknown_params(
        "max_results", "pagination_token", "event_types", "dm_event.fields", "expansions", "user.fields"
    )
    if unknown:
        raise errors.not_supported(f"{call.endpoint}?{'&'.join(unknown)}")
    before, limit = _before(call), int(call.query.get("max_results") or 100)
    since, until = lab.clock.now() - MONTH, lab.lists_until(call.caller)
    listed = [each for each in messages if (not before or each.seq < before) and since <= each.at <= until]
    if "MessageCreate" not in call.query.get("event_types", "MessageCreate").split(","):
        listed = []
    page = listed[:limit]
    errors.charge(lab, call, errors.MESSAGE_READ * len(page))
    meta: dict[str, Any] = {"result_count": len(page)}
    if len(listed) > limit:
        meta["next_token"] = f"{page[-1].seq:016X}"
    body: dict[str, Any] = {"meta": meta}
    if page:
        body["data"] = [_selected(call, shape(lab, message)) for message in page]
    users = _users(lab, call, page)
    if users:
        body["includes"] = {"users": users}
    return Response(body)


def _before(call: Call) -> int:
    token = call.query.get("pagination_token", "")
    try:
        return int(token, 16) if token else 0
    except ValueError as cause:
        raise errors.invalid("pagination_token", token, "is not a valid token") from cause


def shape(lab: LabState, message: DirectMessage) -> dict[str, Any]:
    """Return a message in X's format of an event, with all known fields."""
    links = text.find_links(message.text)
    shown = text.rewrite(message.text, links)
    fields: dict[str, Any] = {
        "id": message.id,
        "event_type": "MessageCreate",
        "text": shown,
        "sender_id": message.account if message.own else message.person,
        "dm_conversation_id": message.conversation,
        "created_at": iso_millis(message.at),
    }
    entities = text.entities(shown, {text.short_address(link.address): link.address for link in links})
    return fields | ({"entities": entities} if entities else {})


def _selected(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    names = {
        *DEFAULT_FIELDS,
        *call.query.get("dm_event.fields", "").split(","),
        *call.query.get("expansions", "").split(","),
    }
    return {name: value for name, value in fields.items() if name in names}


def _users(lab: LabState, call: Call, page: list[DirectMessage]) -> list[dict[str, str]]:
    if "sender_id" not in call.query.get("expansions", "").split(","):
        return []
    people = {message.person: message.name for message in page if not message.own}
    users = [{"id": id, "name": name, "username": handle_of(id)} for id, name in people.items()]
    if any(message.own for message in page):
        users.append({"id": call.caller.id, "name": call.caller.name, "username": call.caller.handle})
    return users


async def send_to_participant(lab: LabState, call: Call) -> Response:
    """Send a message to a person; the lab's people accept messages only after they wrote first."""
    return _send(lab, call, call.params["participant_id"])


async def send_to_conversation(lab: LabState, call: Call) -> Response:
    """Send a message to an existing conversation."""
    thread = lab.direct_messages.in_conversation("x", call.params["dm_conversation_id"])
    if not thread or thread[0].account != call.caller.id:
        raise errors.error(403, "Forbidden", NOT_ALLOWED)
    return _send(lab, call, thread[0].person)


def _send(lab: LabState, call: Call, person: str) -> Response:
    check_scope(lab, call, WRITE)
    if "attachments" in call.fields:
        raise errors.not_supported(f"{call.endpoint} with attachments")
    content = str(call.fields.get("text") or "")
    if not content.strip():
        raise errors.invalid("text", content, "text or attachments is required")
    if len(content) > MAX_TEXT:
        raise errors.invalid("text", content[:50], f"The text of your direct message is over the max limit {MAX_TEXT}.")
    if lab.direct_messages.last_written_at("x", call.caller.id, person) is None:
        raise errors.error(403, "Forbidden", NOT_ALLOWED)
    errors.charge(lab, call, errors.MESSAGE)
    name = lab.direct_messages.conversations("x", call.caller.id, person)[0].name
    now, conversation = lab.clock.now(), conversation_id("x", call.caller.id, person)
    message = lab.direct_messages.add(
        DirectMessage(new_id(now), "x", call.caller.id, conversation, person, name, content, now, own=True)
    )
    lab.audit_log.record(
        "published",
        network="x",
        account=call.caller.id,
        id=message.id,
        kind="message",
        at=now,
        text=content,
        media=[],
        link="",
        path=f"/mensajes/x/{call.caller.handle}?persona={person}",
        under=person,
    )
    return Response({"data": {"dm_conversation_id": conversation, "dm_event_id": message.id}}, 201)


def check_scope(lab: LabState, call: Call, scope: str) -> None:
    if not lab.grants.has_scope(call.token, call.caller, scope):
        raise errors.error(403, "Forbidden", f"Your client app is not permitted to perform this action: {scope}.")
