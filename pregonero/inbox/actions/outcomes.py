"""The outcome of an answer at its network, stored in the transaction that stores the delivery's outcome."""

from collections.abc import Mapping
from datetime import datetime

from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import BESIDE, AnswerKind, AnswerState, ConversationState
from pregonero.networks.base import OUTSIDE_WINDOW
from pregonero.outbox.actions.schedule import cancel
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import lock_deliveries
from pregonero.outbox.states import WAITING
from pregonero.records.actions import SYSTEM, EventDraft, record_many


def record_published(by_answer: Mapping[int, Delivery], *, now: datetime) -> None:
    """Store that answers were published, with their addresses. `by_answer` has each delivery by its answer's id."""
    answers = Answer.objects.select_for_update(no_key=True, of=("self",)).select_related("conversation__account")
    events = []
    for answer in answers.filter(pk__in=list(by_answer)).order_by("pk"):
        delivery = by_answer[answer.pk]
        if answer.state == AnswerState.FAILED:  # an attempt taken for failed had succeeded
            if not _stop_later_answers(answer, now):
                _record_second(answer, delivery)
                continue
            if answer.kind != AnswerKind.NOTICE:
                _set_answered(answer.conversation_id)
        answer.state, answer.problem = AnswerState.PUBLISHED, ""
        answer.remote_id, answer.url, answer.published_at = delivery.remote_id, delivery.url, delivery.published_at
        answer.save()
        events.append(_published_event(answer, now))
    record_many(events)


def _stop_later_answers(answer: Answer, now: datetime) -> bool:
    """Cancel a later answer to the same message, written because this one seemed to have failed.

    Return False when that answer was already tried or sent, so that it cannot be cancelled.
    """
    later = Answer.objects.filter(message_id=answer.message_id).exclude(pk=answer.pk).exclude(state=AnswerState.FAILED)
    group = [answer.kind] if answer.kind in BESIDE else [kind for kind in AnswerKind if kind not in BESIDE]
    for other in [one for one in later if one.kind in group]:
        (delivery,) = lock_deliveries(other.ref)
        other.refresh_from_db(from_queryset=Answer.objects.select_for_update(no_key=True, of=("self",)))
        if other.state != AnswerState.SENDING or delivery.state not in WAITING or delivery.attempts_made:
            return False
        reason = "La respuesta anterior sí salió: esta no se envió."
        cancel(delivery=delivery, reason=reason, by=SYSTEM, now=now)
        record_failure(other, reason=reason)
    return True


def _set_answered(conversation_id: int) -> None:
    conversation = Conversation.objects.select_for_update(no_key=True, of=("self",)).get(pk=conversation_id)
    if conversation.state == ConversationState.OPEN:
        conversation.state = ConversationState.ANSWERED
        conversation.revision += 1
        conversation.save(update_fields=["state", "revision"])


def _record_second(answer: Answer, delivery: Delivery) -> None:
    """Store that an answer went out although another one was sent: a person withdraws one of them."""
    answer.problem = "Salió tarde en la red: la persona tiene dos respuestas. Retira una."
    answer.remote_id, answer.url, answer.published_at = delivery.remote_id, delivery.url, delivery.published_at
    answer.save()


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


def record_failure(answer: Answer, *, reason: str, code: str = "", undone_at: datetime | None = None) -> None:
    """Store why an answer did not go out, and open its conversation again. `answer` is locked.

    When its network's window is over, the next answer to that message is sent by a person (Q-6).
    """
    if answer.state != AnswerState.SENDING:
        return
    if code == OUTSIDE_WINDOW and answer.message.is_private:
        answer.message.why_assisted = reason
        answer.message.save(update_fields=["why_assisted"])
    answer.state, answer.problem, answer.undone_at = AnswerState.FAILED, reason, undone_at
    answer.save()
    if answer.kind == AnswerKind.NOTICE:
        return  # it answered nothing
    conversation = Conversation.objects.select_for_update(no_key=True, of=("self",)).get(pk=answer.conversation_id)
    if conversation.state == ConversationState.ANSWERED:
        conversation.state = ConversationState.OPEN
    conversation.revision += 1
    conversation.save(update_fields=["state", "revision"])
