"""The worker's actions before the commit: deliveries become due or expire, and what was prepared is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from pregonero.networks.base import NetworkError, Permanent, Post, Transient, Unauthorized
from pregonero.networks.models import AccountState
from pregonero.networks.rate_limits.capacity import Admission
from pregonero.outbox.actions import throttling
from pregonero.outbox.actions.cancellation import clear_lease, expire_delivery, reject_delivery, schedule_cleanup
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import THROTTLED
from pregonero.outbox.queries.deliveries import outgoing_of, unanswered_attempts
from pregonero.outbox.queries.holds import why_held
from pregonero.outbox.queries.queue import known_posts, lock_delivery, unleased
from pregonero.outbox.send_job import SendJob, lease_name
from pregonero.outbox.states import WAITING, DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_obstacle, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record, record_many

WAIT_AFTER_TRANSIENT = 20.0  # seconds, when the network does not say how long
WAIT_FOR_PERSON = 60.0
LONGEST_WAIT = 15 * 60.0
BATCH = 1_000  # deliveries promoted or expired in one transaction


@dataclass(frozen=True)
class Promoted:
    """How many deliveries became due, how many expired, and whether more wait for the next batch."""

    due: int
    expired: int
    has_more: bool


@transaction.atomic(durable=True)
def promote_due(*, now: datetime) -> Promoted:
    """Set DUE what reached its time, and EXPIRED what passed its tolerance (rule 11); at most a batch of each."""
    reached = _unlocked().filter(state=DeliveryState.PLANNED, ready_at__lte=now, expires_at__gte=now)
    due = list(reached.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    Delivery.objects.filter(pk__in=due).update(state=DeliveryState.DUE)
    late = _unlocked().filter(unleased(now), state__in=WAITING, expires_at__lt=now)
    expired = list(late.select_related("entity", "account").order_by("pk")[:BATCH])
    for delivery in expired:
        expire_delivery(delivery, why=why_held(delivery) or delivery.reason, now=now)
    return Promoted(due=len(due), expired=len(expired), has_more=BATCH in (len(due), len(expired)))


def _unlocked() -> QuerySet[Delivery]:
    # Rows that somebody has locked are left for the next look: two transactions waiting for each other would deadlock.
    return Delivery.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))


@transaction.atomic(durable=True)
def lease_for_preparing(*, delivery_id: int, worker: str, now: datetime) -> SendJob | None:
    """Lease a delivery to prepare it; None when it is leased, prepared already, or must not go out."""
    delivery = lock_delivery(delivery_id, unleased_at=now)
    if delivery is None or not _may_be_prepared(delivery):
        return None
    outgoing = outgoing_of(delivery)
    if delivery.prepared_for == outgoing.fingerprint or _must_wait(delivery, now):
        return None
    is_same_content = delivery.prepared.get("fingerprint") == outgoing.fingerprint
    # What an attempt without an answer was prepared with may still be taken: it is superseded before the next one.
    unanswered = () if is_same_content else unanswered_attempts(delivery)
    if delivery.prepared and not is_same_content:
        schedule_cleanup(delivery)  # it was prepared for other content (rule 12)
    delivery.prepared_for = ""
    delivery.leased_by, delivery.leased_until = lease_name(worker), now + lease_for(outgoing.post)
    delivery.save()
    job = SendJob.of(delivery, post=outgoing.post, fingerprint=outgoing.fingerprint)
    return replace(job, unanswered=unanswered, known=known_posts(delivery, since=now)) if unanswered else job


def _may_be_prepared(delivery: Delivery) -> bool:
    return (
        delivery.state in WAITING
        and not delivery.waits_for_previous_part
        and delivery.account.state == AccountState.ACTIVE
    )


def _must_wait(delivery: Delivery, now: datetime) -> bool:
    """Postpone a preparation that its network's limits do not allow now, with why and until when (rules 6, 10)."""
    admission = throttling.wait_to_prepare(delivery, now=now)
    if admission is None:
        return False
    _throttle(delivery, admission, now)
    return True


def _throttle(delivery: Delivery, admission: Admission, now: datetime) -> None:
    delivery.prepare_at = admission.until or now + throttling.CHECK_AGAIN
    delivery.reason_code = f"{THROTTLED}{admission.quota}"[:60]
    delivery.reason = admission.reason[:300]
    clear_lease(delivery)
    schedule_wakeups([delivery.prepare_at], now=now)
    if admission.until is None or delivery.expires_at < admission.until:
        notify_owner(delivery, DeliveryEvent.WILL_BE_LATE, now=now)


def lease_for(post: Post) -> timedelta:
    """Return how long a preparation may go without storing anything: one call, and a second for each megabyte."""
    megabytes = sum(medium.size for medium in post.media) / 1e6
    return timedelta(seconds=settings.LEASE_SECONDS + megabytes)


