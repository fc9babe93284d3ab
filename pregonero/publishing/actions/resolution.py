"""A person's decision about a delivery of which nobody could find out whether it went out (rule 3)."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils.dateparse import parse_datetime

from pregonero.errors import Conflict, Refused
from pregonero.networks.base import Published
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.outcomes import publish
from pregonero.publishing.actions.reconciliation import requeue
from pregonero.publishing.models import Delivery
from pregonero.publishing.post_lookup import PostLookup
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def decide_is_out(
    *, delivery: Delivery, sighting: PostLookup, attempt: int, by: Member, now: datetime, note: str = ""
) -> Delivery:
    """A person recognised the post: it is the delivery's, with its address. Nothing more is sent.

    `attempt` is the one that they were asked about: of another one, the answer is not good.
    """
    delivery = _to_decide(delivery, attempt, by, now)
    accept_post(delivery, sighting, now=now)
    record(
        entity_id=delivery.entity_id, event_type="delivery.decided", actor=by.actor, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], texts={"reason": note.strip() or sighting.why_unread},
        facts={"out": True, "remote_id": sighting.remote_id, "read_back": sighting.seen is not None},
    )  # fmt: skip
    return delivery


@transaction.atomic(durable=True)
def decide_is_not_out(*, delivery: Delivery, attempt: int, reason: str, by: Member, now: datetime) -> Delivery:
    """A person says that it did not go out: it is sent again if its hour has not passed, and nobody stopped it."""
    delivery = _to_decide(delivery, attempt, by, now)
    if not reason.strip():
        raise Refused("Escribe cómo sabes que no salió: queda en el expediente.")
    again = now <= delivery.expires_at and not delivery.cancel_requested_reason
    requeue(delivery, now)
    schedule_wakeups([now], now=now)
    record(
        entity_id=delivery.entity_id, event_type="delivery.decided", actor=by.actor, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], texts={"reason": reason.strip()}, facts={"out": False, "again": again},
    )  # fmt: skip
    return delivery


def _to_decide(delivery: Delivery, attempt: int, by: Member, now: datetime) -> Delivery:
    delivery = queries.get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_decide(by, delivery, queries.who_decided(delivery), now=now)
    if delivery.attempts_made != attempt:
        raise Conflict("Desde que abriste esta página se envió otra vez: ábrela de nuevo y mira el último intento.")
    return delivery


def accept_post(delivery: Delivery, sighting: PostLookup, *, now: datetime) -> None:
    """Leave a locked delivery published as the post that a person pointed to; inside the caller's transaction."""
    # Two deliveries of an account are never told to be one post, not even by two people at the same moment.
    Account.objects.select_for_update(no_key=True).get(pk=delivery.account_id)
    taken = queries.whose_post(delivery, sighting.remote_id)
    if taken is not None:
        raise Refused(f"Esa publicación ya es la de «{taken.publication.title}»: no puede ser las dos.")
    said = parse_datetime(sighting.seen.at) if sighting.seen and sighting.seen.at else None
    at = now if said is None else min(said if said.tzinfo else said.replace(tzinfo=UTC), now)
    publish(delivery, Published(sighting.remote_id, sighting.address), now=now, at=at)
