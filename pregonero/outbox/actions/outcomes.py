"""What came of commit calls: published, rejected, deferred or uncertain; and of those whose worker died (rule 3)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from pregonero.networks.base import STALE, NetworkError, OperationKind, PreparedExpired, Published
from pregonero.networks.rate_limits.queries import lock_quotas
from pregonero.outbox.actions import throttling
from pregonero.outbox.actions.cancellation import cancel_delivery, clear_lease, reject_delivery, release_next_part
from pregonero.outbox.actions.claim import SOON
from pregonero.outbox.actions.prepare import wait_of
from pregonero.outbox.models import PUBLIC_KINDS, Attempt, Delivery, Outcome
from pregonero.outbox.queries.deliveries import last_attempt
from pregonero.outbox.queries.queue import leases_of_dead_workers, lock_delivery, with_following_part
from pregonero.outbox.send_job import SendJob, SendResult
from pregonero.outbox.states import PUBLIC, STOPPED, DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, handler_of, notify_obstacle, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record, record_many

LONGEST_URL = 500
NOT_TAKEN = (Outcome.DEFERRED, Outcome.REJECTED)  # the network took nothing: its quota is returned
BATCH = 500  # abandoned deliveries set uncertain in one transaction
WORKER_LOST = "worker_lost"
NEVER_BACK = "El proceso que la enviaba no volvió."


@transaction.atomic(durable=True)
def record_outcomes(*, results: Sequence[SendResult], now: datetime) -> None:
    """Store the results of calls that ended at about the same time, all in one transaction (decision 0010)."""
    lock_quotas((result.job.entity_id, result.job.network) for result in results if result.outcome in NOT_TAKEN)
    stored = _mark_published([result for result in results if result.published is not None], now)
    for result in results:
        if result.job.delivery_id not in stored:
            _RECORD[result.outcome](result, now)


MARK_PUBLISHED = """
WITH ours AS (
    SELECT delivery.id FROM outbox_delivery delivery
    JOIN unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS result (id, number) ON result.id = delivery.id
    WHERE delivery.state = 'SENDING' AND delivery.attempts_made = result.number
    AND delivery.cancel_requested_reason = '' AND delivery.kind = ANY(%(kinds)s::text[])
    ORDER BY delivery.id FOR NO KEY UPDATE OF delivery
)
UPDATE outbox_delivery delivery
SET state = 'PUBLISHED', published_at = %(now)s, remote_id = result.remote_id, url = result.url, reason_code = '',
    reason = '', candidates = '[]', leased_by = '', leased_until = NULL
FROM unnest(%(ids)s::bigint[], %(remote_ids)s::text[], %(urls)s::text[]) AS result (id, remote_id, url), ours
WHERE delivery.id = result.id AND delivery.id = ours.id
RETURNING delivery.id
"""


def _mark_published(results: Sequence[SendResult], now: datetime) -> frozenset[int]:
    """Set PUBLISHED the deliveries whose latest attempt is the one that succeeded; return their ids.

    Any other success is stored one by one, since something happened to its delivery during the call.
    """
    if not results:
        return frozenset()
    posts = [result.published for result in results if result.published]
    parameters: dict[str, Any] = {
        "ids": [result.job.delivery_id for result in results],
        "numbers": [_attempt(result.job).number for result in results],
        "kinds": list(PUBLIC_KINDS),
        "now": now,
        "remote_ids": [post.remote_id for post in posts],
        "urls": [_url(post) for post in posts],
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK_PUBLISHED, parameters)
        stored = frozenset(pk for (pk,) in cursor.fetchall())
    marked = [result for result in results if result.job.delivery_id in stored]
    attempts = [_attempt(result.job).pk for result in marked]
    Attempt.objects.filter(pk__in=attempts, outcome="").update(outcome=Outcome.PUBLISHED, ended_at=now)
    record_many(_published_event(result.job, result.published, now) for result in marked if result.published)
    for delivery in with_following_part(stored):
        release_next_part(delivery, now=now)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for result in marked:
        by_kind[result.job.subject.kind].append(result.job.delivery_id)
    for kind, ids in by_kind.items():
        handler_of(kind).on_published(ids, now=now)
    earlier = [result.job.delivery_id for result in marked if result.published and result.published.has_earlier_content]
    for delivery in Delivery.objects.filter(pk__in=earlier).select_related("entity", "account"):
        notify_owner(delivery, DeliveryEvent.PUBLISHED_EARLIER_CONTENT, now=now)
    return stored


def _published_event(job: SendJob, published: Published, now: datetime) -> EventDraft:
    return EventDraft(
        entity_id=job.entity_id,
        event_type="delivery.published",
        actor=SYSTEM,
        ref=job.ref,
        at=now,
        related=[job.subject],
        facts={"remote_id": published.remote_id, "url": _url(published), "fingerprint": job.fingerprint},
    )


def _url(published: Published) -> str:
    """Return a post's address, or nothing when it does not fit its column: the post is published all the same."""
    return published.url if len(published.url) <= LONGEST_URL else ""


