"""The calls to the networks, each between the action that allows it and the action that keeps what came of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection

from pregonero.errors import Refused
from pregonero.networks.base import (
    AttemptWindow,
    Finding,
    NetworkError,
    Permanent,
    Transient,
    Unauthorized,
    Unknown,
    Verdict,
)
from pregonero.networks.budgets.actions import keep_heard
from pregonero.networks.budgets.hearing import EAR
from pregonero.networks.clock import ticks
from pregonero.networks.registry import connector
from pregonero.networks.renewing import once_renewed
from pregonero.publishing import queries
from pregonero.publishing.actions.claiming import OURS, claim_wave, set_aside
from pregonero.publishing.actions.preparing import (
    finish_preparing,
    hold_for_preparing,
    keep_cleaned,
    keep_obstacle,
    keep_prepared,
    postpone_preparing,
    reject_prepared,
)
from pregonero.publishing.actions.sending import settle_together
from pregonero.publishing.actions.settling import hold_for_asking, keep_finding, postpone_asking
from pregonero.publishing.models import Attempt, Outcome
from pregonero.publishing.work import Ended, Work

ADDRESS_SECONDS = 5.0  # some networks give a post's address only when asked, right after publishing it
OUTCOME_SECONDS = 60.0  # how long an outcome is held on to while the database is away; later it is found out again
AGAIN_SECONDS = 0.5
log = structlog.get_logger(__name__)


def prepare_delivery(*, delivery_id: int, worker: str) -> None:
    """Prepare a delivery at its network, keeping each id as soon as it is known."""
    work = _held_for_preparing(delivery_id, worker)
    if work is None:
        return
    try:
        _prepare(work)
    finally:
        keep_words(at_once=True)


def _prepare(work: Work) -> None:
    def keep(prepared: dict[str, Any]) -> None:
        keep_prepared(work=work, prepared=prepared, now=queries.clock())

    try:
        network = connector(work.network)
        prepared = once_renewed(work.access, lambda access: network.prepare(access, work.post, work.prepared, keep))
    except Permanent as error:
        reject_prepared(work=work, error=error, now=queries.clock())
    except NetworkError as error:
        # Even an unknown outcome only waits here: whatever it left is invisible.
        postpone_preparing(work=work, error=error, now=queries.clock())
    except Exception:
        postpone_preparing(work=work, error=OURS, now=queries.clock())
        raise
    else:
        finish_preparing(work=work, prepared=prepared, now=queries.clock())


def _held_for_preparing(delivery_id: int, worker: str) -> Work | None:
    """Hold it; what stands in the way before there is anything to hold is kept where people see it."""
    try:
        return hold_for_preparing(delivery_id=delivery_id, worker=worker, now=queries.clock())
    except Refused as refusal:
        lonely = Unauthorized(refusal.message, code="not_connected")
        keep_obstacle(delivery_id=delivery_id, error=lonely, now=queries.clock())
        return None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        keep_obstacle(delivery_id=delivery_id, error=OURS, now=queries.clock())
        raise


def claim(*, account_id: int, worker: str, limit: int) -> list[Work]:
    """Take an account's due deliveries, each with the instant until which this worker may make its call.

    It counts from before the lease began: waiting for a connection or for a lock never makes it longer than the
    lease that others see.
    """
    good_until = ticks() + settings.LEASE_SECONDS
    now = queries.clock()
    try:
        wave = claim_wave(account_id=account_id, worker=worker, limit=limit, now=now)
    except (IntegrityError, DataError):
        # A row that the database does not take must not keep the others of its wave from going out.
        log.exception("delivery.wave_refused", account=account_id)
        wave = _claim_one_by_one(account_id, worker, limit, now)
    return [replace(work, good_until=good_until) for work in wave]


def _claim_one_by_one(account_id: int, worker: str, limit: int, now: datetime) -> list[Work]:
    claimed: list[Work] = []
    for pk in queries.due_deliveries(account_id=account_id, now=now, limit=limit):
        try:
            claimed += claim_wave(account_id=account_id, worker=worker, limit=1, now=now, only=pk)
        except (IntegrityError, DataError):
            set_aside(delivery_id=pk, now=now)
    return claimed


def send_delivery(work: Work) -> None:
    """Make it public, and keep what came of it."""
    keep_outcomes([make_public(work)])


def make_public(work: Work) -> Ended:
    """Make it public: ONE call (rule 2), and no word to the database. Whoever called keeps what came of it."""
    if not _lease_allows(work):
        # Who could not begin within a whole lease would not a second later: each try leaves an attempt.
        pause = settings.LEASE_SECONDS / 4
        late = Transient("El proceso se demoró y no alcanzó a enviarla.", code="lease_over", retry_after=pause)
        return Ended(work, Outcome.DEFERRED, error=late)
    try:
        # Nothing leaves once the lease is over: a worker suspended right here finds its call's time gone.
        access = replace(work.access, until=work.good_until)
        network = connector(work.network)
        # A refused token took nothing: it is renewed once, and the same call made again (rule 5).
        published = once_renewed(access, lambda access: network.commit(access, work.post, work.prepared))
    except (Unauthorized, Transient) as error:
        return Ended(work, Outcome.DEFERRED, error=error)
    except Permanent as error:
        return Ended(work, Outcome.REJECTED, error=error)
    except Unknown as error:
        return Ended(work, Outcome.UNCERTAIN, error=error)
    except Exception as bug:  # noqa: BLE001  it surfaces in `keep_outcomes`, after what came of the call is kept
        # A bug of ours or of an SDK: the call may have gone out, so it is found out like a cut one; and it surfaces.
        return Ended(work, Outcome.UNCERTAIN, error=Unknown("El envío se interrumpió.", code="bug"), bug=bug)
    return Ended(work, Outcome.PUBLISHED, published=published)


def keep_outcomes(ended: Sequence[Ended]) -> None:
    """Keep what came of calls, together; one that cannot be kept never undoes the others. What failed surfaces."""
    failed = [each.bug for each in ended if each.bug is not None]
    keep_words()
    try:
        _keep(partial(settle_together, ended=ended))
    except (OperationalError, InterfaceError):
        raise  # their leases are over too: whoever finds them asks the network
    except Exception as error:
        if len(ended) == 1:
            raise
        log.warning("delivery.outcomes_one_by_one", exc_info=error)
        for each in ended:
            failed += _failure_of_keeping(each)
    for each in ended:
        log.info("delivery.sent", delivery=each.work.delivery_id, network=each.work.network, outcome=each.outcome)
    if failed:
        raise failed[0]


def keep_words(*, at_once: bool = False) -> None:
    """Keep what the networks said of their limits, before what came of the calls: what is no longer in the air must be
    in the network's word already. The next answer says it again, should the database be away."""
    try:
        if EAR.wants_keeping(at_once=at_once):
            keep_heard(now=queries.clock(), at_once=at_once)
    except (OperationalError, InterfaceError):
        log.warning("limits.words_wait", exc_info=True)
        connection.close()


