"""Conversations that ask the same as another, so that they are answered at once (Q-2)."""

from dataclasses import dataclass

from pregonero.inbox.answer_proposals import question_stems
from pregonero.inbox.models import Conversation, Message
from pregonero.inbox.queries import last_messages
from pregonero.inbox.states import ConversationState, Question

MOST = 50
EXAMINED = 500
LIKENESS = 0.6  # of the words that say something: those shared among all of both


@dataclass(frozen=True)
class AlikeConversation:
    """A conversation that asks the same, and the message that does."""

    conversation: Conversation
    message: Message


def alike_conversations(conversation: Conversation, message: Message) -> list[AlikeConversation]:
    """Return the open conversations of the entity whose last message asks the same, the longest waiting first.

    Those that a person sorted as something else, or that the network's API does not let us answer, are left out.
    """
    asked = question_stems(message.text)
    if not asked:
        return []
    waiting = Conversation.objects.filter(
        entity_id=conversation.entity_id, state=ConversationState.OPEN, question=Question.BASIC
    ).exclude(pk=conversation.pk)
    others = waiting.select_related("account", "contact").order_by("waiting_since", "pk")[:EXAMINED]
    by_id = {other.pk: other for other in others}
    found = [
        AlikeConversation(by_id[pk], other)
        for pk, other in last_messages(list(by_id.values())).items()
        if not other.deleted_at and not other.why_assisted and likeness(asked, question_stems(other.text)) >= LIKENESS
    ]
    return sorted(found, key=lambda one: one.conversation.waiting_since)[:MOST]


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Return how alike two questions are, from 0 to 1: the words that they share among all that they have."""
    return len(first & second) / len(first | second) if first and second else 0.0
