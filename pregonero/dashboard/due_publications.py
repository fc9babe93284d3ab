"""What goes out today, what of earlier days is not settled, and what each of them waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import AccountStop
from pregonero.outbox.queries.holds import held_among
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, WAITING, DeliveryState
from pregonero.people.models import Entity
from pregonero.publishing.queries.calendar import deliveries_on, unsettled_before
from pregonero.publishing.threads import current_delivery, threads_in
from pregonero.spanish_lists import joined

TROUBLED = (DeliveryState.REJECTED, DeliveryState.EXPIRED, DeliveryState.NEEDS_PERSON)  # not cancelled by a person


@dataclass(frozen=True)
class DuePublication:
    """A publication that is due today, or is not settled yet, with its deliveries by account."""

    publication_id: int
    title: str
    due_at: datetime
    threads: tuple[tuple[Delivery, ...], ...]  # by account, the deliveries of its parts in order; most have one part
    stops: Mapping[int, AccountStop]
    is_held: bool  # a person paused it, or everything

    @property
    def deliveries(self) -> list[Delivery]:
        """Return each account's current delivery: the first of its thread that is not published yet, or the last."""
        return [current_delivery(thread) for thread in self.threads]

    @property
    def trouble(self) -> str:
        """Return why deliveries failed, with their networks, and where it did go out; nothing if none failed."""
        reasons = [_reason(delivery) for delivery in self.deliveries if delivery.state in TROUBLED and delivery.reason]
        out = [str(delivery.account.get_network_display()) for delivery in self.deliveries if delivery.state in PUBLIC]
        if reasons and out:
            reasons.append(f"En {joined(out)} sí salió.")
        return " ".join(reasons)

    @property
    def is_waiting(self) -> bool:
        """Return whether any delivery is still to be sent."""
        return any(delivery.state in WAITING for delivery in self.deliveries)

    @property
    def waiting(self) -> list[Delivery]:
        """Return the deliveries that nothing but their time holds back."""
        if self.is_held:
            return []
        return [
            delivery
            for delivery in self.deliveries
            if delivery.state in WAITING and delivery.account_id not in self.stops
        ]

    @property
    def is_uncertain(self) -> bool:
        """Return whether a delivery is being sent, or is not known to be out."""
        return any(delivery.state in IN_FLIGHT for delivery in self.deliveries)

    @property
    def is_stopped(self) -> bool:
        """Return whether every delivery was cancelled before it was sent."""
        return all(part.state == DeliveryState.CANCELLED for thread in self.threads for part in thread)

    @property
    def is_settled(self) -> bool:
        """Return whether nothing of it is still to happen by itself."""
        return not self.is_waiting and not self.is_uncertain

    @property
    def is_begun(self) -> bool:
        """Return whether any part of it is public on any account."""
        return any(part.state in PUBLIC for thread in self.threads for part in thread)

    @property
    def is_out(self) -> bool:
        """Return whether it is public on every account."""
        return all(delivery.state in PUBLIC for delivery in self.deliveries)

    def is_next(self, now: datetime) -> bool:
        """Return whether it goes out by itself later."""
        return self.due_at > now and bool(self.waiting)

    def is_delayed(self, now: datetime) -> bool:
        """Return whether a delivery of it waits for something else than its time."""
        return self.is_waiting and not self.is_next(now)


def _reason(delivery: Delivery) -> str:
    """Return why a delivery failed, after its network's name unless it begins with it."""
    name, reason = delivery.account.get_network_display(), delivery.reason
    sentence = reason if reason.startswith(name) else f"{name}: {reason}"
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def due_publications(entity: Entity, stops: Mapping[int, AccountStop], *, now: datetime) -> tuple[DuePublication, ...]:
    """Return what is due today and what is left of earlier days, by time."""
    day = timezone.localdate(now)
    deliveries = [*unsettled_before(entity, day), *deliveries_on(entity, day)]
    held = held_among(deliveries)
    grouped: dict[int, list[tuple[Delivery, ...]]] = {}
    for thread in threads_in(deliveries):
        grouped.setdefault(thread[0].subject_id, []).append(tuple(thread))
    return tuple(
        DuePublication(
            publication_id=publication_id,
            title=threads[0][0].subject_name,
            due_at=threads[0][0].due_at,
            threads=tuple(threads),
            stops=stops,
            is_held=any(part.pk in held for thread in threads for part in thread),
        )
        for publication_id, threads in grouped.items()
    )
