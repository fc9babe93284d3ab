"""What a person does for a delivery: decides whether it is published, or posts it by hand (rule 3, Q-6)."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils.dateparse import parse_datetime

from pregonero.errors import Conflict, Refused
from pregonero.networks.base import Published
from pregonero.networks.models import Account
from pregonero.outbox import rules
from pregonero.outbox.actions import schedule
from pregonero.outbox.actions.cancellation import cancel_delivery
from pregonero.outbox.actions.outcomes import publish
from pregonero.outbox.actions.reconciliation import requeue
from pregonero.outbox.models import Delivery, ManualPost
from pregonero.outbox.post_lookup import PostLookup
from pregonero.outbox.queries.deliveries import get_delivery, open_withdrawal, post_owner
from pregonero.outbox.queries.holds import why_held
from pregonero.outbox.queries.manual import who_decided
from pregonero.outbox.states import WAITING
from pregonero.outbox.subjects import handler_of
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.people.models import Member
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def decide_is_out(
    *, delivery: Delivery, lookup: PostLookup, attempt: int, by: Member, now: datetime, note: str = ""
) -> Delivery:
    """Set published a delivery whose post a person recognised; nothing more is sent.

    `attempt` is the number of the attempt on the person's page: a decision about an earlier one raises `Conflict`.
    """
    delivery = _lock_pending_decision(delivery, attempt, by, now)
    _accept_post(delivery, lookup, now=now)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.decided",
        actor=by.actor,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        texts={"reason": note.strip() or lookup.why_unread},
        facts={"out": True, "remote_id": lookup.remote_id, "read_back": lookup.seen is not None},
    )
    return delivery


@transaction.atomic(durable=True)
def decide_is_not_out(*, delivery: Delivery, attempt: int, reason: str, by: Member, now: datetime) -> Delivery:
    """Requeue a delivery that a person says is not published; it is sent unless it is late or cancelled."""
    delivery = _lock_pending_decision(delivery, attempt, by, now)
    if not reason.strip():
        raise Refused("Escribe cómo sabes que no salió: queda en el expediente.")
    again = now <= delivery.expires_at and not delivery.cancel_requested_reason
    requeue(delivery, now)
    schedule_wakeups([now], now=now)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.decided",
        actor=by.actor,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        texts={"reason": reason.strip()},
        facts={"out": False, "again": again},
    )
    return delivery


def _lock_pending_decision(delivery: Delivery, attempt: int, by: Member, now: datetime) -> Delivery:
    delivery = get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_decide(by, delivery, who_decided(delivery), now=now)
    if delivery.attempts_made != attempt:
        raise Conflict("Desde que abriste esta página se envió otra vez: ábrela de nuevo y mira el último intento.")
    return delivery


@transaction.atomic(durable=True)
def withdraw_post(*, delivery: Delivery, reason: str, by: Member, now: datetime) -> Delivery:
    """Schedule the withdrawal of a published post for now; return the open withdrawal when there is one already."""
    delivery = get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_withdraw(by, delivery, now=now)
    if not reason.strip():
        raise Refused("Escribe por qué se retira: queda en el expediente.")
    operation = open_withdrawal(delivery)
    return operation or schedule.withdraw(delivery=delivery, by=by, reason=reason.strip(), now=now)


@transaction.atomic(durable=True)
def start_manual_post(*, delivery: Delivery, by: Member, now: datetime) -> Delivery:
    """Cancel a delivery because a person will post it by hand: from here on the system does not send it."""
    delivery = get_delivery(member=by, pk=delivery.pk, for_update=True)
    refusal = handler_of(delivery.subject_kind).why_not_manual(delivery)
    rules.check_may_post_manually(by, delivery, why_held(delivery), refusal=refusal, now=now)
    take_by_hand(delivery, by=by, now=now)
    return delivery


def take_by_hand(delivery: Delivery, *, by: Member, now: datetime) -> None:
    """Cancel a locked delivery that this person will do at the network, inside the caller's transaction."""
    if delivery.state in WAITING:
        cancel_delivery(delivery, reason=f"La hace a mano {by.name}.", by=by.actor, now=now)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.manual_started",
        actor=by.actor,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
    )


@transaction.atomic(durable=True)
def report_manual_post(*, delivery: Delivery, lookup: PostLookup, by: Member, now: datetime) -> Delivery:
    """Store the address of what a person posted: read back at the network, or on that person's word."""
    delivery = get_delivery(member=by, pk=delivery.pk, for_update=True)
    rules.check_may_report_manual_post(by, delivery, now=now)
    _accept_post(delivery, lookup, now=now)
    seen = lookup.seen
    same_text = seen.is_same if seen else None
    ManualPost.objects.create(
        delivery=delivery,
        by=by,
        at=now,
        address=lookup.address[:500],
        read_back=seen is not None,
        same_text=same_text,
        why_unread="" if seen else lookup.why_unread[:300],
    )
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.manual_finished",
        actor=by.actor,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        texts={"reason": lookup.why_unread},
        facts={"remote_id": lookup.remote_id, "read_back": seen is not None, "same_text": same_text},
    )
    return delivery


def _accept_post(delivery: Delivery, lookup: PostLookup, *, now: datetime) -> None:
    """Set a locked delivery published as the post that a person pointed to; inside the caller's transaction."""
    # The account's lock: two people at the same moment cannot give one post to two deliveries.
    Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=delivery.account_id)
    owner = post_owner(delivery, lookup.remote_id)
    if owner is not None:
        raise Refused(f"Esa publicación ya es la de «{owner.subject_name}»: no puede ser las dos.")
    posted_at = parse_datetime(lookup.seen.at) if lookup.seen and lookup.seen.at else None
    at = now if posted_at is None else min(posted_at if posted_at.tzinfo else posted_at.replace(tzinfo=UTC), now)
    publish(delivery, Published(lookup.remote_id, lookup.address), now=now, at=at)
