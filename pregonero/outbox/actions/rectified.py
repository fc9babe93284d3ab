"""Marking posts of ours as rectified, once what corrects them is public (N-2)."""

from collections.abc import Iterable
from datetime import datetime

from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef, record


def mark_rectified(
    deliveries: Iterable[Delivery], *, reason: str, corrected_by: ObjectRef, by: Member, now: datetime
) -> list[Delivery]:
    """Mark locked deliveries as rectified, in the caller's transaction; those that are not published stay as they are.

    Nothing is sent to the network: a post that it deleted is marked too.
    """
    marked = [delivery for delivery in deliveries if delivery.state == DeliveryState.PUBLISHED]
    for delivery in marked:
        delivery.state = DeliveryState.RECTIFIED
        delivery.save(update_fields=["state"])
        record(
            entity_id=delivery.entity_id,
            event_type="delivery.rectified",
            actor=by.actor,
            ref=delivery.ref,
            at=now,
            related=[delivery.subject, corrected_by],
            facts={"remote_id": delivery.remote_id},
            texts={"reason": reason},
        )
    return marked
