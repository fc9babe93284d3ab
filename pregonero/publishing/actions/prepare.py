"""The worker's acts before the commit: what waits becomes due or expires, and what is prepared is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest
from procrastinate.contrib.django import app

from pregonero.networks.base import NetworkError, Permanent, Post, Transient, Unauthorized
from pregonero.networks.models import AccountState
from pregonero.publishing import queries
from pregonero.publishing.actions import throttling
from pregonero.publishing.models import Delivery, PublicationState
from pregonero.publishing.notifications import notify_obstacle, notify_publishers
from pregonero.publishing.payload import content_of, current_fingerprint, fingerprint_of, post_of
from pregonero.publishing.send_job import SendJob, lease_owner
from pregonero.publishing.states import WAITING, DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, Actor, EventDraft, record, record_many

WAIT_AFTER_TRANSIENT = 20.0  # seconds, when the network does not say how long
WAIT_FOR_PERSON = 60.0
LONGEST_WAIT = 15 * 60.0
BATCH = 1_000  # deliveries turned by their hour in one transaction


@dataclass(frozen=True)
class Promoted:
    """How many deliveries came due, and how many passed their hour."""

    due: int
    expired: int
    more: bool  # waits to be turned: no lock lasts longer than a batch


@transaction.atomic(durable=True)
def promote_due(*, now: datetime) -> Promoted:
    """Turn what has reached its minute into due, and what passed its hour into expired (rule 11): so many at a time."""
    reached = _unlocked().filter(state=DeliveryState.PLANNED, ready_at__lte=now, expires_at__gte=now)
    due = list(reached.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    Delivery.objects.filter(pk__in=due).update(state=DeliveryState.DUE)
    late = _unlocked().filter(queries.free(now), state__in=WAITING, expires_at__lt=now)
    expired = list(late.select_related("publication__entity", "account").order_by("pk")[:BATCH])
    for delivery in expired:
        _expire(delivery, now)
    return Promoted(due=len(due), expired=len(expired), more=BATCH in (len(due), len(expired)))


def _unlocked() -> QuerySet[Delivery]:
    # What somebody has locked is turned by the next look: two that wait for each other's rows would never end.
    return Delivery.objects.select_for_update(skip_locked=True, of=("self",))


def _expire(delivery: Delivery, now: datetime) -> None:
    why = queries.why_stopped(delivery) or delivery.reason
    delivery.state, delivery.reason_code = DeliveryState.EXPIRED, "too_late"
    delivery.reason = f"Pasó su hora y no se envió. {why}".strip()[:300]
    schedule_cleanup(delivery)
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.expired", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref],
    )  # fmt: skip
    cancel_following_parts(delivery, by=SYSTEM, now=now)
    notify_publishers(delivery, kind="delivery.expired", now=now)


@transaction.atomic(durable=True)
def lease_for_preparing(*, delivery_id: int, worker: str, now: datetime) -> SendJob | None:
    """Take a delivery to prepare it, or nothing when somebody has it, it is prepared, or it must not go out."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is None or not _may_be_prepared(delivery):
        return None
    adaptation = queries.adaptation_of(delivery)
    post = post_of(adaptation, queries.place_of(delivery))
    fingerprint = fingerprint_of(content_of(adaptation, post))
    if delivery.prepared_for == fingerprint or _must_wait(delivery, now):
        return None
    if delivery.prepared.get("fingerprint") not in (None, fingerprint):
        schedule_cleanup(delivery)  # what was prepared for other words is of no use (rule 12)
    delivery.prepared_for = ""
    delivery.leased_by, delivery.leased_until = lease_owner(worker), now + lease_for(post)
    delivery.save()
    return SendJob.of(delivery, post=post, fingerprint=fingerprint)


def _must_wait(delivery: Delivery, now: datetime) -> bool:
    """Put off the preparing that its network's limits do not take now, saying why and until when (rules 6, 10)."""
    room = throttling.wait_to_prepare(delivery, now=now)
    if room is None:
        return False
    delivery.prepare_at = room.until or now + throttling.LOOK_AGAIN
    delivery.reason_code, delivery.reason = f"{throttling.LIMIT}{room.quota}"[:60], room.reason[:300]
    clear_lease(delivery)
    schedule_wakeups([delivery.prepare_at], now=now)
    if room.until is None or delivery.expires_at < room.until:
        notify_publishers(delivery, kind="delivery.will_be_late", now=now)
    return True


