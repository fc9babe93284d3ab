"""What moderation does when something happens to the operation that hides a comment or shows it again."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from pregonero.moderation.actions.effects import record_change, record_refusal
from pregonero.moderation.models import Decision
from pregonero.networks.moderation import COMMENT_GONE
from pregonero.outbox.models import Delivery
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people

FAILED = (DeliveryEvent.REJECTED, DeliveryEvent.EXPIRED)
TITLES = {
    DeliveryEvent.REJECTED: "{account} no aceptó un cambio de moderación",
    DeliveryEvent.EXPIRED: "Un cambio de moderación no salió en {account}: pasó su plazo",
}


class DecisionHandler(SubjectHandler):
    """The owner of the operations that hide comments and show them again."""

    def on_published(self, delivery_ids: Collection[int], *, now: datetime) -> None:
        """Store that the network made the changes."""
        for delivery in Delivery.objects.filter(pk__in=delivery_ids).order_by("pk"):
            record_change(delivery, now=now)

    def path_of(self, delivery: Delivery) -> str:
        """Return the path of the decision's comment."""
        return Decision.objects.get(pk=delivery.subject_id).get_absolute_url()

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Store what the network refused, and notify who answers for the networks."""
        if event not in FAILED:
            return
        record_refusal(delivery, reason=delivery.reason, code=delivery.reason_code, now=now)
        if delivery.reason_code == COMMENT_GONE:
            return  # nothing is left to see, and nothing to do
        decision = Decision.objects.select_related("account").get(pk=delivery.subject_id)
        notify(
            members=networks_people(delivery.entity, today=timezone.localdate(now)),
            kind=str(event),
            ref=decision.ref,
            title=TITLES[event].format(account=delivery.account),
            why=delivery.reason,
            path=decision.get_absolute_url(),
            now=now,
        )
