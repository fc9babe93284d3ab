"""The worker's acts before the commit: what waits becomes due or expires, and what is prepared is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.networks.base import Permanent, Post, Spent, Transient
from pregonero.networks.models import AccountState
from pregonero.publishing import queries
from pregonero.publishing.alarms import set_alarms
from pregonero.publishing.content import content_of, fingerprint_of, post_of
from pregonero.publishing.models import Delivery, PublicationState
from pregonero.publishing.states import WAITING, DeliveryState
from pregonero.publishing.telling import tell_networks_people
from pregonero.publishing.work import Work
from pregonero.records.actions import SYSTEM, record

WAIT_AFTER_TRANSIENT = 20.0  # seconds, when the network does not say how long
LONGEST_WAIT = 15 * 60.0


@dataclass(frozen=True)
class Turned:
    """How many deliveries came due, and how many passed their hour."""

    due: int
    expired: int


@transaction.atomic(durable=True)
def turn_deliveries(*, now: datetime) -> Turned:
    """Turn what has reached its minute into due, and what passed its hour into expired (rule 11)."""
    expired = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(queries.free(now), state__in=WAITING, expires_at__lt=now)
        .select_related("publication", "account")
        .order_by("pk")[:500]
    )
    for delivery in expired:
        _expire(delivery, now)
    due = Delivery.objects.filter(state=DeliveryState.PLANNED, ready_at__lte=now, expires_at__gte=now)
    return Turned(due=due.update(state=DeliveryState.DUE), expired=len(expired))


def _expire(delivery: Delivery, now: datetime) -> None:
    held = delivery.account.paused_reason
    why = f"La cuenta estaba en pausa: {held}" if held else delivery.reason
    delivery.state, delivery.reason_code = DeliveryState.EXPIRED, "too_late"
    delivery.reason = f"Pasó su hora y no se envió. {why}".strip()[:300]
    delivery.held_by, delivery.held_until = "", None
    delivery.save()
    record(
        entity_id=delivery.entity_id, verb="delivery.late", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing],
    )  # fmt: skip
    tell_networks_people(delivery, kind="delivery.late", now=now)


@transaction.atomic(durable=True)
def hold_for_preparing(*, delivery_id: int, worker: str, now: datetime) -> Work | None:
    """Take a delivery to prepare it, or nothing when somebody has it, it is prepared, or it must not go out."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is None or not _may_be_prepared(delivery):
        return None
    adaptation = queries.adaptation_of(delivery)
    post = post_of(adaptation)
    fingerprint = fingerprint_of(content_of(adaptation, post))
    if delivery.prepared_for == fingerprint:
        return None
    # What was prepared for other words is of no use; it is removed at the network before preparing again (rule 12).
    stale = delivery.prepared if delivery.prepared.get("fingerprint") not in (None, fingerprint) else {}
    delivery.prepared_for = ""
    if stale:
        delivery.prepared = {}
    _hold(delivery, post, worker, now)
    return Work.of(delivery, post=post, fingerprint=fingerprint, stale=stale)


def _may_be_prepared(delivery: Delivery) -> bool:
    return (
        delivery.state in WAITING
        and delivery.publication.state == PublicationState.PROGRAMMED
        and delivery.account.state == AccountState.ACTIVE
    )


def _hold(delivery: Delivery, post: Post, worker: str, now: datetime) -> None:
    delivery.held_by, delivery.held_until = worker, now + lease_for(post)
    delivery.save()


def lease_for(post: Post) -> timedelta:
    """Return how long preparing may go without a word: a call's time, and a second for each megabyte to send."""
    megabytes = sum(medium.size for medium in post.media) / 1e6
    return timedelta(seconds=settings.LEASE_SECONDS + megabytes)


@transaction.atomic(durable=True)
def keep_prepared(*, work: Work, prepared: dict[str, Any], now: datetime) -> None:
    """Keep what is known so far of a preparation, so that a retry goes on with it (rule 2); the lease is renewed."""
    Delivery.objects.filter(pk=work.delivery_id, held_by=work.worker).update(
        prepared={**prepared, "fingerprint": work.fingerprint},
        held_until=now + lease_for(work.post),
    )


@transaction.atomic(durable=True)
def finish_preparing(*, work: Work, prepared: dict[str, Any], now: datetime) -> bool:
    """Keep that a delivery is ready for its minute. False when the lease was lost: somebody else goes on with it."""
    delivery = _mine(work)
    if delivery is None:
        return False
    delivery.prepared = {**prepared, "fingerprint": work.fingerprint}
    delivery.prepared_for = work.fingerprint
    release(delivery)
    record(
        entity_id=delivery.entity_id, verb="delivery.prepared", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"fingerprint": work.fingerprint},
    )  # fmt: skip
    return True


@transaction.atomic(durable=True)
def postpone_preparing(*, work: Work, error: Transient, now: datetime) -> None:
    """The network said "not now": wait as long as it says; money or quota spent is told to a person (rule 10)."""
    delivery = _mine(work)
    if delivery is None:
        return
    delivery.prepare_at = now + wait_of(error)
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    release(delivery)
    set_alarms([delivery.prepare_at], now=now)
    if isinstance(error, Spent):
        tell_networks_people(delivery, kind="delivery.spent", now=now)


@transaction.atomic(durable=True)
def reject_prepared(*, work: Work, error: Permanent, now: datetime) -> None:
    """The network will not take it, as it is: a person sees why, before its minute when there is time."""
    delivery = _mine(work)
    if delivery is None:
        return
    reject(delivery, code=error.code, reason=error.reason, now=now)


def reject(delivery: Delivery, *, code: str, reason: str, now: datetime) -> None:
    """Leave a locked delivery rejected, recorded and told; inside the caller's transaction."""
    delivery.state = DeliveryState.REJECTED
    delivery.reason_code, delivery.reason = code[:60], reason[:300]
    release(delivery)
    record(
        entity_id=delivery.entity_id, verb="delivery.rejected", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"code": code},
    )  # fmt: skip
    tell_networks_people(delivery, kind="delivery.rejected", now=now)
    if delivery.prepared:
        app.configure_task("publishing.clean_delivery").defer(delivery_id=delivery.pk)


def _mine(work: Work) -> Delivery | None:
    """Return the delivery under lock, if this worker still holds it and it still waits."""
    delivery = queries.lock_delivery(work.delivery_id)
    if delivery is None or delivery.held_by != work.worker or delivery.state not in WAITING:
        return None
    return delivery


def release(delivery: Delivery) -> None:
    """Save a locked delivery and let go of its lease; inside the caller's transaction."""
    delivery.held_by, delivery.held_until = "", None
    delivery.save()


def wait_of(error: Transient) -> timedelta:
    """Return how long to wait after a "not now": what the network says, within reason."""
    seconds = WAIT_AFTER_TRANSIENT if error.retry_after is None else error.retry_after
    return timedelta(seconds=min(max(seconds, 1.0), LONGEST_WAIT))


@transaction.atomic(durable=True)
def forget_prepared(*, delivery_id: int, removed: list[str], now: datetime) -> None:
    """Keep that what was prepared and never published was removed at the network (rule 12)."""
    delivery = queries.lock_delivery(delivery_id)
    if delivery is None or not delivery.prepared or delivery.state in (*WAITING, DeliveryState.SENDING):
        return
    delivery.prepared, delivery.prepared_for = {}, ""
    delivery.save(update_fields=["prepared", "prepared_for"])
    record(
        entity_id=delivery.entity_id, verb="delivery.cleaned", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"removed": removed},
    )  # fmt: skip
