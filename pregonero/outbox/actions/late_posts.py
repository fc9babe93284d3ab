"""Posts that a network takes after our call gave up: superseding the call before an edit, and looking again later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from pregonero.networks.base import Finding, Published, Verdict
from pregonero.outbox.actions.cancellation import RECHECK_AFTER
from pregonero.outbox.actions.outcomes import publish
from pregonero.outbox.actions.prepare import lease_for, lock_leased
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.deliveries import every_unanswered_attempt
from pregonero.outbox.queries.queue import known_posts, lock_delivery
from pregonero.outbox.send_job import SendJob, UnansweredAttempt
from pregonero.outbox.states import PUBLIC, STOPPED, WAITING
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, record

GIVE_UP_AFTER = timedelta(days=7)
"""How long after an attempt its network is still asked, when it cannot be read: its account may be gone for good."""
log = structlog.get_logger(__name__)


@transaction.atomic(durable=True)
def store_superseded(*, job: SendJob, number: int, carry: dict[str, Any], now: datetime) -> bool:
    """Store that an attempt without an answer cannot become a second post; False when the lease was lost.

    `carry` is what the next preparation continues from: the key or id that both contents share.
    """
    leased = Delivery.objects.filter(pk=job.delivery_id, leased_by=job.lease, state__in=WAITING)
    prepared = {**carry, "fingerprint": job.fingerprint} if carry else {}
    return bool(leased.update(superseded_attempt=number, prepared=prepared, leased_until=now + lease_for(job.post)))


@transaction.atomic(durable=True)
def publish_superseded(*, job: SendJob, attempt: UnansweredAttempt, published: Published, now: datetime) -> None:
    """Set published a delivery whose earlier attempt was taken late; tell its owner when the content was another."""
    delivery = lock_leased(job)
    if delivery is None:
        return
    publish(delivery, published, now=now)
    if attempt.fingerprint != job.fingerprint:
        notify_owner(delivery, DeliveryEvent.PUBLISHED_EARLIER_CONTENT, now=now)


@transaction.atomic(durable=True)
def start_recheck(*, delivery_id: int, now: datetime) -> tuple[Delivery, tuple[UnansweredAttempt, ...]] | None:
    """Return a delivery that is due to be looked at again, with its unanswered attempts; None when there is none.

    The same look is scheduled again first: it is lost neither with its worker nor with a network that does not answer.
    """
    delivery = lock_delivery(delivery_id)
    if delivery is None or delivery.recheck_at is None or delivery.recheck_at > now:
        return None
    if delivery.state not in STOPPED and delivery.state not in PUBLIC:
        # It is reconciled or superseded on its way, and looked at again afterwards.
        _schedule_next_recheck(delivery, now)
        return None
    attempts = every_unanswered_attempt(delivery)
    if not attempts or now - attempts[-1].started_at > GIVE_UP_AFTER:
        delivery.recheck_at = None
        delivery.save(update_fields=["recheck_at"])
        log.warning("delivery.recheck_abandoned", delivery=delivery.pk)
        return None
    delivery.recheck_at = now + timedelta(seconds=RECHECK_AFTER[delivery.rechecks_made])
    delivery.save(update_fields=["recheck_at"])
    schedule_wakeups([delivery.recheck_at], now=now)
    return delivery, attempts


def _schedule_next_recheck(delivery: Delivery, now: datetime) -> None:
    delivery.rechecks_made += 1
    later = RECHECK_AFTER[delivery.rechecks_made :]
    delivery.recheck_at = now + timedelta(seconds=later[0]) if later else None
    delivery.save(update_fields=["rechecks_made", "recheck_at"])
    if delivery.recheck_at is not None:
        schedule_wakeups([delivery.recheck_at], now=now)


def posts_of_others(delivery: Delivery, attempt: UnansweredAttempt) -> frozenset[str]:
    """Return the ids of the account's posts that cannot be the late post: those of other deliveries, and its own."""
    own = {delivery.remote_id} if delivery.remote_id else set()
    return known_posts(delivery, since=attempt.started_at) | own


@transaction.atomic(durable=True)
def record_recheck(*, delivery_id: int, findings: Sequence[Finding], now: datetime) -> None:
    """Store that a network was asked again about a delivery's attempts, and the post that it took late, if any.

    The delivery is then published, or published twice, and a person is told.
    """
    delivery = lock_delivery(delivery_id)
    if delivery is None or delivery.recheck_at is None:
        return
    _schedule_next_recheck(delivery, now)
    for finding in findings:
        if finding.verdict == Verdict.PUBLISHED and finding.published is not None:
            _record_late_post(delivery, finding.published, now)


def _record_late_post(delivery: Delivery, published: Published, now: datetime) -> None:
    if delivery.state in STOPPED:
        publish(delivery, published, now=now)
        if delivery.kind in PUBLIC_KINDS:
            notify_owner(delivery, DeliveryEvent.PUBLISHED_AFTER_CANCEL, now=now)
    elif delivery.state in PUBLIC and published.remote_id != delivery.remote_id:
        record(
            entity_id=delivery.entity_id,
            event_type="delivery.found_twice",
            actor=SYSTEM,
            ref=delivery.ref,
            at=now,
            related=[delivery.subject],
            facts={"remote_id": published.remote_id, "url": published.url},
        )
        delivery.reason = f"También salió en {published.url}"[:300]
        delivery.recheck_at = None
        delivery.save(update_fields=["reason", "recheck_at"])
        notify_owner(delivery, DeliveryEvent.PUBLISHED_TWICE, now=now)
