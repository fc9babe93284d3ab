"""Direct messages of an account on X: reading them, sending one, and finding it again (docs/networks/x.md)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Finding,
    Permanent,
    Post,
    Published,
    Verdict,
)
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import Author, Cursor, Interaction, InteractionKind, Reading, Stream
from pregonero.networks.x.client import conversation_address, x_client
from pregonero.networks.x.network import CAPABILITIES, ERRORS, LOOK_WAITS
from pregonero.networks.x.text import canonical, original_text

MESSAGES = Stream("messages", "Mensajes privados", 300)
CLOCK_SLACK = timedelta(seconds=CAPABILITIES.limits["clock_slack_seconds"].value)
NOT_PERMITTED = (
    "Esta autorización no da permiso para leer los mensajes privados de X: hay que conectar otra vez la cuenta y dar "
    "todos los permisos que se piden."
)
EVENTS, FIELDS = ["MessageCreate"], ["created_at", "dm_conversation_id", "entities"]


def read_messages(credentials: ApiCredentials, cursor: Cursor) -> Reading:
    """Read the events after the newest one that was read; the first time, the latest page only.

    X charges for each event and its list has no starting point, so the first page is small.
    """
    try:
        return _read(credentials, cursor)
    except Permanent as error:
        if error.code == str(int(HTTPStatus.FORBIDDEN)):
            raise Permanent(NOT_PERMITTED, code=error.code) from error
        raise


def _read(credentials: ApiCredentials, cursor: Cursor) -> Reading:
    limits, newest = CAPABILITIES.limits, str(cursor.get("newest") or "")
    found = list[Interaction]()
    with mapped_errors(ERRORS, public=False):
        pages = x_client(credentials).direct_messages.get_events(
            max_results=limits["messages_page"].value,
            event_types=EVENTS,
            dm_event_fields=FIELDS,
            expansions=["sender_id"],
        )
        for _, page in zip(range(limits["message_pages"].value if cursor else 1), pages, strict=False):
            items = list(_interactions(credentials, page.model_dump(by_alias=True)))
            found += [item for item in items if int(item.remote_id) > int(newest or 0)]
            if not items or int(items[-1].remote_id) <= int(newest or 0):
                break
    ids = [newest, *(item.remote_id for item in found)]
    newest = max(ids, key=lambda id: int(id or 0))
    return Reading(tuple(found), {"newest": newest} if newest else cursor)


def _interactions(credentials: ApiCredentials, content: dict[str, Any]) -> Iterator[Interaction]:
    users = {str(user["id"]): user for user in (content.get("includes") or {}).get("users") or []}
    for event in content.get("data") or []:
        sender, thread = str(event["sender_id"]), str(event["dm_conversation_id"])
        user = users.get(sender) or {}
        yield Interaction(
            remote_id=str(event["id"]),
            kind=InteractionKind.MESSAGE,
            text=original_text(event),
            author=Author(sender, str(user.get("username") or ""), str(user.get("name") or "")),
            written_at=datetime.fromisoformat(str(event["created_at"])),
            thread_id=thread,
            url=conversation_address(credentials, thread),
            is_ours=sender == credentials.remote_id,
        )


def send_message(credentials: ApiCredentials, post: Post) -> Published:
    """Send the message to its conversation, which may be a group. X has no idempotency key for it."""
    assert post.private is not None  # noqa: S101 - only private messages come here
    thread = post.private.thread
    with mapped_errors(ERRORS, public=True):
        answer = x_client(credentials).direct_messages.create_by_conversation_id(thread, {"text": post.text})
        return Published(str(answer.data.dm_event_id), conversation_address(credentials, thread))


def find_message(credentials: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
    """Search the newest events of the conversation for the message that the account sent during an attempt."""
    assert post.private is not None  # noqa: S101
    thread, since = post.private.thread, attempt.started_at - CLOCK_SLACK
    with mapped_errors(ERRORS, public=False):
        pages = x_client(credentials).direct_messages.get_events_by_conversation_id(
            thread,
            max_results=CAPABILITIES.limits["messages_searched"].value,
            event_types=EVENTS,
            dm_event_fields=FIELDS,
            expansions=["sender_id"],
        )
        content = next(iter(pages)).model_dump(by_alias=True)
        if not content.get("data") and (content.get("meta") or {}).get("result_count") != 0:
            raise ValueError("X answered without a list of messages")
        events = [item for item in _interactions(credentials, content) if item.written_at >= since]
    ours = [item for item in events if item.is_ours and item.remote_id not in attempt.known]
    same = [Published(item.remote_id, item.url) for item in ours if canonical(item.text) == canonical(post.text)]
    if len(same) == 1:
        return Finding(Verdict.PUBLISHED, published=same[0])
    if same:
        return Finding(Verdict.UNKNOWABLE, candidates=tuple(same))
    if attempt.checks_made < len(LOOK_WAITS):
        return Finding(Verdict.LOOK_AGAIN, look_again_seconds=LOOK_WAITS[attempt.checks_made])
    is_complete = len(events) < CAPABILITIES.limits["messages_searched"].value
    return Finding(Verdict.NOT_TAKEN if is_complete else Verdict.UNKNOWABLE)
