"""What became of an answer at its network, stored inside the transaction that stores the outcome."""

from collections.abc import Mapping
from datetime import datetime

from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import AnswerState, ConversationState
from pregonero.outbox.models import Delivery
from pregonero.records.actions import SYSTEM, EventDraft, record_many


def record_published(by_answer: Mapping[int, Delivery], *, now: datetime) -> None:
    """Store that answers are public, with their address. The deliveries come by the id of their answer."""
    answers = Answer.objects.select_for_update(no_key=True, of=("self",)).select_related("conversation__account")
    events = []
    for answer in answers.filter(pk__in=list(by_answer)).order_by("pk"):
        delivery = by_answer[answer.pk]
        answer.state, answer.problem = AnswerState.PUBLISHED, ""
        answer.remote_id, answer.url, answer.published_at = delivery.remote_id, delivery.url, delivery.published_at
        answer.save()
        events.append(_published_event(answer, now))
    record_many(events)


def _published_event(answer: Answer, now: datetime) -> EventDraft:
    subject = [answer.conversation.subject] if answer.conversation.subject else []
    return EventDraft(
        entity_id=answer.conversation.entity_id,
        event_type="answer.published",
        actor=SYSTEM,
        ref=answer.ref,
        at=now,
        related=[answer.conversation.ref, *subject],
        facts={"remote_id": answer.remote_id, "address": answer.url},
    )


def record_failure(answer: Answer, *, reason: str) -> None:
    """Store why an answer did not go out, and open its conversation again. `answer` is locked."""
    if answer.state != AnswerState.SENDING:
        return
    answer.state, answer.problem = AnswerState.FAILED, reason
    answer.save()
    conversation = Conversation.objects.select_for_update(no_key=True, of=("self",)).get(pk=answer.conversation_id)
    if conversation.state == ConversationState.ANSWERED:
        conversation.state = ConversationState.OPEN
    conversation.revision += 1
    conversation.save(update_fields=["state", "revision"])
