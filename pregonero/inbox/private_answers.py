"""Private answers: whom they are for, until when a network takes them by its API, and why a person sends them (Q-6).

The windows are data of each network (`Capabilities.limits`); a network without one takes an answer at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pregonero.inbox.models import Answer, Message
from pregonero.networks.base import Capabilities, PrivateTarget
from pregonero.networks.registry import connector

MESSAGE_WINDOW, PRIVATE_REPLY_WINDOW = "agent_window_seconds", "private_reply_seconds"


@dataclass(frozen=True)
class AnswerWindow:
    """Until when the API takes an answer. `closes_at` is the first moment that is too late; None without a limit."""

    closes_at: datetime | None
    why_by_hand: str  # Spanish: why a person sends it at the network; empty while the API takes it


def window_of(message: Message, *, now: datetime) -> AnswerWindow:
    """Return the window of the answer to a message, public or private as the message itself is."""
    if message.why_assisted:
        return AnswerWindow(None, message.why_assisted)
    if not message.is_private:
        return AnswerWindow(None, "")
    return _window(message, MESSAGE_WINDOW, now, "el último mensaje de la persona")


def private_reply_window(message: Message, *, now: datetime) -> AnswerWindow | None:
    """Return the window of the one private answer to a comment; None when its network has none."""
    if message.is_private or not _capabilities(message).private_replies:
        return None
    return _window(message, PRIVATE_REPLY_WINDOW, now, "el comentario")


def _window(message: Message, limit: str, now: datetime, since: str) -> AnswerWindow:
    found = _capabilities(message).limits.get(limit)
    if found is None:
        return AnswerWindow(None, "")
    closes_at = message.written_at + timedelta(seconds=found.value)
    label, days = _capabilities(message).label, found.value // 86_400
    late = f"Pasaron {days} días desde {since}, y {label} ya no deja responder desde aquí: hazlo en {label}."
    return AnswerWindow(closes_at, late if now >= closes_at else "")


def private_target(answer: Answer) -> PrivateTarget | None:
    """Return whom a private answer is for; None for a public one."""
    message = answer.message
    if not answer.is_private or message.contact is None:
        return None
    return PrivateTarget(
        recipient=message.contact.remote_id,
        thread=answer.conversation.thread_id if message.is_private else "",
        written_at=message.written_at,
        comment="" if message.is_private else message.remote_id,
    )


def _capabilities(message: Message) -> Capabilities:
    return connector(message.account.network).capabilities
