"""What the inbox does when something happens to the operation that sends an answer."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.inbox.actions.outcomes import record_failure, record_published
from pregonero.inbox.models import Answer
from pregonero.outbox.models import Delivery
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people

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
        """Store that answers are public."""
        deliveries = Delivery.objects.filter(pk__in=delivery_ids)
        record_published({delivery.subject_id: delivery for delivery in deliveries}, now=now)

    def path_of(self, delivery: Delivery) -> str:
        """Return the path of the answer's conversation."""
        answer = Answer.objects.select_related("conversation").get(pk=delivery.subject_id)
        return answer.conversation.get_absolute_url()

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Open the conversation again when its answer did not go out, and notify who answers for the networks."""
        answers = Answer.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "conversation__account", "message"
        )
        answer = answers.get(pk=delivery.subject_id)
        if event in FAILED:
            record_failure(answer, reason=delivery.reason, code=delivery.reason_code)
        if event in TITLES:
            notify(
                members=networks_people(delivery.entity, today=timezone.localdate(now)),
                kind=str(event),
                ref=answer.ref,
                title=TITLES[event].format(account=delivery.account),
                why=delivery.reason,
                path=_notice_path(answer, delivery, event),
                now=now,
            )


def _notice_path(answer: Answer, delivery: Delivery, event: DeliveryEvent) -> str:
    if event == DeliveryEvent.NEEDS_PERSON:
        return reverse("publishing:resolution", args=[delivery.pk])
    return answer.conversation.get_absolute_url()