def _record_published(result: SendResult, now: datetime) -> None:
    """Store a success whenever it comes, also when its worker was taken for dead or a person cancelled meanwhile.

    That the post is public is a fact, whatever the row says by then (decision 0009).
    """
    assert result.published is not None  # noqa: S101  a success names its post
    delivery = lock_delivery(result.job.delivery_id)
    _end_attempt(result, now)
    if delivery is None or delivery.state in PUBLIC:
        return
    was_cancelled = delivery.state in STOPPED or bool(delivery.cancel_requested_reason)
    publish(delivery, result.published, now=now)
    if was_cancelled and delivery.kind in PUBLIC_KINDS:
        notify_owner(delivery, DeliveryEvent.PUBLISHED_AFTER_CANCEL, now=now)


def publish(delivery: Delivery, published: Published, *, now: datetime, at: datetime | None = None) -> None:
    """Set a locked delivery published and recorded; inside the caller's transaction."""
    delivery.state, delivery.published_at = DeliveryState.PUBLISHED, at or now
    delivery.remote_id, delivery.url = published.remote_id, _url(published)
    delivery.reason_code = delivery.reason = delivery.cancel_requested_reason = ""
    delivery.candidates = []
    clear_lease(delivery)
    attempt = last_attempt(delivery)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.published",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts={
            "remote_id": published.remote_id,
            "url": delivery.url,
            "fingerprint": attempt.fingerprint if attempt else delivery.prepared_for,
        },
    )
    if delivery.kind == OperationKind.WITHDRAW:
        _mark_withdrawn(delivery, now)
        return
    release_next_part(delivery, now=now)
    handler_of(delivery.subject_kind).on_published([delivery.pk], now=now)


def _mark_withdrawn(operation: Delivery, now: datetime) -> None:
    """Set withdrawn the post that a withdrawal removed."""
    posts = Delivery.objects.select_for_update(no_key=True, of=("self",)).filter(
        account_id=operation.account_id,
        remote_id=operation.target,
        kind__in=PUBLIC_KINDS,
        state=DeliveryState.PUBLISHED,
    )
    for post in posts.select_related("account"):
        post.state = DeliveryState.WITHDRAWN
        post.save(update_fields=["state"])
        record(
            entity_id=post.entity_id,
            event_type="delivery.withdrawn",
            actor=SYSTEM,
            ref=post.ref,
            at=now,
            related=[post.subject],
            facts={"remote_id": post.remote_id},
        )


def _record_rejected(result: SendResult, now: datetime) -> None:
    """Store that the network refused it for good: a person sees why."""
    delivery, error = _attempted(result.job), _error(result)
    _end_attempt(result, now)
    # Too late: its worker was taken for dead and the network is being asked already. What the network does not have
    # is sent again, and refused again.
    if delivery is None or delivery.state != DeliveryState.SENDING:
        return
    throttling.return_quota(delivery, result.job.post, claimed_at=_attempt(result.job).started_at)
    reject_delivery(delivery, code=error.code, reason=error.reason, now=now)


