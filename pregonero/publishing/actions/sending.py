"""The worker's acts around the commit call: the claim with its attempt, and what came of it (rules 1 to 4)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from pregonero.networks import gate
from pregonero.networks.base import STALE, UNCERTAIN_SINCE, NetworkError, Permanent, Published, Stale
from pregonero.networks.models import AccountState
from pregonero.publishing import queries
from pregonero.publishing.actions.preparing import cancel, let_followers_go, reject, release, wait_of
from pregonero.publishing.alarms import set_alarms
from pregonero.publishing.content import content_of, fingerprint_of, post_of
from pregonero.publishing.models import Attempt, Delivery, Outcome, PublicationState
from pregonero.publishing.states import PUBLIC, STOPPED, DeliveryState
from pregonero.publishing.telling import tell_networks_people, tell_of_obstacle
from pregonero.publishing.work import Work, holder
from pregonero.records.actions import SYSTEM, record

MOST_AT_ONCE = 64  # deliveries of one account in the air, of all workers together
SOON = timedelta(milliseconds=1)
LONGEST_URL = 500


@transaction.atomic(durable=True)
def claim_wave(*, account_id: int, worker: str, limit: int, now: datetime) -> list[Work]:
    """Take an account's due deliveries to send them, oldest minute first, each with its attempt written down.

    Everything is read again under lock (rule 11): the publication's state, the account's, who holds it, and the very
    words. What is not prepared for the words of now is left for preparing. Committed before any call (rule 1).
    No account has more than `MOST_AT_ONCE` in the air, so that a slow one does not take every worker's places.
    """
    gate.pass_through()
    limit = min(limit, MOST_AT_ONCE - queries.in_flight(account_id=account_id, now=now))
    if limit <= 0:
        return []
    waiting = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(
            queries.free(now),
            queries.not_stopped(),
            account_id=account_id,
            account__state=AccountState.ACTIVE,
            publication__state=PublicationState.PROGRAMMED,
            state=DeliveryState.DUE,
            ready_at__lte=now,
            expires_at__gte=now,
        )
        .exclude(prepared_for="")
        .select_related("publication__entity", "account")
        .order_by("due_at", "pk")[:limit]
    )
    claimed = [work for delivery in waiting if (work := _claim(delivery, worker, now)) is not None]
    if claimed:
        # Should this worker die, somebody looks as soon as its lease is over.
        set_alarms([now + timedelta(seconds=settings.LEASE_SECONDS, milliseconds=1)], now=now)
    return claimed


def _claim(delivery: Delivery, worker: str, now: datetime) -> Work | None:
    adaptation = queries.adaptation_of(delivery)
    post = post_of(adaptation, queries.place_of(delivery))
    content = content_of(adaptation, post)
    fingerprint = fingerprint_of(content)
    if fingerprint != delivery.prepared_for:
        delivery.prepared_for = ""  # other words than those prepared: it is prepared again first (rule 7)
        delivery.save(update_fields=["prepared_for"])
        return None
    delivery.state = DeliveryState.SENDING
    delivery.attempts_made += 1
    delivery.looks = 0
    delivery.held_by, delivery.held_until = holder(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    delivery.save()
    attempt = Attempt.objects.create(
        delivery=delivery, number=delivery.attempts_made, started_at=now, worker=worker,
        fingerprint=fingerprint, content=content, prepared=delivery.prepared,
    )  # fmt: skip
    record(
        entity_id=delivery.entity_id, verb="delivery.attempted", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"attempt": attempt.number, "fingerprint": fingerprint},
    )  # fmt: skip
    work = Work.of(delivery, post=post, fingerprint=fingerprint, attempt=attempt)
    since = queries.uncertain_since(delivery)
    # A repeat: the network may hold the one before, and the connector judges a refusal of it in that light.
    return work if since is None else work.knowing({UNCERTAIN_SINCE: since.isoformat()})


@transaction.atomic(durable=True)
def settle_published(*, work: Work, published: Published, now: datetime) -> None:
    """Keep that the network published it: its id and its address. First of all, before anything else is done.

    A yes is a fact whenever it comes: also when the worker was taken for dead, and the delivery is due again, waits
    for a person, or was stopped meanwhile (decision 0009).
    """
    delivery = queries.lock_delivery(work.delivery_id)
    _end_attempt(work, Outcome.PUBLISHED, now)
    if delivery is None or delivery.state in PUBLIC:
        return
    stopped = delivery.state in STOPPED or bool(delivery.stopped_because)
    publish(delivery, published, now=now)
    if stopped:
        tell_networks_people(delivery, kind="delivery.out_anyway", now=now)


def publish(delivery: Delivery, published: Published, *, now: datetime, at: datetime | None = None) -> None:
    """Leave a locked delivery published and recorded; inside the caller's transaction."""
    delivery.state, delivery.published_at = DeliveryState.PUBLISHED, at or now
    delivery.remote_id = published.remote_id
    delivery.url = (
        published.url if len(published.url) <= LONGEST_URL else ""
    )  # what is out is out, whatever its address
    delivery.reason_code = delivery.reason = delivery.stopped_because = ""
    delivery.candidates = []
    release(delivery)
    sent = queries.last_attempt(delivery)
    record(
        entity_id=delivery.entity_id, verb="delivery.published", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing],
        facts={
            "remote_id": published.remote_id, "url": delivery.url,
            "fingerprint": sent.fingerprint if sent else delivery.prepared_for,
        },
    )  # fmt: skip
    let_followers_go(delivery, now=now)


