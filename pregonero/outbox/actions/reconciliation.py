"""Asking the network what became of an uncertain delivery; what it cannot say is left to a person (rule 3)."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from pregonero.networks.base import UNCERTAIN_SINCE, Finding, NetworkError, QuotaExhausted, Transient, Verdict
from pregonero.outbox.actions import throttling
from pregonero.outbox.actions.cancellation import cancel_delivery, clear_lease, schedule_recheck
from pregonero.outbox.actions.outcomes import WORKER_LOST, publish
from pregonero.outbox.actions.prepare import LONGEST_WAIT
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import last_attempt, sent_post, uncertain_since
from pregonero.outbox.queries.queue import known_posts, lock_delivery
from pregonero.outbox.send_job import SendJob, lease_name
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_obstacle, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, record

ASK_AGAIN_SECONDS = 20.0


@transaction.atomic(durable=True)
def lease_for_reconciling(*, delivery_id: int, worker: str, now: datetime) -> SendJob | None:
    """Lease an uncertain delivery to ask its network; None when it is leased or concluded."""
    delivery = lock_delivery(delivery_id, unleased_at=now)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.ready_at > now:
        return None
    attempt = last_attempt(delivery)
    if attempt is None or _must_wait(delivery, now):
        return None
    delivery.leased_by, delivery.leased_until = lease_name(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    delivery.save(update_fields=["leased_by", "leased_until"])
    attempt.delivery = delivery
    since = uncertain_since([delivery]).get(delivery.pk, attempt.started_at)
    # It looks for what was sent: the content and the ids of the attempt, not those of today.
    job = SendJob.of(
        delivery,
        post=sent_post(attempt),
        fingerprint=attempt.fingerprint,
        prepared=attempt.prepared,
        attempt=attempt,
        known=known_posts(delivery, since=since),
    )
    return job.with_hints({UNCERTAIN_SINCE: since.isoformat()})


def _must_wait(delivery: Delivery, now: datetime) -> bool:
    """Postpone the question while money or quota is used up, because reading costs too (rule 10)."""
    suspension = throttling.exhausted_quota(delivery.account, now=now)
    if suspension is None:
        return False
    delivery.reason = suspension.reason
    until = suspension.until or now + throttling.CHECK_AGAIN
    _ask_later(delivery, min(LONGEST_WAIT, (until - now).total_seconds()), now)
    return True


@transaction.atomic(durable=True)
def record_finding(*, job: SendJob, finding: Finding, now: datetime) -> None:
    """Store what the network answered about an uncertain delivery."""
    delivery = _leased(job)
    if delivery is None:
        return
    delivery.checks_made += 1
    if finding.verdict == Verdict.PUBLISHED and finding.published is not None:
        publish(delivery, finding.published, now=now)
        _record_settled(delivery, finding.verdict, now)
    elif finding.verdict == Verdict.LOOK_AGAIN:
        _ask_later(delivery, finding.look_again_seconds, now)
    elif (seconds := _may_still_be_taken(job, now)) > 0:
        _ask_later(delivery, seconds, now)
    elif finding.verdict == Verdict.NOT_TAKEN:
        if job.attempt is not None:
            throttling.return_quota(delivery, job.post, claimed_at=job.attempt.started_at)
        requeue(delivery, now)
        _record_settled(delivery, finding.verdict, now)
    else:
        _leave_to_person(delivery, finding, now)


def _may_still_be_taken(job: SendJob, now: datetime) -> float:
    """Return for how many seconds more the network may take the call of a worker that died: until its lease ends.

    Zero when the lease was over when the delivery was recovered.
    """
    attempt = job.attempt
    if attempt is None or attempt.code != WORKER_LOST or attempt.ended_at is None:
        return 0.0
    lease_ends = attempt.started_at + timedelta(seconds=settings.LEASE_SECONDS)
    return 0.0 if attempt.ended_at >= lease_ends else (lease_ends - now).total_seconds()


@transaction.atomic(durable=True)
def postpone_reconciling(*, job: SendJob, error: NetworkError, now: datetime) -> None:
    """Leave a delivery uncertain because its network could not be asked; ask later, less and less often."""
    delivery = _leased(job)
    if delivery is None:
        return
    delivery.reason = error.reason[:300]
    asked = error.retry_after if isinstance(error, Transient) else None
    age = (now - job.attempt.started_at).total_seconds() if job.attempt else 0.0
    _ask_later(delivery, max(asked or 0.0, min(max(ASK_AGAIN_SECONDS, age / 4), LONGEST_WAIT)), now)
    if not (isinstance(error, QuotaExhausted) and throttling.suspend_for(delivery.account, error, now=now)):
        notify_obstacle(delivery, error, now=now)


def _leased(job: SendJob) -> Delivery | None:
    delivery = lock_delivery(job.delivery_id)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.leased_by != job.lease:
        return None
    return delivery


def requeue(delivery: Delivery, now: datetime) -> None:
    """Set DUE a locked delivery that was not published, or cancel it if a person asked so meanwhile."""
    delivery.state, delivery.ready_at = DeliveryState.DUE, now
    delivery.reason_code = delivery.reason = ""
    delivery.candidates = []
    schedule_recheck(delivery, now=now)
    clear_lease(delivery)
    if delivery.cancel_requested_reason:
        cancel_delivery(delivery, reason=delivery.cancel_requested_reason, by=SYSTEM, now=now)


def _ask_later(delivery: Delivery, seconds: float, now: datetime) -> None:
    delivery.ready_at = now + timedelta(seconds=seconds)
    clear_lease(delivery)
    schedule_wakeups([delivery.ready_at], now=now)


def _leave_to_person(delivery: Delivery, finding: Finding, now: datetime) -> None:
    delivery.state = DeliveryState.NEEDS_PERSON
    delivery.candidates = [asdict(candidate) for candidate in finding.candidates]
    delivery.reason_code, delivery.reason = "unknowable", "La red no permite saber si salió."
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.needs_person",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
    )
    notify_owner(delivery, DeliveryEvent.NEEDS_PERSON, now=now)


def _record_settled(delivery: Delivery, verdict: Verdict, now: datetime) -> None:
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.reconciled",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts={"verdict": verdict, "checks": delivery.checks_made},
    )
