"""The worker's acts around the commit call: the claim with its attempt, and what came of it (rules 1 to 4)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from pregonero.networks.base import STALE, NetworkError, Permanent, PreparedExpired, Published, Unknown
from pregonero.networks.rate_limits.queries import lock_quotas
from pregonero.publishing import queries
from pregonero.publishing.actions import throttling
from pregonero.publishing.actions.claim import claim_batch
from pregonero.publishing.actions.prepare import cancel, clear_lease, reject, release_next_part, wait_of
from pregonero.publishing.actions.recovery import become_uncertain, recover_abandoned
from pregonero.publishing.models import Attempt, Delivery, Outcome
from pregonero.publishing.notifications import notify_obstacle, notify_publishers
from pregonero.publishing.send_job import SendJob, SendResult
from pregonero.publishing.states import PUBLIC, STOPPED, DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record, record_many

__all__ = [
    "claim_batch",
    "publish",
    "record_outcomes",
    "recover_abandoned",
    "settle_deferred",
    "settle_published",
    "settle_rejected",
    "settle_uncertain",
]

LONGEST_URL = 500
GIVES_BACK = (Outcome.DEFERRED, Outcome.REJECTED)  # the network took nothing: others may have its room


def settle_published(*, work: SendJob, published: Published, now: datetime) -> None:
    """Keep that the network published it."""
    record_outcomes(ended=[SendResult(work, Outcome.PUBLISHED, published=published)], now=now)


def settle_rejected(*, work: SendJob, error: Permanent, now: datetime) -> None:
    """Keep that the network said no, for good."""
    record_outcomes(ended=[SendResult(work, Outcome.REJECTED, error=error)], now=now)


def settle_deferred(*, work: SendJob, error: NetworkError, now: datetime) -> None:
    """Keep that the network said "not now" and took nothing."""
    record_outcomes(ended=[SendResult(work, Outcome.DEFERRED, error=error)], now=now)


def settle_uncertain(*, work: SendJob, code: str, reason: str, now: datetime) -> None:
    """Keep that nobody can know yet whether the network took it."""
    record_outcomes(ended=[SendResult(work, Outcome.UNCERTAIN, error=Unknown(reason, code=code))], now=now)


@transaction.atomic(durable=True)
def record_outcomes(*, ended: Sequence[SendResult], now: datetime) -> None:
    """Keep what came of calls that ended at about the same time, all in one transaction (decision 0010)."""
    lock_quotas((each.work.entity_id, each.work.network) for each in ended if each.outcome in GIVES_BACK)
    plain = _keep_plain_yes([each for each in ended if each.published is not None], now)
    for each in ended:
        if each.work.delivery_id not in plain:
            _SETTLE[each.outcome](each, now)


MARK_PUBLISHED = """
WITH ours AS (
    SELECT delivery.id FROM publishing_delivery delivery
    JOIN unnest(%(ids)s::bigint[], %(numbers)s::int[]) AS said (id, number) ON said.id = delivery.id
    WHERE delivery.state = 'SENDING' AND delivery.attempts_made = said.number AND delivery.cancel_requested_reason = ''
    ORDER BY delivery.id FOR UPDATE OF delivery
)
UPDATE publishing_delivery delivery
SET state = 'PUBLISHED', published_at = %(now)s, remote_id = said.remote_id, url = said.url, reason_code = '',
    reason = '', candidates = '[]', leased_by = '', leased_until = NULL
FROM unnest(%(ids)s::bigint[], %(remote_ids)s::text[], %(urls)s::text[]) AS said (id, remote_id, url), ours
WHERE delivery.id = said.id AND delivery.id = ours.id
RETURNING delivery.id
"""


def _keep_plain_yes(ended: Sequence[SendResult], now: datetime) -> frozenset[int]:
    """Keep the yes of those that are still being sent by the very attempt that asked, and return which they were.

    Any other yes is a fact too, and is kept by itself: what became of the delivery meanwhile is looked at first.
    """
    if not ended:
        return frozenset()
    ids = [each.work.delivery_id for each in ended]
    posts = [each.published for each in ended if each.published]
    about: dict[str, Any] = {
        "ids": ids, "numbers": [_attempt(each.work).number for each in ended], "now": now,
        "remote_ids": [post.remote_id for post in posts], "urls": [_address(post) for post in posts],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MARK_PUBLISHED, about)
        kept = frozenset(pk for (pk,) in cursor.fetchall())
    plain = [each for each in ended if each.work.delivery_id in kept]
    attempts = [_attempt(each.work).pk for each in plain]
    Attempt.objects.filter(pk__in=attempts, outcome="").update(outcome=Outcome.PUBLISHED, ended_at=now)
    record_many(_act_of(each.work, each.published, now) for each in plain if each.published)
    for above in queries.with_followers(kept):
        release_next_part(above, now=now)
    return kept


def _act_of(work: SendJob, published: Published, now: datetime) -> EventDraft:
    return EventDraft(
        entity_id=work.entity_id, event_type="delivery.published", actor=SYSTEM, ref=work.ref, at=now,
        related=[work.publication],
        facts={"remote_id": published.remote_id, "url": _address(published), "fingerprint": work.fingerprint},
    )  # fmt: skip


def _address(published: Published) -> str:
    """Return a post's address; what is out is out, whatever its address."""
    return published.url if len(published.url) <= LONGEST_URL else ""


