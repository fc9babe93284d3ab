"""Finding out what became of an uncertain delivery; what nobody can find out is left to a person (rule 3)."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from pregonero.networks.base import UNCERTAIN_SINCE, Finding, NetworkError, QuotaExhausted, Transient, Verdict
from pregonero.publishing import queries
from pregonero.publishing.actions import throttling
from pregonero.publishing.actions.outcomes import publish
from pregonero.publishing.actions.prepare import LONGEST_WAIT, cancel, clear_lease
from pregonero.publishing.models import Delivery
from pregonero.publishing.notifications import notify_obstacle, notify_publishers
from pregonero.publishing.payload import post_sent
from pregonero.publishing.send_job import SendJob, lease_owner
from pregonero.publishing.states import DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, Actor, record

ASK_AGAIN_SECONDS = 20.0


@transaction.atomic(durable=True)
def lease_for_reconciling(*, delivery_id: int, worker: str, now: datetime) -> SendJob | None:
    """Take an uncertain delivery to ask its network; nothing when somebody is already asking or it is settled."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.ready_at > now:
        return None
    attempt = queries.last_attempt(delivery)
    if attempt is None or _must_wait(delivery, now):
        return None
    delivery.leased_by, delivery.leased_until = lease_owner(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    delivery.save(update_fields=["leased_by", "leased_until"])
    since = queries.uncertain_since([delivery]).get(delivery.pk, attempt.started_at)
    # What is looked for is what was sent: the words and the ids of the attempt, not those of today.
    work = SendJob.of(
        delivery, post=post_sent(attempt.content, queries.media_of(attempt)), fingerprint=attempt.fingerprint,
        prepared=attempt.prepared, attempt=attempt, known=queries.known_posts(delivery, since=since),
    )  # fmt: skip
    return work.with_hints({UNCERTAIN_SINCE: since.isoformat()})


def _must_wait(delivery: Delivery, now: datetime) -> bool:
    """Ask nothing that costs while the money or the quota is used up: reading costs too (rule 10)."""
    stop = throttling.spent_stop(delivery.account, now=now)
    if stop is None:
        return False
    delivery.reason = stop.reason
    _ask_later(delivery, min(LONGEST_WAIT, ((stop.until or now + throttling.LOOK_AGAIN) - now).total_seconds()), now)
    return True


@transaction.atomic(durable=True)
def record_finding(*, work: SendJob, finding: Finding, now: datetime) -> None:
    """Keep what the network answered of an uncertain delivery."""
    delivery = _asked(work)
    if delivery is None:
        return
    delivery.checks_made += 1
    if finding.verdict == Verdict.PUBLISHED and finding.published is not None:
        publish(delivery, finding.published, now=now)
        _record_settled(delivery, finding.verdict, SYSTEM, now)
    elif finding.verdict == Verdict.NOT_TAKEN:
        if work.attempt is not None:
            throttling.give_back(delivery, work.post, claimed_at=work.attempt.started_at)
        requeue(delivery, now)
        _record_settled(delivery, finding.verdict, SYSTEM, now)
    elif finding.verdict == Verdict.LOOK_AGAIN:
        _ask_later(delivery, finding.look_again_seconds, now)
    else:
        _leave_to_person(delivery, finding, now)


@transaction.atomic(durable=True)
def postpone_reconciling(*, work: SendJob, error: NetworkError, now: datetime) -> None:
    """The network could not be asked: it stays uncertain, and is asked later, less and less often."""
    delivery = _asked(work)
    if delivery is None:
        return
    delivery.reason = error.reason[:300]
    told = error.retry_after if isinstance(error, Transient) else None
    age = (now - work.attempt.started_at).total_seconds() if work.attempt else 0.0
    _ask_later(delivery, max(told or 0.0, min(max(ASK_AGAIN_SECONDS, age / 4), LONGEST_WAIT)), now)
    if not (isinstance(error, QuotaExhausted) and throttling.stop_for(delivery.account, error, now=now)):
        notify_obstacle(delivery, error, now=now)


def _asked(work: SendJob) -> Delivery | None:
    delivery = queries.lock_delivery(work.delivery_id)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.leased_by != work.worker:
        return None
    return delivery


def requeue(delivery: Delivery, now: datetime) -> None:
    """It did not go out: it is sent again, unless somebody stopped it meanwhile."""
    delivery.state, delivery.ready_at = DeliveryState.DUE, now
    delivery.reason_code = delivery.reason = ""
    delivery.candidates = []
    clear_lease(delivery)
    if delivery.cancel_requested_reason:
        cancel(delivery, reason=delivery.cancel_requested_reason, by=SYSTEM, now=now)


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
        entity_id=delivery.entity_id, event_type="delivery.needs_person", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref],
    )  # fmt: skip
    notify_publishers(delivery, kind="delivery.needs_person", now=now)


def _record_settled(delivery: Delivery, verdict: Verdict, actor: Actor, now: datetime) -> None:
    record(
        entity_id=delivery.entity_id, event_type="delivery.reconciled", actor=actor, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], facts={"verdict": verdict, "checks_made": delivery.checks_made},
    )  # fmt: skip
