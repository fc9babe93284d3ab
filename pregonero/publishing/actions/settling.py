"""Finding out what became of an uncertain delivery; what nobody can find out is left to a person (rule 3)."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from pregonero.networks.base import UNCERTAIN_SINCE, Finding, NetworkError, Spent, Transient, Verdict
from pregonero.publishing import queries
from pregonero.publishing.actions import waiting
from pregonero.publishing.actions.preparing import LONGEST_WAIT, cancel, release
from pregonero.publishing.actions.sending import publish
from pregonero.publishing.alarms import set_alarms
from pregonero.publishing.content import post_sent
from pregonero.publishing.models import Delivery
from pregonero.publishing.states import DeliveryState
from pregonero.publishing.telling import tell_networks_people, tell_of_obstacle
from pregonero.publishing.work import Work, holder
from pregonero.records.actions import SYSTEM, Actor, record

ASK_AGAIN_SECONDS = 20.0


@transaction.atomic(durable=True)
def hold_for_asking(*, delivery_id: int, worker: str, now: datetime) -> Work | None:
    """Take an uncertain delivery to ask its network; nothing when somebody is already asking or it is settled."""
    delivery = queries.lock_delivery(delivery_id, free_at=now)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.ready_at > now:
        return None
    attempt = queries.last_attempt(delivery)
    if attempt is None or _must_wait(delivery, now):
        return None
    delivery.held_by, delivery.held_until = holder(worker), now + timedelta(seconds=settings.LEASE_SECONDS)
    delivery.save(update_fields=["held_by", "held_until"])
    since = queries.uncertain_since([delivery]).get(delivery.pk, attempt.started_at)
    # What is looked for is what was sent: the words and the ids of the attempt, not those of today.
    work = Work.of(
        delivery, post=post_sent(attempt.content, queries.media_of(attempt)), fingerprint=attempt.fingerprint,
        prepared=attempt.prepared, attempt=attempt, known=queries.known_posts(delivery, since=since),
    )  # fmt: skip
    return work.knowing({UNCERTAIN_SINCE: since.isoformat()})


def _must_wait(delivery: Delivery, now: datetime) -> bool:
    """Ask nothing that costs while the money or the quota is used up: reading costs too (rule 10)."""
    stop = waiting.spent_stop(delivery.account, now=now)
    if stop is None:
        return False
    delivery.reason = stop.reason
    _ask_later(delivery, min(LONGEST_WAIT, ((stop.until or now + waiting.LOOK_AGAIN) - now).total_seconds()), now)
    return True


@transaction.atomic(durable=True)
def keep_finding(*, work: Work, finding: Finding, now: datetime) -> None:
    """Keep what the network answered of an uncertain delivery."""
    delivery = _asked(work)
    if delivery is None:
        return
    delivery.looks += 1
    if finding.verdict == Verdict.PUBLISHED and finding.published is not None:
        publish(delivery, finding.published, now=now)
        _record_settled(delivery, finding.verdict, SYSTEM, now)
    elif finding.verdict == Verdict.NOT_TAKEN:
        if work.attempt is not None:
            waiting.give_back(delivery, work.post, claimed_at=work.attempt.started_at)
        due_again(delivery, now)
        _record_settled(delivery, finding.verdict, SYSTEM, now)
    elif finding.verdict == Verdict.LOOK_AGAIN:
        _ask_later(delivery, finding.look_again_seconds, now)
    else:
        _leave_to_person(delivery, finding, now)


@transaction.atomic(durable=True)
def postpone_asking(*, work: Work, error: NetworkError, now: datetime) -> None:
    """The network could not be asked: it stays uncertain, and is asked later, less and less often."""
    delivery = _asked(work)
    if delivery is None:
        return
    delivery.reason = error.reason[:300]
    told = error.retry_after if isinstance(error, Transient) else None
    age = (now - work.attempt.started_at).total_seconds() if work.attempt else 0.0
    _ask_later(delivery, max(told or 0.0, min(max(ASK_AGAIN_SECONDS, age / 4), LONGEST_WAIT)), now)
    if not (isinstance(error, Spent) and waiting.stop_for(delivery.account, error, now=now)):
        tell_of_obstacle(delivery, error, now=now)


def _asked(work: Work) -> Delivery | None:
    delivery = queries.lock_delivery(work.delivery_id)
    if delivery is None or delivery.state != DeliveryState.UNCERTAIN or delivery.held_by != work.worker:
        return None
    return delivery


def due_again(delivery: Delivery, now: datetime) -> None:
    """It did not go out: it is sent again, unless somebody stopped it meanwhile."""
    delivery.state, delivery.ready_at = DeliveryState.DUE, now
    delivery.reason_code = delivery.reason = ""
    delivery.candidates = []
    release(delivery)
    if delivery.stopped_because:
        cancel(delivery, reason=delivery.stopped_because, by=SYSTEM, now=now)


def _ask_later(delivery: Delivery, seconds: float, now: datetime) -> None:
    delivery.ready_at = now + timedelta(seconds=seconds)
    release(delivery)
    set_alarms([delivery.ready_at], now=now)


def _leave_to_person(delivery: Delivery, finding: Finding, now: datetime) -> None:
    delivery.state = DeliveryState.NEEDS_PERSON
    delivery.candidates = [asdict(candidate) for candidate in finding.candidates]
    delivery.reason_code, delivery.reason = "unknowable", "La red no permite saber si salió."
    release(delivery)
    record(
        entity_id=delivery.entity_id, verb="delivery.needs_person", actor=SYSTEM, thing=delivery.thing, at=now,
        related=[delivery.publication.thing],
    )  # fmt: skip
    tell_networks_people(delivery, kind="delivery.needs_person", now=now)


def _record_settled(delivery: Delivery, verdict: Verdict, actor: Actor, now: datetime) -> None:
    record(
        entity_id=delivery.entity_id, verb="delivery.settled", actor=actor, thing=delivery.thing, at=now,
        related=[delivery.publication.thing], facts={"verdict": verdict, "looks": delivery.looks},
    )  # fmt: skip
