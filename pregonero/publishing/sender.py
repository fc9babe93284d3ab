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

from pregonero.database import database_now
from pregonero.deadlines import boottime
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
from pregonero.networks.rate_limits.actions import flush_rate_limits
from pregonero.networks.rate_limits.header_buffer import rate_limit_buffer
from pregonero.networks.registry import connector
from pregonero.networks.tokens import with_token_refresh
from pregonero.publishing import queries
from pregonero.publishing.actions.claim import INTERNAL_ERROR, claim_batch, skip_delivery
from pregonero.publishing.actions.outcomes import record_outcomes
from pregonero.publishing.actions.prepare import (
    finish_preparing,
    lease_for_preparing,
    postpone_preparing,
    record_cleanup,
    record_obstacle,
    reject_prepared,
    store_prepared,
)
from pregonero.publishing.actions.reconciliation import lease_for_reconciling, postpone_reconciling, record_finding
from pregonero.publishing.models import Attempt, Outcome
from pregonero.publishing.send_job import SendJob, SendResult

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
        flush_limit_readings(at_once=True)


def _prepare(work: SendJob) -> None:
    def keep(prepared: dict[str, Any]) -> None:
        store_prepared(work=work, prepared=prepared, now=database_now())

    try:
        network = connector(work.network)
        prepared = with_token_refresh(
            work.access, lambda access: network.prepare(access, work.post, work.prepared, keep)
        )
    except Permanent as error:
        reject_prepared(work=work, error=error, now=database_now())
    except NetworkError as error:
        # Even an unknown outcome only waits here: whatever it left is invisible.
        postpone_preparing(work=work, error=error, now=database_now())
    except Exception:
        postpone_preparing(work=work, error=INTERNAL_ERROR, now=database_now())
        raise
    else:
        finish_preparing(work=work, prepared=prepared, now=database_now())


def _held_for_preparing(delivery_id: int, worker: str) -> SendJob | None:
    """Hold it; what stands in the way before there is anything to hold is kept where people see it."""
    try:
        return lease_for_preparing(delivery_id=delivery_id, worker=worker, now=database_now())
    except Refused as refusal:
        lonely = Unauthorized(refusal.message, code="not_connected")
        record_obstacle(delivery_id=delivery_id, error=lonely, now=database_now())
        return None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        record_obstacle(delivery_id=delivery_id, error=INTERNAL_ERROR, now=database_now())
        raise


def claim(*, account_id: int, worker: str, limit: int) -> list[SendJob]:
    """Take an account's due deliveries, each with the instant until which this worker may make its call.

    It counts from before the lease began: waiting for a connection or for a lock never makes it longer than the
    lease that others see.
    """
    good_until = boottime() + settings.LEASE_SECONDS
    now = database_now()
    try:
        wave = claim_batch(account_id=account_id, worker=worker, limit=limit, now=now)
    except (IntegrityError, DataError):
        # A row that the database does not take must not keep the others of its wave from going out.
        log.exception("delivery.wave_refused", account=account_id)
        wave = _claim_one_by_one(account_id, worker, limit, now)
    return [replace(work, good_until=good_until) for work in wave]


def _claim_one_by_one(account_id: int, worker: str, limit: int, now: datetime) -> list[SendJob]:
    claimed: list[SendJob] = []
    for pk in queries.due_deliveries(account_id=account_id, now=now, limit=limit):
        try:
            claimed += claim_batch(account_id=account_id, worker=worker, limit=1, now=now, only=pk)
        except (IntegrityError, DataError):
            skip_delivery(delivery_id=pk, now=now)
    return claimed


def send_delivery(work: SendJob) -> None:
    """Make it public, and keep what came of it."""
    keep_outcomes([make_public(work)])