@transaction.atomic(durable=True)
def settle_rejected(*, work: Work, error: Permanent, now: datetime) -> None:
    """The network said no, for good: a person sees why."""
    delivery = _attempted(work)
    _end_attempt(work, Outcome.REJECTED, now, code=error.code, reason=error.reason)
    if delivery is not None:
        reject(delivery, code=error.code, reason=error.reason, now=now)


@transaction.atomic(durable=True)
def settle_deferred(*, work: Work, error: NetworkError, now: datetime) -> None:
    """The network said "not now" and took nothing: due again, when it says (rules 6 and 10)."""
    delivery = _attempted(work)
    _end_attempt(work, Outcome.DEFERRED, now, code=error.code, reason=error.reason)
    if delivery is None or delivery.state != DeliveryState.SENDING:
        return
    delivery.state, delivery.ready_at = DeliveryState.DUE, now + wait_of(error)
    if isinstance(error, Stale):
        # What was prepared has died at the network: it is prepared again.
        delivery.prepared_for, delivery.prepared = "", {**delivery.prepared, STALE: error.code}
    delivery.reason_code, delivery.reason = error.code[:60], error.reason[:300]
    release(delivery)
    record(
        entity_id=delivery.entity_id, verb="delivery.deferred", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"code": error.code},
    )  # fmt: skip
    if delivery.stopped_because:
        cancel(delivery, reason=delivery.stopped_because, by=SYSTEM, now=now)
        return
    set_alarms([delivery.ready_at], now=now)
    tell_of_obstacle(delivery, error, now=now)


@transaction.atomic(durable=True)
def settle_uncertain(*, work: Work, code: str, reason: str, now: datetime) -> None:
    """Nobody can know yet whether the network took it (rule 3): it is asked, never sent blindly again."""
    delivery = _attempted(work)
    _end_attempt(work, Outcome.UNCERTAIN, now, code=code, reason=reason)
    if delivery is not None and delivery.state == DeliveryState.SENDING:
        _become_uncertain(delivery, code, reason, now)


@transaction.atomic(durable=True)
def recover_abandoned(*, now: datetime) -> int:
    """Turn what a worker took and never answered for into uncertain: it died, or the database was away (rule 3)."""
    abandoned = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=DeliveryState.SENDING, held_until__lt=now)
        .select_related("publication", "account")
        .order_by("pk")[:500]
    )
    for delivery in abandoned:
        reason = "El proceso que la enviaba no volvió."
        Attempt.objects.filter(delivery=delivery, outcome="").update(
            outcome=Outcome.UNCERTAIN, ended_at=now, code="worker_lost", reason=reason
        )
        _become_uncertain(delivery, "worker_lost", reason, now)
    return len(abandoned)


def _become_uncertain(delivery: Delivery, code: str, reason: str, now: datetime) -> None:
    delivery.state, delivery.ready_at = DeliveryState.UNCERTAIN, now
    delivery.reason_code, delivery.reason = code[:60], reason[:300]
    release(delivery)
    set_alarms([now + SOON], now=now)
    record(
        entity_id=delivery.entity_id, verb="delivery.uncertain", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"code": code},
    )  # fmt: skip


def _attempted(work: Work) -> Delivery | None:
    """Return the delivery under lock while this attempt is still its last word, or nothing.

    A worker that was held up beyond its lease may find it uncertain already, or settled by whoever asked the network.
    """
    delivery = queries.lock_delivery(work.delivery_id)
    assert work.attempt is not None  # noqa: S101  a wave's work always carries its attempt
    if delivery is None or delivery.attempts_made != work.attempt.number:
        return None
    return delivery if delivery.state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN) else None


def _end_attempt(work: Work, outcome: Outcome, now: datetime, *, code: str = "", reason: str = "") -> None:
    assert work.attempt is not None  # noqa: S101
    Attempt.objects.filter(pk=work.attempt.pk, outcome="").update(
        outcome=outcome, ended_at=now, code=code[:60], reason=reason[:300]
    )