@transaction.atomic(durable=True)
def store_prepared(*, job: SendJob, prepared: dict[str, Any], now: datetime) -> None:
    """Store what a preparation left at the network so far, so that a retry continues from it; extend the lease."""
    Delivery.objects.filter(pk=job.delivery_id, leased_by=job.lease, state__in=WAITING).update(
        prepared={**prepared, "fingerprint": job.fingerprint}, leased_until=now + lease_for(job.post)
    )


@transaction.atomic(durable=True)
def finish_preparing(*, job: SendJob, prepared: dict[str, Any], now: datetime) -> bool:
    """Set a delivery prepared. Return False when it is not: its content changed, or the lease was lost."""
    delivery = lock_leased(job)
    if delivery is None:
        return False
    delivery.prepared = {**prepared, "fingerprint": job.fingerprint}
    if outgoing_of(delivery).fingerprint != job.fingerprint:
        clear_lease(delivery)  # edited meanwhile: it is prepared again now, not when it is due
        return False
    delivery.prepared_for = job.fingerprint
    delivery.reason_code = delivery.reason = ""
    clear_lease(delivery)
    record_many([_prepared_event(delivery, now)])
    return True


@dataclass(frozen=True)
class PreparedLocally:
    """A delivery prepared without leaving anything at its network; `before` is its `prepared` until then."""

    delivery_id: int
    before: dict[str, Any]
    prepared: dict[str, Any]
    fingerprint: str


@transaction.atomic(durable=True)
def store_prepared_locally(*, ready: Sequence[PreparedLocally], now: datetime) -> int:
    """Set many deliveries prepared, except those leased or changed meanwhile; return how many.

    The content is not read again here: the claim reads it, and does not send content that was not prepared.
    """
    unlocked = _unlocked().filter(
        unleased(now),
        pk__in=[prepared.delivery_id for prepared in ready],
        state__in=WAITING,
        prepared_for="",
    )
    locked = {delivery.pk: delivery for delivery in unlocked.select_related("account").order_by("pk")}
    changed = []
    for each in ready:
        delivery = locked.get(each.delivery_id)
        if delivery is None or delivery.prepared != each.before:
            continue
        delivery.prepared = {**each.prepared, "fingerprint": each.fingerprint}
        delivery.prepared_for = each.fingerprint
        delivery.reason_code = delivery.reason = ""
        changed.append(delivery)
    Delivery.objects.bulk_update(changed, ["prepared", "prepared_for", "reason_code", "reason"])
    record_many(_prepared_event(delivery, now) for delivery in changed)
    return len(changed)


def _prepared_event(delivery: Delivery, now: datetime) -> EventDraft:
    return EventDraft(
        entity_id=delivery.entity_id,
        event_type="delivery.prepared",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts={"fingerprint": delivery.prepared_for},
    )


@transaction.atomic(durable=True)
def postpone_preparing(*, job: SendJob, error: NetworkError, now: datetime) -> None:
    """Wait as long as the network asked; notify people of what only they can solve (rule 10)."""
    delivery = lock_leased(job)
    if delivery is not None:
        _prepare_later(delivery, error, now)


@transaction.atomic(durable=True)
def record_obstacle(*, delivery_id: int, error: NetworkError, now: datetime) -> None:
    """Store, where people see it, why preparing could not begin, and try again later."""
    delivery = lock_delivery(delivery_id, unleased_at=now)
    if delivery is not None and delivery.state in WAITING:
        _prepare_later(delivery, error, now)


def _prepare_later(delivery: Delivery, error: NetworkError, now: datetime) -> None:
    if throttling.suspend_for(delivery.account, error, now=now) and _must_wait(delivery, now):
        return
    delivery.prepare_at = now + wait_of(error)
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    clear_lease(delivery)
    schedule_wakeups([delivery.prepare_at], now=now)
    notify_obstacle(delivery, error, now=now)


@transaction.atomic(durable=True)
def reject_prepared(*, job: SendJob, error: Permanent, now: datetime) -> None:
    """Set rejected what the network does not accept as it is; a person sees why, before it is due if there is time."""
    delivery = lock_leased(job)
    if delivery is not None:
        reject_delivery(delivery, code=error.code, reason=error.reason, now=now)


def lock_leased(job: SendJob) -> Delivery | None:
    """Return the delivery under lock, if this worker's lease is still open and it still waits."""
    delivery = lock_delivery(job.delivery_id)
    if delivery is None or delivery.leased_by != job.lease or delivery.state not in WAITING:
        return None
    return delivery


def wait_of(error: NetworkError) -> timedelta:
    """Return how long to wait before the next try: what the network says, within limits."""
    asked = error.retry_after if isinstance(error, Transient) else None
    default = WAIT_FOR_PERSON if isinstance(error, Unauthorized) else WAIT_AFTER_TRANSIENT
    return timedelta(seconds=min(max(default if asked is None else asked, 1.0), LONGEST_WAIT))


@transaction.atomic(durable=True)
def record_cleanup(*, delivery_id: int, removed: list[str], now: datetime) -> None:
    """Record that what was prepared and not published was removed at the network (rule 12)."""
    delivery = lock_delivery(delivery_id)
    if delivery is None:
        return
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.cleaned",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts={"removed": removed},
    )
