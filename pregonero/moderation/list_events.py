"""What moderation does when something happens to the operation that writes a network's own word list (FB-4)."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.moderation.actions.network_lists import record_not_written, record_written
from pregonero.outbox.models import Delivery
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people

FAILED = (DeliveryEvent.REJECTED, DeliveryEvent.EXPIRED)


class NetworkListHandler(SubjectHandler):
    """The owner of the operations that write a word list at a network."""

    def on_published(self, delivery_ids: Collection[int], *, now: datetime) -> None:
        """Store that the network took the lists."""
        for delivery in Delivery.objects.filter(pk__in=delivery_ids).order_by("pk"):
            record_written(delivery, now=now)

    def path_of(self, delivery: Delivery) -> str:
        """Return the path of the account's list."""
        return reverse("moderation:network_list", args=[delivery.account_id])

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Store why the network did not take a list, and notify who answers for the networks."""
        if event not in FAILED:
            return
        write = record_not_written(delivery)
        notify(
            members=networks_people(delivery.entity, today=timezone.localdate(now)),
            kind=str(event),
            ref=write.ref,
            title=f"{delivery.account} no recibió la lista de palabras",
            why=delivery.reason,
            path=reverse("moderation:network_list", args=[delivery.account_id]),
            now=now,
        )
