"""The claim: an account's due deliveries are leased together, each with its attempt stored (rules 1 and 4)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from pregonero.errors import Refused
from pregonero.networks import pause_lock
from pregonero.networks.base import UNCERTAIN_SINCE, ApiCredentials, NetworkError, Transient, Unauthorized
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for, open_credential
from pregonero.networks.rate_limits.queries import lock_quota, try_lock_quotas
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
from pregonero.vault import SecretUnreadable

MOST_IN_FLIGHT = 256  # deliveries of one account, over all workers
SOON = timedelta(milliseconds=1)
INTERNAL_ERROR = Transient(
    "Pregonero tuvo un error suyo; quien lo administra debe mirar el registro.", code="bug", retry_after=60
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ClaimedDelivery:
    """A locked delivery that is going to be sent, with what it sends and as whom."""

    delivery: Delivery
    outgoing: Outgoing
    credentials: ApiCredentials


@transaction.atomic(durable=True)
def claim_batch(
    *, account_id: int, worker: str, limit: int, now: datetime, only: int | None = None, with_others: bool = False
) -> list[SendJob]:
    """Lease an account's due deliveries to send them, oldest first, each with its attempt stored.

    Everything is read again under lock (rule 11): state, account, holds, limits and content. What is not prepared for
    its present content goes back to preparing. It commits before any call is made (rule 1). No account has more than
    `MOST_IN_FLIGHT`, so that a slow one does not take every worker. With `only`, claim that delivery alone; with
    `with_others`, fill the batch with what other accounts of its network have due: a claim costs about the same for
    one as for many, and a network that does not answer makes no other one wait.
    """
    if not queue.has_due(account_id=account_id, now=now, with_others=with_others):
        return []  # without making others wait for the locks
    pause_lock.enter_send_section()
    lock_quota(account_id)
    claimed = _claim_own(account_id, limit, now, only)
    if with_others and len(claimed) < limit:
        claimed += _claim_others(account_id, limit - len(claimed), now)
    return _lease(claimed, worker, now)


def _claim_own(account_id: int, limit: int, now: datetime, only: int | None) -> list[ClaimedDelivery]:
    limit = min(limit, queue.free_slots(accounts=[account_id], limit=MOST_IN_FLIGHT, now=now)[account_id])
    due = queue.lock_due(account_id=account_id, now=now, limit=limit, only=only)
    if not due:
        return []
    try:
        credentials = credentials_for(due[0].account)
    except (Refused, SecretUnreadable) as error:
        for delivery in due:
            _postpone(delivery, Unauthorized(str(error), code="not_connected"), now)
        return []
    posts, others = _split(_prepared(due, credentials, now))
    if posts:
        locked = [each.delivery for each in posts]
        # The posts that the network's limits do not admit wait, with the reason (rule 6).
        admitted = throttling.admit(locked[0].account, [each.outgoing.post for each in posts], locked, now=now)
        posts = posts[:admitted]
    return others + posts


def _claim_others(account_id: int, limit: int, now: datetime) -> list[ClaimedDelivery]:
    """Claim what other accounts have due and nothing prevents; an account with an obstacle is left to its own job.

    It waits for no lock: a claim holds the quotas of one application and may not wait for another one's.
    """
    due = queue.due_beside(account_id=account_id, now=now, limit=limit)
    locked = try_lock_quotas((account.entity_id, account.network) for account in due.values())
    free = {pk: account for pk, account in due.items() if (account.entity_id, account.network) in locked}
    slots = queue.free_slots(accounts={account.pk for account in free.values()}, limit=MOST_IN_FLIGHT, now=now)
    claimed: list[ClaimedDelivery] = []
    for account, deliveries in queue.lock_due_of_all(free, now=now).items():
        claimed += _without_obstacles(account, deliveries[: slots[account.pk]], now)
    return claimed


def _without_obstacles(account: Account, due: list[Delivery], now: datetime) -> list[ClaimedDelivery]:
    try:
        credentials = open_credential(account, account.credential)[0]
        ready = [
            ClaimedDelivery(delivery, outgoing, credentials)
            for delivery, outgoing in zip(due, map(outgoing_of, due, repeat(surroundings_of(due))), strict=True)
            if outgoing.fingerprint == delivery.prepared_for
        ]
    except DatabaseError:
        raise
    except Exception:  # its own claim says what it is, where people see it
        log.warning("account.left_to_its_own_claim", account=account.pk, exc_info=True)
        return []
    posts, others = _split(ready)
    if posts:
        posts = posts[: throttling.admitted(account, [each.outgoing.post for each in posts], now=now).admitted]
    return others + posts


def _split(claimed: list[ClaimedDelivery]) -> tuple[list[ClaimedDelivery], list[ClaimedDelivery]]:
    """Return the posts, which the network's limits count, and the other operations."""
    posts = [each for each in claimed if each.delivery.kind in PUBLIC_KINDS]
    return posts, [each for each in claimed if each.delivery.kind not in PUBLIC_KINDS]


def _prepared(due: list[Delivery], credentials: ApiCredentials, now: datetime) -> list[ClaimedDelivery]:
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
            claimed.append(ClaimedDelivery(delivery, outgoing, credentials))
        else:
            changed.append(delivery.pk)  # prepared for other content: it is prepared again first (rule 7)
    Delivery.objects.filter(pk__in=changed).update(prepared_for="")
    return claimed


def _lease(claimed: list[ClaimedDelivery], worker: str, now: datetime) -> list[SendJob]:
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
            credentials=each.credentials,
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