def _may_be_prepared(delivery: Delivery) -> bool:
    return (
        delivery.state in WAITING
        and not delivery.waits_for_another
        and delivery.publication.state == PublicationState.PROGRAMMED
        and delivery.account.state == AccountState.ACTIVE
    )


def lease_for(post: Post) -> timedelta:
    """Return how long preparing may go without a word: a call's time, and a second for each megabyte to send."""
    megabytes = sum(medium.size for medium in post.media) / 1e6
    return timedelta(seconds=settings.LEASE_SECONDS + megabytes)


@transaction.atomic(durable=True)
def store_prepared(*, work: SendJob, prepared: dict[str, Any], now: datetime) -> None:
    """Keep what is known so far of a preparation, so that a retry goes on with it (rule 2); the lease is renewed."""
    Delivery.objects.filter(pk=work.delivery_id, leased_by=work.worker, state__in=WAITING).update(
        prepared={**prepared, "fingerprint": work.fingerprint},
        leased_until=now + lease_for(work.post),
    )


@transaction.atomic(durable=True)
def finish_preparing(*, work: SendJob, prepared: dict[str, Any], now: datetime) -> bool:
    """Keep that a delivery is ready for its minute. False when it is not: its words changed, or the lease was lost."""
    delivery = _mine(work)
    if delivery is None:
        return False
    delivery.prepared = {**prepared, "fingerprint": work.fingerprint}
    if current_fingerprint(queries.adaptation_of(delivery), queries.place_of(delivery)) != work.fingerprint:
        clear_lease(delivery)  # edited meanwhile: it is prepared again now, not at its minute
        return False
    delivery.prepared_for = work.fingerprint
    delivery.reason_code = delivery.reason = ""
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.prepared", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], facts={"fingerprint": work.fingerprint},
    )  # fmt: skip
    return True


@dataclass(frozen=True)
class PreparedLocally:
    """A delivery that was prepared without leaving anything at its network; `before` is what it had kept until then."""

    delivery_id: int
    before: dict[str, Any]
    prepared: dict[str, Any]
    fingerprint: str


@transaction.atomic(durable=True)
def store_prepared_locally(*, ready: Sequence[PreparedLocally], now: datetime) -> int:
    """Keep that many are ready for their minute; those that somebody took or changed meanwhile stay as they are.

    The words are not read again: the claim does, and what says other words than it was prepared for is not sent.
    """
    free = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        queries.free(now), pk__in=[each.delivery_id for each in ready], state__in=WAITING, prepared_for="",
        publication__state=PublicationState.PROGRAMMED,
    )  # fmt: skip
    locked = {delivery.pk: delivery for delivery in free.select_related("account").order_by("pk")}
    kept = [each for each in ready if each.delivery_id in locked and locked[each.delivery_id].prepared == each.before]
    for each in kept:
        delivery = locked[each.delivery_id]
        delivery.prepared = {**each.prepared, "fingerprint": each.fingerprint}
        delivery.prepared_for = each.fingerprint
        delivery.reason_code = delivery.reason = ""
    changed = [locked[each.delivery_id] for each in kept]
    Delivery.objects.bulk_update(changed, ["prepared", "prepared_for", "reason_code", "reason"])
    record_many(
        EventDraft(
            entity_id=delivery.entity_id, event_type="delivery.prepared", actor=SYSTEM, ref=delivery.ref, at=now,
            related=[delivery.publication_ref], facts={"fingerprint": delivery.prepared_for},
        )
        for delivery in changed
    )  # fmt: skip
    return len(changed)


@transaction.atomic(durable=True)
def postpone_preparing(*, work: SendJob, error: NetworkError, now: datetime) -> None:
    """The network said "not now": wait as long as it says; what only a person can put right is told (rule 10)."""
    delivery = _mine(work)
    if delivery is not None:
        _prepare_later(delivery, error, now)