def _failure_of_keeping(ended: Ended) -> list[Exception]:
    try:
        _keep(partial(settle_together, ended=[ended]))
    except Exception as error:
        log.exception("delivery.outcome_lost", delivery=ended.work.delivery_id)
        return [error]
    return []


def _keep(settle: Callable[..., None]) -> None:
    """Keep what came of calls, also when the database is away just then: only this process knows it."""
    until = ticks() + OUTCOME_SECONDS
    while True:
        try:
            settle(now=queries.clock())
            return
        except (OperationalError, InterfaceError):
            if ticks() > until:
                raise
            log.warning("delivery.outcome_waits", exc_info=True)
            connection.close()
            time.sleep(AGAIN_SECONDS)


def ask_delivery(*, delivery_id: int, worker: str) -> None:
    """Ask the network what became of an uncertain delivery: reads only."""
    work = hold_for_asking(delivery_id=delivery_id, worker=worker, now=queries.clock())
    if work is None or work.attempt is None:
        return
    try:
        _ask(work, work.attempt)
    finally:
        keep_words(at_once=True)


def _ask(work: Work, attempt: Attempt) -> None:
    window = AttemptWindow(attempt.started_at, queries.clock(), work.looks, code=attempt.code, known=work.known)
    try:
        network = connector(work.network)
        finding = once_renewed(work.access, lambda access: network.resolve(access, work.post, work.prepared, window))
    except Permanent as error:
        log.warning("delivery.unreadable", delivery=work.delivery_id, code=error.code)
        keep_finding(work=work, finding=Finding(Verdict.UNKNOWABLE), now=queries.clock())
    except NetworkError as error:
        postpone_asking(work=work, error=error, now=queries.clock())
    except Exception:
        postpone_asking(work=work, error=OURS, now=queries.clock())
        raise
    else:
        keep_finding(work=work, finding=finding, now=queries.clock())


def clean_delivery(*, delivery_id: int, account_id: int, prepared: dict[str, Any]) -> None:
    """Remove at the network what was prepared and will not go out (rule 12); what is public there stays."""
    access, network = queries.access_of(account_id=account_id)
    removed = once_renewed(access, lambda access: connector(network).discard(access, prepared))
    keep_cleaned(delivery_id=delivery_id, removed=removed, now=queries.clock())


def _lease_allows(work: Work) -> bool:
    """Return whether the call, and the reading of its address, fit in what is left of the lease."""
    return ticks() + settings.CALL_SECONDS + ADDRESS_SECONDS < work.good_until
