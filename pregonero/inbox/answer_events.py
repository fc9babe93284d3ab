"""What the inbox does when something happens to the operation that sends an answer."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from pregonero.inbox.models import Answer, AnswerState, Conversation, ConversationState
from pregonero.outbox.models import Delivery
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people
from pregonero.records.actions import SYSTEM, EventDraft, record_many

FAILED = (DeliveryEvent.REJECTED, DeliveryEvent.EXPIRED)
TITLES = {
    DeliveryEvent.REJECTED: "{account} no aceptó una respuesta",
    DeliveryEvent.EXPIRED: "Una respuesta no salió en {account}: pasó su hora",
    DeliveryEvent.WILL_BE_LATE: "Una respuesta espera en {account}",
    DeliveryEvent.NEEDS_PERSON: "Decide si una respuesta salió en {account}",
    DeliveryEvent.PUBLISHED_TWICE: "Una respuesta salió dos veces en {account}: retira una",
}


class AnswerHandler(SubjectHandler):
    """The owner of the operations that send answers."""

    def on_published(self, delivery_ids: Collection[int], *, now: datetime) -> None:
        """Store that answers are public, with their address."""
        deliveries = Delivery.objects.filter(pk__in=delivery_ids).order_by("pk")
        by_answer = {delivery.subject_id: delivery for delivery in deliveries}
        answers = Answer.objects.select_for_update(of=("self",)).select_related("conversation__account")
        events = []
        for answer in answers.filter(pk__in=by_answer).order_by("pk"):
            delivery = by_answer[answer.pk]
            answer.state, answer.problem = AnswerState.PUBLISHED, ""
            answer.remote_id, answer.url, answer.published_at = delivery.remote_id, delivery.url, delivery.published_at
            answer.save()
            events.append(_published_event(answer, now))
        record_many(events)

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Open the conversation again when its answer did not go out, and notify who answers for the networks."""
        answer = Answer.objects.select_for_update().filter(pk=delivery.subject_id).first()
        if answer is None:
            raise LookupError(f"no answer {delivery.subject_id} for delivery {delivery.pk}")
        if event in FAILED and answer.state == AnswerState.SENDING:
            answer.state, answer.problem = AnswerState.FAILED, delivery.reason
            answer.save()
            _reopen(answer)
        if event in TITLES:
            notify(
                members=networks_people(delivery.entity, today=timezone.localdate(now)),
                kind=str(event),
                ref=answer.ref,
                title=TITLES[event].format(account=delivery.account),
                why=delivery.reason,
                path=answer.conversation.get_absolute_url(),
                now=now,
            )


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


def _reopen(answer: Answer) -> None:
    conversation = Conversation.objects.select_for_update().get(pk=answer.conversation_id)
    if conversation.state == ConversationState.ANSWERED:
        conversation.state = ConversationState.OPEN
    conversation.revision += 1
    conversation.save(update_fields=["state", "revision"])