def make_public(work: SendJob) -> SendResult:
    """Make it public: ONE call (rule 2), and no word to the database. Whoever called keeps what came of it."""
    if not _lease_allows(work):
        # Who could not begin within a whole lease would not a second later: each try leaves an attempt.
        pause = settings.LEASE_SECONDS / 4
        late = Transient("El proceso se demoró y no alcanzó a enviarla.", code="lease_over", retry_after=pause)
        return SendResult(work, Outcome.DEFERRED, error=late)
    try:
        # Nothing leaves once the lease is over: a worker suspended right here finds its call's time gone.
        access = replace(work.access, until=work.good_until)
        network = connector(work.network)
        # A refused token took nothing: it is renewed once, and the same call made again (rule 5).
        published = with_token_refresh(access, lambda access: network.commit(access, work.post, work.prepared))
    except (Unauthorized, Transient) as error:
        return SendResult(work, Outcome.DEFERRED, error=error)
    except Permanent as error:
        return SendResult(work, Outcome.REJECTED, error=error)
    except Unknown as error:
        return SendResult(work, Outcome.UNCERTAIN, error=error)
    except Exception as bug:  # noqa: BLE001  it surfaces in `keep_outcomes`, after what came of the call is kept
        # A bug of ours or of an SDK: the call may have gone out, so it is found out like a cut one; and it surfaces.
        return SendResult(work, Outcome.UNCERTAIN, error=Unknown("El envío se interrumpió.", code="bug"), bug=bug)
    return SendResult(work, Outcome.PUBLISHED, published=published)


def keep_outcomes(ended: Sequence[SendResult]) -> None:
    """Keep what came of calls, together; one that cannot be kept never undoes the others. What failed surfaces."""
    failed = [each.bug for each in ended if each.bug is not None]
    flush_limit_readings()
    try:
        _keep(partial(record_outcomes, ended=ended))
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


def flush_limit_readings(*, at_once: bool = False) -> None:
    """Keep what the networks said of their limits, before what came of the calls: what is no longer in the air must be
    in the network's word already. The next answer says it again, should the database be away."""
    try:
        if rate_limit_buffer.needs_flush(at_once=at_once):
            flush_rate_limits(now=database_now(), at_once=at_once)
    except (OperationalError, InterfaceError):
        log.warning("limits.words_wait", exc_info=True)
        connection.close()


def _failure_of_keeping(ended: SendResult) -> list[Exception]:
    try:
        _keep(partial(record_outcomes, ended=[ended]))
    except Exception as error:
        log.exception("delivery.outcome_lost", delivery=ended.work.delivery_id)
        return [error]
    return []


def _keep(settle: Callable[..., None]) -> None:
    """Keep what came of calls, also when the database is away just then: only this process knows it."""
    until = boottime() + OUTCOME_SECONDS
    while True:
        try:
            settle(now=database_now())
            return
        except (OperationalError, InterfaceError):
            if boottime() > until:
                raise
            log.warning("delivery.outcome_waits", exc_info=True)
            connection.close()
            time.sleep(AGAIN_SECONDS)


def ask_delivery(*, delivery_id: int, worker: str) -> None:
    """Ask the network what became of an uncertain delivery: reads only."""
    work = lease_for_reconciling(delivery_id=delivery_id, worker=worker, now=database_now())
    if work is None or work.attempt is None:
        return
    try:
        _ask(work, work.attempt)
    finally:
        flush_limit_readings(at_once=True)


def _ask(work: SendJob, attempt: Attempt) -> None:
    window = AttemptWindow(attempt.started_at, database_now(), work.checks_made, code=attempt.code, known=work.known)
    try:
        network = connector(work.network)
        finding = with_token_refresh(
            work.access, lambda access: network.resolve(access, work.post, work.prepared, window)
        )
    except Permanent as error:
        log.warning("delivery.unreadable", delivery=work.delivery_id, code=error.code)
        record_finding(work=work, finding=Finding(Verdict.UNKNOWABLE), now=database_now())
    except NetworkError as error:
        postpone_reconciling(work=work, error=error, now=database_now())
    except Exception:
        postpone_reconciling(work=work, error=INTERNAL_ERROR, now=database_now())
        raise
    else:
        record_finding(work=work, finding=finding, now=database_now())


def clean_delivery(*, delivery_id: int, account_id: int, prepared: dict[str, Any]) -> None:
    """Remove at the network what was prepared and will not go out (rule 12); what is public there stays."""
    access, network = queries.access_of(account_id=account_id)
    removed = with_token_refresh(access, lambda access: connector(network).discard(access, prepared))
    record_cleanup(delivery_id=delivery_id, removed=removed, now=database_now())


def _lease_allows(work: SendJob) -> bool:
    """Return whether the call, and the reading of its address, fit in what is left of the lease."""
    return boottime() + settings.CALL_SECONDS + ADDRESS_SECONDS < work.good_until
