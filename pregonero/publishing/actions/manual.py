"""What a person does at the network by hand, where its API refuses, with the same record (Q-6)."""

from datetime import datetime

from django.db import transaction

from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.prepare import cancel
from pregonero.publishing.actions.resolution import accept_post
from pregonero.publishing.models import Delivery
from pregonero.publishing.models.manual import ManualPost
from pregonero.publishing.post_lookup import PostLookup
from pregonero.publishing.states import WAITING
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def start_manual_post(*, delivery: Delivery, by: Member, now: datetime) -> Delivery:
    """A person takes a delivery to make it by hand: from here on the system does not send it."""
    delivery = queries.get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_take_in_hand(by, delivery, queries.why_stopped(delivery), now=now)
    if delivery.state in WAITING:
        cancel(delivery, reason=f"La hace a mano {by.name}.", by=by.actor, now=now)
    record(
        entity_id=delivery.entity_id, event_type="delivery.manual_started", actor=by.actor, ref=delivery.ref, at=now,
        related=[delivery.publication.ref],
    )  # fmt: skip
    return delivery


@transaction.atomic(durable=True)
def report_manual_post(*, delivery: Delivery, sighting: PostLookup, by: Member, now: datetime) -> Delivery:
    """The person made it: its address is the delivery's, read back at the network or on this person's word."""
    delivery = queries.get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_report_hand_made(by, delivery, now=now)
    accept_post(delivery, sighting, now=now)
    seen = sighting.seen
    same = seen.is_same if seen else None
    ManualPost.objects.create(
        delivery=delivery, by=by, at=now, address=sighting.address[:500], read_back=seen is not None,
        same_text=same, why_unread="" if seen else sighting.why_unread[:300],
    )  # fmt: skip
    record(
        entity_id=delivery.entity_id, event_type="delivery.manual_finished", actor=by.actor, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], texts={"reason": sighting.why_unread},
        facts={"remote_id": sighting.remote_id, "read_back": seen is not None, "same_text": same},
    )  # fmt: skip
    return delivery
