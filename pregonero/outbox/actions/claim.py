"""The claim: an account's due deliveries are leased together, each with its attempt stored (rules 1 and 4)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from pregonero.errors import Refused
from pregonero.networks import pause_lock
from pregonero.networks.base import UNCERTAIN_SINCE, ApiCredentials, NetworkError, Transient, Unauthorized
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.queries import lock_quota
from pregonero.outbox.actions import throttling
from pregonero.outbox.actions.prepare import wait_of
from pregonero.outbox.models import PUBLIC_KINDS, Attempt, Delivery
from pregonero.outbox.queries import queue
from pregonero.outbox.queries.deliveries import Outgoing, outgoing_of, surroundings_of, uncertain_since
from pregonero.outbox.send_job import SendJob, lease_name
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import notify_obstacle
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record_many

MOST_IN_FLIGHT = 256  # deliveries of one account, over all workers
SOON = timedelta(milliseconds=1)
INTERNAL_ERROR = Transient(
    "Pregonero tuvo un error suyo; quien lo administra debe mirar el registro.", code="bug", retry_after=60
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ClaimedDelivery:
    """A locked delivery that is going to be sent, with what it sends."""

    delivery: Delivery
    outgoing: Outgoing


@transaction.atomic(durable=True)
def claim_batch(*, account_id: int, worker: str, limit: int, now: datetime, only: int | None = None) -> list[SendJob]:
    """Lease an account's due deliveries to send them, oldest first, each with its attempt stored.

    Everything is read again under lock (rule 11): state, account, holds, limits and content. What is not prepared for
    its present content goes back to preparing. It commits before any call is made (rule 1). No account has more than
    `MOST_IN_FLIGHT`, so that a slow one does not take every worker. With `only`, claim that delivery alone.
    """
    pause_lock.enter_send_section()
    lock_quota(account_id)
    limit = min(limit, queue.free_slots(account_id=account_id, limit=MOST_IN_FLIGHT, now=now))
    due = queue.lock_due(account_id=account_id, now=now, limit=limit, only=only)
    if not due:
        return []
    try:
        credentials = credentials_for(due[0].account)
    except Refused as refusal:
        for delivery in due:
            _postpone(delivery, Unauthorized(refusal.message, code="not_connected"), now)
        return []
    return _lease(_admitted(_prepared(due, now), now), credentials, worker, now)


def _admitted(claimed: list[ClaimedDelivery], now: datetime) -> list[ClaimedDelivery]:
    """Return those that the network's limits admit, in order; the other posts wait, with the reason (rule 6)."""
    posts = [each for each in claimed if each.delivery.kind in PUBLIC_KINDS]
    others = [each for each in claimed if each.delivery.kind not in PUBLIC_KINDS]
    if not posts:
        return others
    locked = [each.delivery for each in posts]
    count = throttling.admit(locked[0].account, [each.outgoing.post for each in posts], locked, now=now)
    return others + posts[:count]


def _prepared(due: list[Delivery], now: datetime) -> list[ClaimedDelivery]:
    """Return those that are prepared for the content that they would send now."""
    claimed: list[ClaimedDelivery] = []
    changed: list[int] = []
    around = surroundings_of(due)
    for delivery in due:
        try:
            outgoing = outgoing_of(delivery, around)
        except Exception:
            log.exception("delivery.unreadable", delivery=delivery.pk)
            _postpone(delivery, INTERNAL_ERROR, now)
            continue
        if outgoing.fingerprint == delivery.prepared_for:
            claimed.append(ClaimedDelivery(delivery, outgoing))
        else:
            changed.append(delivery.pk)  # prepared for other content: it is prepared again first (rule 7)
    Delivery.objects.filter(pk__in=changed).update(prepared_for="")
    return claimed