@transaction.atomic(durable=True)
def record_obstacle(*, delivery_id: int, error: NetworkError, now: datetime) -> None:
    """Preparing could not even begin: keep why, where people see it, and try again in a while."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is not None and delivery.state in WAITING:
        _prepare_later(delivery, error, now)


def _prepare_later(delivery: Delivery, error: NetworkError, now: datetime) -> None:
    if throttling.stop_for(delivery.account, error, now=now) and _must_wait(delivery, now):
        return
    delivery.prepare_at = now + wait_of(error)
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    clear_lease(delivery)
    schedule_wakeups([delivery.prepare_at], now=now)
    notify_obstacle(delivery, error, now=now)


@transaction.atomic(durable=True)
def reject_prepared(*, work: SendJob, error: Permanent, now: datetime) -> None:
    """The network will not take it, as it is: a person sees why, before its minute when there is time."""
    delivery = _mine(work)
    if delivery is None:
        return
    reject(delivery, code=error.code, reason=error.reason, now=now)


def reject(delivery: Delivery, *, code: str, reason: str, now: datetime) -> None:
    """Leave a locked delivery rejected, recorded and told; inside the caller's transaction."""
    delivery.state = DeliveryState.REJECTED
    delivery.reason_code, delivery.reason = code[:60], reason[:300]
    schedule_cleanup(delivery)
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.rejected", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], facts={"code": code},
    )  # fmt: skip
    cancel_following_parts(delivery, by=SYSTEM, now=now)
    notify_publishers(delivery, kind="delivery.rejected", now=now)


def cancel(delivery: Delivery, *, reason: str, by: Actor, now: datetime) -> None:
    """Leave a locked delivery cancelled and recorded, and what goes under it; inside the caller's transaction."""
    _leave_cancelled(delivery, reason=reason, by=by, now=now)
    cancel_following_parts(delivery, by=by, now=now)


def cancel_following_parts(delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """Cancel what would go under a delivery that will not go out, or is there no more (rule 8)."""
    for each in queries.lock_followers(delivery):
        reason = f"La parte {delivery.position + 1} no salió: {delivery.reason}"
        _leave_cancelled(each, reason=reason, by=by, now=now)


def release_next_part(delivery: Delivery, *, now: datetime) -> None:
    """Have what goes right under a delivery, now that it is out, go out at once: its hour counts from now (rule 8)."""
    lasts = timedelta(minutes=delivery.publication.tolerance_minutes)
    throttling = Delivery.objects.filter(follows=delivery, state=DeliveryState.PLANNED)
    expires_at = Greatest(F("due_at"), Value(now)) + Value(lasts)
    if throttling.update(ready_at=now, prepare_at=now, expires_at=expires_at):
        schedule_wakeups([now], now=now)


def _leave_cancelled(delivery: Delivery, *, reason: str, by: Actor, now: datetime) -> None:
    delivery.state, delivery.reason_code, delivery.reason = DeliveryState.CANCELLED, "cancelled", reason[:300]
    delivery.cancel_requested_reason = ""
    schedule_cleanup(delivery)
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.cancelled", actor=by, ref=delivery.ref, at=now,
        related=[delivery.publication.ref],
    )  # fmt: skip


def schedule_cleanup(delivery: Delivery) -> None:
    """Forget what was prepared, and have it removed at the network; the caller saves, inside its transaction.

    Forgotten first: what may be removed at any time from now must not be gone on with by a later preparation.
    """
    if delivery.prepared:
        app.configure_task("publishing.clean_delivery").defer(
            delivery_id=delivery.pk, account_id=delivery.account_id, prepared=delivery.prepared
        )
    delivery.prepared, delivery.prepared_for = {}, ""


def _mine(work: SendJob) -> Delivery | None:
    """Return the delivery under lock, if this worker still holds it and it still waits."""
    delivery = queries.lock_delivery(work.delivery_id)
    if delivery is None or delivery.leased_by != work.worker or delivery.state not in WAITING:
        return None
    return delivery


def clear_lease(delivery: Delivery) -> None:
    """Save a locked delivery and let go of its lease; inside the caller's transaction."""
    delivery.leased_by, delivery.leased_until = "", None
    delivery.save()


def wait_of(error: NetworkError) -> timedelta:
    """Return how long to wait after a "not now": what the network says, within reason."""
    told = error.retry_after if isinstance(error, Transient) else None
    wait = WAIT_FOR_PERSON if isinstance(error, Unauthorized) else WAIT_AFTER_TRANSIENT
    return timedelta(seconds=min(max(wait if told is None else told, 1.0), LONGEST_WAIT))


@transaction.atomic(durable=True)
def record_cleanup(*, delivery_id: int, removed: list[str], now: datetime) -> None:
    """Keep that what was prepared and never published was removed at the network (rule 12)."""
    delivery = queries.lock_delivery(delivery_id)
    if delivery is None:
        return
    record(
        entity_id=delivery.entity_id, event_type="delivery.cleaned", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], facts={"removed": removed},
    )  # fmt: skip