def _published(ended: SendResult, now: datetime) -> None:
    """Keep a yes whenever it comes: it is a fact.

    Also when the worker was taken for dead, and the delivery is due again, waits for a person, or was stopped
    meanwhile (decision 0009).
    """
    assert ended.published is not None  # noqa: S101  a yes names its post
    delivery = queries.lock_delivery(ended.work.delivery_id)
    _end_attempt(ended, now)
    if delivery is None or delivery.state in PUBLIC:
        return
    stopped = delivery.state in STOPPED or bool(delivery.cancel_requested_reason)
    publish(delivery, ended.published, now=now)
    if stopped:
        notify_publishers(delivery, kind="delivery.out_anyway", now=now)


def publish(delivery: Delivery, published: Published, *, now: datetime, at: datetime | None = None) -> None:
    """Leave a locked delivery published and recorded; inside the caller's transaction."""
    delivery.state, delivery.published_at = DeliveryState.PUBLISHED, at or now
    delivery.remote_id, delivery.url = published.remote_id, _address(published)
    delivery.reason_code = delivery.reason = delivery.cancel_requested_reason = ""
    delivery.candidates = []
    clear_lease(delivery)
    sent = queries.last_attempt(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.published", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref],
        facts={
            "remote_id": published.remote_id, "url": delivery.url,
            "fingerprint": sent.fingerprint if sent else delivery.prepared_for,
        },
    )  # fmt: skip
    release_next_part(delivery, now=now)


def _rejected(ended: SendResult, now: datetime) -> None:
    """The network said no, for good: a person sees why."""
    delivery, error = _attempted(ended.work), _error(ended)
    _end_attempt(ended, now)
    # Too late to be heard: taken for dead, it is being found out already, and what the network does not have is sent
    # again and refused again.
    if delivery is None or delivery.state != DeliveryState.SENDING:
        return
    throttling.give_back(delivery, ended.work.post, claimed_at=_attempt(ended.work).started_at)
    reject(delivery, code=error.code, reason=error.reason, now=now)


def _deferred(ended: SendResult, now: datetime) -> None:
    """The network said "not now" and took nothing: due again, when it says (rules 6 and 10)."""
    delivery, error = _attempted(ended.work), _error(ended)
    _end_attempt(ended, now)
    if delivery is None or delivery.state != DeliveryState.SENDING:
        return
    throttling.give_back(delivery, ended.work.post, claimed_at=_attempt(ended.work).started_at)
    delivery.state, delivery.ready_at = DeliveryState.DUE, now + wait_of(error)
    if isinstance(error, PreparedExpired):
        # What was prepared has died at the network: it is prepared again.
        delivery.prepared_for, delivery.prepared = "", {**delivery.prepared, STALE: error.code}
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id, event_type="delivery.deferred", actor=SYSTEM, ref=delivery.ref, at=now,
        related=[delivery.publication.ref], facts={"code": error.code},
    )  # fmt: skip
    if delivery.cancel_requested_reason:
        cancel(delivery, reason=delivery.cancel_requested_reason, by=SYSTEM, now=now)
        return
    schedule_wakeups([delivery.ready_at], now=now)
    if not throttling.stop_for(delivery.account, error, now=now):
        notify_obstacle(delivery, error, now=now)


def _uncertain(ended: SendResult, now: datetime) -> None:
    """Nobody can know yet whether the network took it (rule 3): it is asked, never sent blindly again."""
    delivery, error = _attempted(ended.work), _error(ended)
    _end_attempt(ended, now)
    if delivery is not None and delivery.state == DeliveryState.SENDING:
        become_uncertain([delivery], code=error.code, reason=error.reason, now=now)


_SETTLE: dict[Outcome, Callable[[SendResult, datetime], None]] = {
    Outcome.PUBLISHED: _published,
    Outcome.REJECTED: _rejected,
    Outcome.DEFERRED: _deferred,
    Outcome.UNCERTAIN: _uncertain,
}


def _attempted(work: SendJob) -> Delivery | None:
    """Return the delivery under lock while this attempt is still its last word, or nothing.

    A worker that was held up beyond its lease may find it uncertain already, or settled by whoever asked the network.
    """
    delivery = queries.lock_delivery(work.delivery_id)
    if delivery is None or delivery.attempts_made != _attempt(work).number:
        return None
    return delivery if delivery.state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN) else None


def _end_attempt(ended: SendResult, now: datetime) -> None:
    code, reason = (ended.error.code[:60], ended.error.reason[:300]) if ended.error else ("", "")
    Attempt.objects.filter(pk=_attempt(ended.work).pk, outcome="").update(
        outcome=ended.outcome, ended_at=now, code=code, reason=reason
    )


def _attempt(work: SendJob) -> Attempt:
    assert work.attempt is not None  # noqa: S101  a wave's work always carries its attempt
    return work.attempt


def _error(ended: SendResult) -> NetworkError:
    assert ended.error is not None  # noqa: S101  what is not a yes says why
    return ended.error