def _record_deferred(result: SendResult, now: datetime) -> None:
    """Store that the network took nothing for now: due again when it says (rules 6 and 10)."""
    delivery, error = _attempted(result.job), _error(result)
    _end_attempt(result, now)
    if delivery is None or delivery.state != DeliveryState.SENDING:
        return
    throttling.return_quota(delivery, result.job.post, claimed_at=_attempt(result.job).started_at)
    delivery.state, delivery.ready_at = DeliveryState.DUE, now + wait_of(error)
    if isinstance(error, PreparedExpired):
        delivery.prepared_for, delivery.prepared = "", {**delivery.prepared, STALE: error.code}
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.deferred",
        actor=SYSTEM,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts={"code": error.code},
    )
    if delivery.cancel_requested_reason:
        cancel_delivery(delivery, reason=delivery.cancel_requested_reason, by=SYSTEM, now=now)
        return
    schedule_wakeups([delivery.ready_at], now=now)
    if not throttling.suspend_for(delivery.account, error, now=now):
        notify_obstacle(delivery, error, now=now)


def _record_uncertain(result: SendResult, now: datetime) -> None:
    """Store that nobody knows yet whether the network took it (rule 3): it is asked, never sent blindly again."""
    delivery, error = _attempted(result.job), _error(result)
    _end_attempt(result, now)
    if delivery is not None and delivery.state == DeliveryState.SENDING:
        mark_uncertain([delivery], code=error.code, reason=error.reason, now=now)


_RECORD: dict[Outcome, Callable[[SendResult, datetime], None]] = {
    Outcome.PUBLISHED: _record_published,
    Outcome.REJECTED: _record_rejected,
    Outcome.DEFERRED: _record_deferred,
    Outcome.UNCERTAIN: _record_uncertain,
}


def _attempted(job: SendJob) -> Delivery | None:
    """Return the delivery under lock while this attempt is its latest and not concluded; otherwise None.

    A worker delayed beyond its lease may find it uncertain already, or concluded by whoever asked the network.
    """
    delivery = lock_delivery(job.delivery_id)
    if delivery is None or delivery.attempts_made != _attempt(job).number:
        return None
    return delivery if delivery.state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN) else None


def _end_attempt(result: SendResult, now: datetime) -> None:
    code, reason = (result.error.code[:60], result.error.reason[:300]) if result.error else ("", "")
    Attempt.objects.filter(pk=_attempt(result.job).pk, outcome="").update(
        outcome=result.outcome, ended_at=now, code=code, reason=reason
    )


def _attempt(job: SendJob) -> Attempt:
    assert job.attempt is not None  # noqa: S101  a job of a batch always carries its attempt
    return job.attempt


def _error(result: SendResult) -> NetworkError:
    assert result.error is not None  # noqa: S101  every result that is no success has its error
    return result.error


@transaction.atomic(durable=True)
def recover_abandoned(*, now: datetime) -> int:
    """Set UNCERTAIN the sends without a result whose worker is dead or whose lease is over (rule 3).

    They are never resent blindly. Before the end of a lease, only a worker that is known to be dead has abandoned it.
    At most a batch at a time; return how many.
    """
    is_abandoned = Q(leased_until__lt=now) | Q(leased_by__in=leases_of_dead_workers())
    # Rows that somebody has locked are left for the next look: their result is being stored just now.
    abandoned = list(
        Delivery.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(is_abandoned, state=DeliveryState.SENDING)
        .select_related("account")
        .order_by("pk")[:BATCH]
    )
    Attempt.objects.filter(delivery__in=abandoned, outcome="").update(
        outcome=Outcome.UNCERTAIN, ended_at=now, code=WORKER_LOST, reason=NEVER_BACK
    )
    mark_uncertain(abandoned, code=WORKER_LOST, reason=NEVER_BACK, now=now)
    return len(abandoned)


def mark_uncertain(deliveries: Sequence[Delivery], *, code: str, reason: str, now: datetime) -> None:
    """Set locked deliveries uncertain, recorded, and to be reconciled; inside the caller's transaction."""
    if not deliveries:
        return
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        state=DeliveryState.UNCERTAIN,
        ready_at=now,
        reason_code=code[:60],
        reason=reason[:300],
        leased_by="",
        leased_until=None,
    )
    schedule_wakeups([now + SOON], now=now)
    record_many(
        EventDraft(
            entity_id=delivery.entity_id,
            event_type="delivery.uncertain",
            actor=SYSTEM,
            ref=delivery.ref,
            at=now,
            related=[delivery.subject],
            facts={"code": code},
        )
        for delivery in deliveries
    )
