"""The claim: an account's due deliveries are taken together, each with its attempt written down (rules 1 and 4)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from pregonero.errors import Refused
from pregonero.networks import pause_lock
from pregonero.networks.base import UNCERTAIN_SINCE, ApiCredentials, NetworkError, Post, Transient, Unauthorized
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.queries import lock_quota
from pregonero.publishing import queries
from pregonero.publishing.actions import throttling
from pregonero.publishing.actions.prepare import wait_of
from pregonero.publishing.models import Attempt, Delivery
from pregonero.publishing.notifications import notify_obstacle
from pregonero.publishing.payload import content_of, fingerprint_of, post_of
from pregonero.publishing.send_job import SendJob, lease_owner
from pregonero.publishing.states import DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record_many

MOST_AT_ONCE = 256  # deliveries of one account in the air, of all workers together
SOON = timedelta(milliseconds=1)
INTERNAL_ERROR = Transient(
    "Pregonero tuvo un error suyo; quien lo administra debe mirar el registro.", code="bug", retry_after=60
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ClaimedDelivery:
    """A locked delivery that is going to be sent, with what goes out."""

    delivery: Delivery
    post: Post
    content: dict[str, Any]
    fingerprint: str


@transaction.atomic(durable=True)
def claim_batch(*, account_id: int, worker: str, limit: int, now: datetime, only: int | None = None) -> list[SendJob]:
    """Take an account's due deliveries to send them, oldest minute first, each with its attempt written down.

    Everything is read again under lock (rule 11): the publication's state, the account's, who holds it, and the very
    words. What is not prepared for the words of now is left for preparing. Committed before any call is made (rule 1).
    No account has more than `MOST_AT_ONCE` in the air, so that a slow one does not take every worker's places. With
    `only`, that delivery alone.
    """
    pause_lock.enter_send_section()
    lock_quota(account_id)
    limit = min(limit, queries.places_for(account_id=account_id, most=MOST_AT_ONCE, now=now))
    due = queries.lock_due(account_id=account_id, now=now, limit=limit, only=only)
    if not due:
        return []
    try:
        access = credentials_for(due[0].account)
    except Refused as refusal:
        for delivery in due:
            _leave_aside(delivery, Unauthorized(refusal.message, code="not_connected"), now)
        return []
    return _take(_admitted(_readable(due, now), now), access, worker, now)


def _admitted(taken: list[ClaimedDelivery], now: datetime) -> list[ClaimedDelivery]:
    """Return those for which the network's limits have room, in their order; the others wait, and say why (rule 6)."""
    if not taken:
        return []
    posts, locked = [each.post for each in taken], [each.delivery for each in taken]
    return taken[: throttling.admit(locked[0].account, posts, locked, now=now)]


def _readable(due: list[Delivery], now: datetime) -> list[ClaimedDelivery]:
    """Return those that are prepared for the very words that would go out now."""
    words = queries.adaptations_for(due)
    taken: list[ClaimedDelivery] = []
    changed: list[int] = []
    for delivery in due:
        try:
            post = post_of(words[delivery.pk], queries.place_of(delivery))
            content = content_of(words[delivery.pk], post)
            fingerprint = fingerprint_of(content)
        except Exception:
            log.exception("delivery.unreadable", delivery=delivery.pk)
            _leave_aside(delivery, INTERNAL_ERROR, now)
            continue
        if fingerprint == delivery.prepared_for:
            taken.append(ClaimedDelivery(delivery, post, content, fingerprint))
        else:
            changed.append(delivery.pk)  # other words than those prepared: it is prepared again first (rule 7)
    Delivery.objects.filter(pk__in=changed).update(prepared_for="")
    return taken


def _take(taken: list[ClaimedDelivery], access: ApiCredentials, worker: str, now: datetime) -> list[SendJob]:
    """Write down that they are being sent, and the attempt of each."""
    if not taken:
        return []
    again = queries.uncertain_since([each.delivery for each in taken if each.delivery.attempts_made])
    mine, until = lease_owner(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    Delivery.objects.filter(pk__in=[each.delivery.pk for each in taken]).update(
        state=DeliveryState.SENDING,
        attempts_made=F("attempts_made") + 1,
        checks_made=0,
        leased_by=mine,
        leased_until=until,
    )
    attempts = [
        Attempt(
            delivery=each.delivery, number=each.delivery.attempts_made + 1, started_at=now, worker=worker,
            fingerprint=each.fingerprint, content=each.content, prepared=each.delivery.prepared,
        )
        for each in taken
    ]  # fmt: skip
    _insert(attempts)
    works = []
    for each, attempt in zip(taken, attempts, strict=True):
        each.delivery.leased_by, each.delivery.checks_made = mine, 0
        work = SendJob.of(each.delivery, post=each.post, fingerprint=each.fingerprint, access=access, attempt=attempt)
        since = again.get(work.delivery_id)
        # A repeat: the network may hold the one before, and the connector judges a refusal of it in that light.
        works.append(work if since is None else work.with_hints({UNCERTAIN_SINCE: since.isoformat()}))
    record_many(
        EventDraft(
            entity_id=work.entity_id, event_type="delivery.attempted", actor=SYSTEM, ref=work.ref, at=now,
            related=[work.publication], facts={"attempt": attempt.number, "fingerprint": work.fingerprint},
        )
        for work, attempt in zip(works, attempts, strict=True)
    )  # fmt: skip
    # Should this worker die, somebody looks as soon as its lease is over.
    schedule_wakeups([until + SOON], now=now)
    return works


# In one statement, since this is on the way of every delivery (decision 0010).
INSERT = """
INSERT INTO publishing_attempt
    (delivery_id, number, started_at, worker, fingerprint, content, prepared, outcome, code, reason)
SELECT one.*, '', '', '' FROM jsonb_to_recordset(%s::jsonb) AS one
    (delivery_id bigint, number int, started_at timestamptz, worker text, fingerprint text, content jsonb,
     prepared jsonb)
RETURNING delivery_id, id
"""


def _insert(attempts: Sequence[Attempt]) -> None:
    rows = [
        {
            "delivery_id": each.delivery_id, "number": each.number, "started_at": each.started_at.isoformat(),
            "worker": each.worker, "fingerprint": each.fingerprint, "content": each.content, "prepared": each.prepared,
        }
        for each in attempts
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [json.dumps(rows)])
        numbers = dict(cursor.fetchall())
    for each in attempts:
        each.pk, each._state.adding = numbers[each.delivery_id], False


@transaction.atomic(durable=True)
def skip_delivery(*, delivery_id: int, now: datetime) -> None:
    """Leave a due delivery that the database would not take with its wave; the others go on without it."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is not None and delivery.state == DeliveryState.DUE:
        _leave_aside(delivery, INTERNAL_ERROR, now)


def _leave_aside(delivery: Delivery, error: NetworkError, now: datetime) -> None:
    """Leave what cannot go out as it is where people see why, and look at it again in a while."""
    delivery.ready_at, delivery.reason_code, delivery.reason = now + wait_of(error), error.code, error.reason[:300]
    delivery.save(update_fields=["ready_at", "reason_code", "reason"])
    schedule_wakeups([delivery.ready_at], now=now)
    notify_obstacle(delivery, error, now=now)
