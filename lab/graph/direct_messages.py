"""Private messages of a page or of an Instagram account: its conversations, and sending within Meta's windows.

Read on 2026-11-30 in Meta's pages of the Conversations API, the Send API, private replies and error codes.
"""

from __future__ import annotations

import json
from typing import Any

from lab.clock import iso_offset
from lab.graph import errors
from lab.graph.params import Expansion, expansion_of, page_size, paginated, select_names
from lab.messages import ApiError, Call, Response
from lab.people import handle_of
from lab.state import LabState
from lab.store.direct_messages import DirectMessage, conversation_id, graph_message_id

DAY = 86_400
WINDOW, AGENT_WINDOW = DAY, 7 * DAY  # seconds after the person's last message
PRIVATE_REPLY_WINDOW = 7 * DAY  # seconds after the comment
READABLE = 20  # messages of a conversation whose details can be read: the newest ones
PLATFORMS = {"facebook": "messenger", "instagram": "instagram"}
SCOPES = {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"}
CONVERSATION_DEFAULT, MESSAGE_DEFAULT = "id,updated_time", "id,created_time"
RECIPIENTS = ("id", "comment_id")
RESPONSE, TAGGED = ("RESPONSE", "UPDATE"), "MESSAGE_TAG"
TAGS = ("HUMAN_AGENT",)


async def list_conversations(lab: LabState, call: Call) -> Response:
    """List the conversations of the account, the one with the newest message first."""
    _check_scope(lab, call)
    platform = call.field("platform", PLATFORMS["facebook"]).lower()
    if platform != PLATFORMS[call.network]:
        raise errors.not_supported(f"{call.endpoint} with platform={platform}")
    newest = lab.direct_messages.conversations(call.network, call.caller.id, call.field("user_id"))
    after, limit = int(call.field("after") or 0), page_size(call)
    rest = [message for message in newest if not after or message.seq < after]
    page = rest[:limit]
    names = call.field("fields") or CONVERSATION_DEFAULT
    messages = expansion_of(call, "messages")
    data = [select_names(names, "UnifiedThread", _conversation(lab, call, each, messages)) for each in page]
    return Response(paginated(call, data, [message.seq for message in page], len(rest) > limit))


async def get_conversation(lab: LabState, call: Call) -> Response:
    _check_scope(lab, call)
    newest = lab.direct_messages.in_conversation(call.network, call.params["id"])[0]
    names = call.field("fields") or CONVERSATION_DEFAULT
    shaped = _conversation(lab, call, newest, expansion_of(call, "messages"))
    return Response(select_names(names, "UnifiedThread", shaped))


async def list_messages(lab: LabState, call: Call) -> Response:
    """List the messages of a conversation, newest first."""
    _check_scope(lab, call)
    messages = _listed(lab, call, call.params["id"])
    after, limit = int(call.field("after") or 0), page_size(call)
    rest = [message for message in messages if not after or message.seq < after]
    page = rest[:limit]
    names = call.field("fields") or MESSAGE_DEFAULT
    data = [select_names(names, "Message", _shape(message)) for message in page]
    return Response(paginated(call, data, [message.seq for message in page], len(rest) > limit))


async def get_message(lab: LabState, call: Call) -> Response:
    _check_scope(lab, call)
    message = lab.direct_messages.get(call.network, call.params["id"])
    if message is None:
        raise errors.not_found(call.params["id"], call.method)
    if message not in lab.direct_messages.in_conversation(call.network, message.conversation)[:READABLE]:
        raise errors.error(400, 100, "The message has been deleted.", subcode=33, kind="GraphMethodException")
    return Response(select_names(call.field("fields") or MESSAGE_DEFAULT, "Message", _shape(message)))


def _listed(lab: LabState, call: Call, conversation: str) -> list[DirectMessage]:
    """Return the messages whose details can be read, newest first; a list may show a new one late."""
    until = lab.lists_until(call.caller)
    messages = lab.direct_messages.in_conversation(call.network, conversation)[:READABLE]
    return [message for message in messages if message.at <= until]


def private_reply_conversation(lab: LabState, call: Call, comment: str, expansion: Expansion) -> dict[str, Any] | None:
    """Return the conversation in which a comment was answered privately, or None."""
    for newest in lab.direct_messages.conversations(call.network, call.caller.id):
        thread = lab.direct_messages.in_conversation(call.network, newest.conversation)
        if any(message.comment == comment for message in thread):
            names = expansion.fields or CONVERSATION_DEFAULT
            return select_names(names, "UnifiedThread", _conversation(lab, call, newest, _nested(names)))
    return None


def _nested(names: str) -> Expansion | None:
    fields = names.partition("messages{")[2].partition("}")[0]
    return Expansion({}, fields) if fields else None


def _conversation(lab: LabState, call: Call, newest: DirectMessage, expansion: Expansion | None) -> dict[str, Any]:
    listed = _listed(lab, call, newest.conversation)
    shown = listed[: int(expansion.options.get("limit", 25))] if expansion else []
    names = (expansion.fields if expansion else "") or MESSAGE_DEFAULT
    return {
        "id": newest.conversation,
        "updated_time": iso_offset(newest.at),
        "link": f"/{newest.account}/inbox/{newest.conversation[-10:]}/",
        "message_count": len(lab.direct_messages.in_conversation(newest.network, newest.conversation)),
        "unread_count": 0,
        "can_reply": True,
        "snippet": newest.text[:60],
        "participants": {"data": [_party(newest, own=False), _party(newest, own=True)]},
        "messages": {"data": [select_names(names, "Message", _shape(message)) for message in shown]},
    }


def _shape(message: DirectMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "created_time": iso_offset(message.at),
        "from": _party(message, own=message.own),
        "to": {"data": [_party(message, own=not message.own)]},
        "message": message.text,
        "attachments": None,
        "shares": None,
        "sticker": None,
        "tags": {"data": [{"name": "inbox"}]} if message.network == "facebook" else None,
    }


def _party(message: DirectMessage, *, own: bool) -> dict[str, str]:
    id, name = (message.account, "Cuenta") if own else (message.person, message.name)
    if message.network == "instagram":
        return {"username": handle_of(id), "id": id}
    return {"name": name, "email": f"{id}@facebook.com", "id": id}


async def send_message(lab: LabState, call: Call) -> Response:
    """Send a text to a person who wrote within the window, or the one private reply to a comment."""
    _check_scope(lab, call)
    recipient, text = _object(call, "recipient"), _text(call)
    unknown = [name for name in recipient if name not in RECIPIENTS]
    if unknown or len(recipient) != 1:
        raise errors.invalid_parameter("Param recipient must be an object with one of: id, comment_id")
    comment = str(recipient.get("comment_id") or "")
    _check_type(call)
    person, name = _commenter(lab, call, comment) if comment else _known_person(lab, call, str(recipient["id"]))
    message = lab.direct_messages.add(
        DirectMessage(
            graph_message_id(call.network),
            call.network,
            call.caller.id,
            conversation_id(call.network, call.caller.id, person),
            person,
            name,
            text,
            lab.clock.now(),
            own=True,
            comment=comment,
            tag=call.field("tag"),
        )
    )
    _record(lab, call, message)
    return Response({"recipient_id": person, "message_id": message.id})


def _record(lab: LabState, call: Call, message: DirectMessage) -> None:
    lab.audit_log.record(
        "published",
        network=call.network,
        account=call.caller.id,
        id=message.id,
        kind="message",
        at=message.at,
        text=message.text,
        media=[],
        link="",
        path=f"/mensajes/{call.network}/{call.caller.handle}?persona={message.person}",
        under=message.comment or message.person,
    )


def _check_scope(lab: LabState, call: Call) -> None:
    needed = SCOPES[call.network]
    if not lab.grants.has_scope(call.token, call.caller, needed):
        raise errors.error(403, 230, f"(#230) Requires {needed} permission to manage the object")


def _object(call: Call, name: str) -> dict[str, Any]:
    try:
        value = json.loads(call.field(name) or "null")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise errors.invalid_parameter(f"Param {name} must be a JSON object.")
    return value


def _text(call: Call) -> str:
    """Return the text of the message. Messenger counts characters and Instagram bytes."""
    content = _object(call, "message")
    unknown = [name for name in content if name != "text"]
    if unknown:
        raise errors.not_supported(f"{call.endpoint} with message[{unknown[0]}]")
    text = str(content.get("text") or "")
    if not text.strip():
        raise errors.invalid_parameter("Param message[text] is required")
    most, length = (2000, len(text)) if call.network == "facebook" else (1000, len(text.encode()))
    if length > most:
        raise errors.invalid_parameter(f"Length of param message[text] must be less than or equal to {most}")
    return text


def _check_type(call: Call) -> None:
    kind, tag = call.field("messaging_type", "RESPONSE"), call.field("tag").strip('"')
    if kind == TAGGED and tag not in TAGS:
        raise errors.invalid_parameter(f"Param tag must be one of {{{', '.join(TAGS)}}} - got {tag!r}")
    if kind not in (*RESPONSE, TAGGED):
        raise errors.not_supported(f"{call.endpoint} with messaging_type={kind}")


def _known_person(lab: LabState, call: Call, person: str) -> tuple[str, str]:
    """Return a person who wrote within the window of this kind of message. Raises ApiError for any other."""
    written_at = lab.direct_messages.last_written_at(call.network, call.caller.id, person)
    if written_at is None:
        raise _no_such_person(call.network)
    window = AGENT_WINDOW if call.field("messaging_type") == TAGGED else WINDOW
    if lab.clock.now() - written_at >= window:
        raise errors.outside_window(2018278 if call.network == "facebook" else 2534022)
    return person, lab.direct_messages.conversations(call.network, call.caller.id, person)[0].name


def _no_such_person(network: str) -> ApiError:
    if network == "facebook":
        return errors.error(400, 100, "(#100) No matching user found", subcode=2018001)
    return errors.error(400, 100, "The requested user cannot be found.", subcode=2534014)


def _commenter(lab: LabState, call: Call, id: str) -> tuple[str, str]:
    """Return the author of a comment that may have its one private reply. Raises ApiError for any other."""
    comment = lab.comments.get(call.network, id)
    is_theirs = comment is not None and comment.account == call.caller.id and not comment.own
    if comment is None or not is_theirs:
        raise _not_answerable(call.network, 33)
    if lab.direct_messages.has_private_reply(id):
        raise _not_answerable(call.network, 10900)
    if lab.clock.now() - comment.at >= PRIVATE_REPLY_WINDOW:
        raise _not_answerable(call.network, 10903)
    return comment.author_id, comment.author


def _not_answerable(network: str, code: int) -> ApiError:
    """Return why a comment takes no private reply; Instagram has one error for every reason."""
    if network == "instagram":
        return errors.error(400, 100, "The comment is invalid for a private reply", subcode=2534025)
    if code == 10900:  # noqa: PLR2004
        return errors.error(400, 10900, "(#10900) Activity already replied to")
    if code == 10903:  # noqa: PLR2004
        return errors.error(400, 10903, "(#10903) This user can't reply to this activity")
    return errors.not_found("comment_id", "POST")


def comment_fields(lab: LabState, call: Call, comment: str, at: float, *, own: bool) -> dict[str, Any]:
    """Return the fields of a page's comment that say whether it was answered privately."""
    expansion = expansion_of(call, "private_reply_conversation")
    is_open = lab.clock.now() - at < PRIVATE_REPLY_WINDOW and not lab.direct_messages.has_private_reply(comment)
    return {
        "can_reply_privately": is_open and not own,
        "private_reply_conversation": private_reply_conversation(lab, call, comment, expansion) if expansion else None,
    }