def _lease(claimed: list[ClaimedDelivery], credentials: ApiCredentials, worker: str, now: datetime) -> list[SendJob]:
    """Store that they are being sent, and the attempt of each."""
    if not claimed:
        return []
    uncertain = uncertain_since([each.delivery for each in claimed if each.delivery.attempts_made])
    lease, until = lease_name(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    Delivery.objects.filter(pk__in=[each.delivery.pk for each in claimed]).update(
        state=DeliveryState.SENDING,
        attempts_made=F("attempts_made") + 1,
        checks_made=0,
        leased_by=lease,
        leased_until=until,
    )
    attempts = [_attempt(each, worker, now) for each in claimed]
    _insert(attempts)
    jobs = []
    for each, attempt in zip(claimed, attempts, strict=True):
        each.delivery.leased_by, each.delivery.checks_made = lease, 0
        job = SendJob.of(
            each.delivery,
            post=each.outgoing.post,
            fingerprint=each.outgoing.fingerprint,
            credentials=credentials,
            attempt=attempt,
        )
        since = uncertain.get(job.delivery_id)
        # A repeat: the network may have the earlier one, and the connector judges a duplicate refusal accordingly.
        jobs.append(job if since is None else job.with_hints({UNCERTAIN_SINCE: since.isoformat()}))
    record_many(_attempted_event(job, attempt) for job, attempt in zip(jobs, attempts, strict=True))
    # If this worker dies, somebody looks as soon as its lease is over.
    schedule_wakeups([until + SOON], now=now)
    return jobs


def _attempt(claimed: ClaimedDelivery, worker: str, now: datetime) -> Attempt:
    delivery, outgoing = claimed.delivery, claimed.outgoing
    return Attempt(
        delivery=delivery,
        number=delivery.attempts_made + 1,
        started_at=now,
        worker=worker,
        fingerprint=outgoing.fingerprint,
        content=outgoing.content,
        prepared=delivery.prepared,
    )


def _attempted_event(job: SendJob, attempt: Attempt) -> EventDraft:
    return EventDraft(
        entity_id=job.entity_id,
        event_type="delivery.attempted",
        actor=SYSTEM,
        ref=job.ref,
        at=attempt.started_at,
        related=[job.subject],
        facts={"attempt": attempt.number, "fingerprint": job.fingerprint},
    )


# One statement for all, since every delivery passes here (decision 0010).
INSERT = """
INSERT INTO outbox_attempt
    (delivery_id, number, started_at, worker, fingerprint, content, prepared, outcome, code, reason)
SELECT attempt.*, '', '', '' FROM jsonb_to_recordset(%s::jsonb) AS attempt
    (delivery_id bigint, number int, started_at timestamptz, worker text, fingerprint text, content jsonb,
     prepared jsonb)
RETURNING delivery_id, id
"""
FIELDS = ("delivery_id", "number", "worker", "fingerprint", "content", "prepared")


def _insert(attempts: Sequence[Attempt]) -> None:
    rows = [
        {"started_at": attempt.started_at.isoformat(), **{name: getattr(attempt, name) for name in FIELDS}}
        for attempt in attempts
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [json.dumps(rows)])
        ids = dict(cursor.fetchall())
    for attempt in attempts:
        attempt.pk, attempt._state.adding = ids[attempt.delivery_id], False


@transaction.atomic(durable=True)
def skip_delivery(*, delivery_id: int, now: datetime) -> None:
    """Skip one delivery whose row the database rejected; the rest of its batch is sent."""
    delivery = queue.lock_delivery(delivery_id, unleased_at=now)
    if delivery is not None and delivery.state == DeliveryState.DUE:
        _postpone(delivery, INTERNAL_ERROR, now)


def _postpone(delivery: Delivery, error: NetworkError, now: datetime) -> None:
    """Store, where people see it, why a delivery cannot be sent as it is, and try again later."""
    delivery.ready_at, delivery.reason_code, delivery.reason = now + wait_of(error), error.code, error.reason[:300]
    delivery.save(update_fields=["ready_at", "reason_code", "reason"])
    schedule_wakeups([delivery.ready_at], now=now)
    notify_obstacle(delivery, error, now=now)
