"""A conversation as the origin of a request of rectification (N-2): its last message says what is asked."""

from datetime import datetime

from pregonero.errors import NotFound
from pregonero.inbox.queries import get_conversation, last_message_of
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.publishing.rectification.origins import RequestOrigin

KIND = "conversation"  # the kind of `Conversation.ref`


def conversation_origin(member: Member, pk: int, now: datetime) -> RequestOrigin:
    """Return what the person of a conversation wrote. Raises `NotFound` unless the member may see it."""
    conversation = get_conversation(member=member, pk=pk)
    message = last_message_of(conversation)
    if message is None or not may(member, "inbox.see", now=now):
        raise NotFound
    return RequestOrigin(
        conversation.ref,
        str(conversation.contact),
        message.written_at,
        message.shown_text,
        conversation.get_absolute_url(),
        conversation.subject,
    )
