"""The calls to the networks, each between the action that allows it and the action that stores its result."""

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
    LAST_CHECK,
    ApiCredentials,
    AttemptWindow,
    Finding,
    NetworkError,
    OperationKind,
    Permanent,
    Published,
    Transient,
    Unauthorized,
    Unknown,
    Verdict,
)
from pregonero.networks.moderation import change_visibility
from pregonero.networks.rate_limits.actions import flush_rate_limits
from pregonero.networks.rate_limits.header_buffer import rate_limit_buffer
from pregonero.networks.registry import connector, moderator_of, word_list_of
from pregonero.networks.tokens import with_token_refresh
from pregonero.outbox.actions.claim import INTERNAL_ERROR, claim_batch, skip_delivery
from pregonero.outbox.actions.late_posts import (
    posts_of_others,
    publish_superseded,
    record_recheck,
    start_recheck,
    store_superseded,
)
from pregonero.outbox.actions.outcomes import record_outcomes
from pregonero.outbox.actions.prepare import (
    finish_preparing,
    lease_for_preparing,
    postpone_preparing,
    record_cleanup,
    record_obstacle,
    reject_prepared,
    store_prepared,
)
from pregonero.outbox.actions.reconciliation import lease_for_reconciling, postpone_reconciling, record_finding
from pregonero.outbox.models import VISIBILITY_KINDS, Attempt, Delivery, Outcome
from pregonero.outbox.queries.queue import credentials_of, due_deliveries
from pregonero.outbox.send_job import SendJob, SendResult, UnansweredAttempt

ADDRESS_SECONDS = 5.0  # some networks give a post's address only when asked, right after publishing it
RESULT_SECONDS = 600.0  # how long a result stays in memory while the database is away; later it is reconciled
RETRY_SECONDS = 0.5
MAY_STILL_COME = (
    "El envío anterior quedó sin respuesta y la red todavía podría publicarlo: se espera antes de corregir."
)
log = structlog.get_logger(__name__)


def prepare_delivery(*, delivery_id: int, worker: str) -> None:
    """Prepare a delivery at its network, storing each id as soon as it is known."""
    job = _lease_for_preparing(delivery_id, worker)
    if job is None:
        return
    try:
        _prepare(job)
    finally:
        flush_limit_readings(at_once=True)


def _prepare(job: SendJob) -> None:
    def store(prepared: dict[str, Any]) -> None:
        store_prepared(job=job, prepared=prepared, now=database_now())

    try:
        ready = _supersede(job)
        if ready is None:
            return
        prepared = with_token_refresh(job.credentials, partial(_prepare_call, ready, store))
    except Permanent as error:
        reject_prepared(job=job, error=error, now=database_now())
    except NetworkError as error:
        # An unknown result only waits here too: whatever it left at the network is invisible.
        postpone_preparing(job=job, error=error, now=database_now())
    except Exception:
        postpone_preparing(job=job, error=INTERNAL_ERROR, now=database_now())
        raise
    else:
        finish_preparing(job=job, prepared=prepared, now=database_now())


def _prepare_call(job: SendJob, store: Callable[[dict[str, Any]], None], credentials: ApiCredentials) -> dict[str, Any]:
    return connector(job.network).prepare(credentials, job.post, job.prepared, store)


def _supersede(job: SendJob) -> SendJob | None:
    """Make sure that earlier attempts without an answer cannot become a second post; None when one was published.

    Raises `Transient` while its network may still take one of them.
    """
    for attempt in job.unanswered:
        window = AttemptWindow(attempt.started_at, database_now(), LAST_CHECK, code=attempt.code, known=job.known)
        finding = with_token_refresh(job.credentials, partial(_supersede_attempt, job, attempt, window))
        if finding.verdict == Verdict.PUBLISHED and finding.published is not None:
            publish_superseded(job=job, attempt=attempt, published=finding.published, now=database_now())
            return None
        if finding.verdict != Verdict.NOT_TAKEN:
            raise Transient(MAY_STILL_COME, code="unanswered", retry_after=finding.look_again_seconds)
        if not store_superseded(job=job, number=attempt.number, carry=finding.carry, now=database_now()):
            return None
        job = replace(job, prepared=dict(finding.carry))
    return job


def _supersede_attempt(
    job: SendJob, attempt: UnansweredAttempt, window: AttemptWindow, credentials: ApiCredentials
) -> Finding:
    return connector(job.network).supersede(credentials, attempt.post, attempt.prepared, window)


def recheck_delivery(*, delivery_id: int) -> None:
    """Ask the network again whether it took a call that it never answered; it only reads."""
    found = start_recheck(delivery_id=delivery_id, now=database_now())
    if found is None:
        return
    try:
        findings = _recheck(*found)
    except (NetworkError, Refused) as error:
        # Without an answer, or without a connected account, the same look is made again later.
        log.warning("delivery.recheck_failed", delivery=delivery_id, exc_info=error)
    else:
        record_recheck(delivery_id=delivery_id, findings=findings, now=database_now())
    finally:
        flush_limit_readings(at_once=True)


def _recheck(delivery: Delivery, attempts: Sequence[UnansweredAttempt]) -> list[Finding]:
    credentials, network = credentials_of(account_id=delivery.account_id)
    findings = []
    for attempt in attempts:
        known = posts_of_others(delivery, attempt)
        window = AttemptWindow(attempt.started_at, database_now(), LAST_CHECK, code=attempt.code, known=known)
        findings.append(with_token_refresh(credentials, partial(_resolve_attempt, network, attempt, window)))
    return findings


def _resolve_attempt(
    network: str, attempt: UnansweredAttempt, window: AttemptWindow, credentials: ApiCredentials
) -> Finding:
    return connector(network).resolve(credentials, attempt.post, attempt.prepared, window)


def _lease_for_preparing(delivery_id: int, worker: str) -> SendJob | None:
    """Lease it; an obstacle before there is a lease is stored where people see it."""
    try:
        return lease_for_preparing(delivery_id=delivery_id, worker=worker, now=database_now())
    except Refused as refusal:
        not_connected = Unauthorized(refusal.message, code="not_connected")
        record_obstacle(delivery_id=delivery_id, error=not_connected, now=database_now())
        return None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        record_obstacle(delivery_id=delivery_id, error=INTERNAL_ERROR, now=database_now())
        raise


def claim(*, account_id: int, worker: str, limit: int, with_others: bool = False) -> list[SendJob]:
    """Claim an account's due deliveries, each with the end of its lease on this process's clock.

    With `with_others`, the due deliveries of other accounts of its network fill the rest.

    The time counts from before the claim: waiting for a connection or a lock never makes it longer than the lease
    that others see.
    """
    good_until = boottime() + settings.LEASE_SECONDS
    now = database_now()
    try:
        jobs = claim_batch(account_id=account_id, worker=worker, limit=limit, now=now, with_others=with_others)
    except (IntegrityError, DataError):
        # A row that the database rejects must not keep the rest of its batch from going out.
        log.exception("delivery.batch_rejected", account=account_id)
        jobs = _claim_one_by_one(account_id, worker, limit, now)
    return [replace(job, good_until=good_until) for job in jobs]


def _claim_one_by_one(account_id: int, worker: str, limit: int, now: datetime) -> list[SendJob]:
    jobs: list[SendJob] = []
    for pk in due_deliveries(account_id=account_id, now=now, limit=limit):
        try:
            jobs += claim_batch(account_id=account_id, worker=worker, limit=1, now=now, only=pk)
        except (IntegrityError, DataError):
            skip_delivery(delivery_id=pk, now=now)
    return jobs


def make_public(job: SendJob) -> SendResult:
    """Make the commit call of a job: ONE call (rule 2), without the database. The caller stores the result."""
    if not _fits_in_lease(job):
        # A worker that could not begin within a whole lease waits before the next try: each one leaves an attempt.
        wait = settings.LEASE_SECONDS / 4
        late = Transient("El proceso se demoró y no alcanzó a enviarla.", code="lease_over", retry_after=wait)
        return SendResult(job, Outcome.DEFERRED, error=late)
    try:
        # Nothing is sent after the lease: the time of the call of a worker suspended right here is over.
        credentials = replace(job.credentials, until=job.good_until)
        # A refused token took nothing: it is refreshed once, and the same call made again (rule 5).
        published = with_token_refresh(credentials, partial(_commit, job))
    except (Unauthorized, Transient) as error:
        return SendResult(job, Outcome.DEFERRED, error=error)
    except Permanent as error:
        return SendResult(job, Outcome.REJECTED, error=error)
    except Unknown as error:
        return SendResult(job, Outcome.UNCERTAIN, error=error)
    except Exception as bug:  # noqa: BLE001  `store_results` raises it, after it stores the result
        # A bug of ours or of an SDK: the call may have been made, so the network is asked; and the bug surfaces.
        return SendResult(job, Outcome.UNCERTAIN, error=Unknown("El envío se interrumpió.", code="bug"), bug=bug)
    return SendResult(job, Outcome.PUBLISHED, published=published)


def _commit(job: SendJob, credentials: ApiCredentials) -> Published:
    network = connector(job.network)
    if job.kind == OperationKind.WITHDRAW:
        network.withdraw(credentials, job.target)
        return Published(job.target, "")
    if job.kind in VISIBILITY_KINDS:
        moderator = moderator_of(job.network)
        if moderator is None:
            raise Permanent("Esta red no tiene cómo ocultar un comentario de forma reversible.", code="not_supported")
        change_visibility(moderator, credentials, job.target, job.kind)
        return Published(job.target, "")
    if job.kind == OperationKind.SET_WORD_LIST:
        word_list = word_list_of(job.network)
        if word_list is None:
            raise Permanent("Esta red no deja escribir su lista de palabras.", code="not_supported")
        word_list.write(credentials, job.post.text)
        return Published(job.target, "")
    return network.commit(credentials, job.post, job.prepared)


def store_results(results: Sequence[SendResult]) -> None:
    """Store the results of calls, together; one that cannot be stored never undoes the others. Errors are raised."""
    errors = [result.bug for result in results if result.bug is not None]
    try:
        flush_limit_readings()
    except Exception as error:  # noqa: BLE001  it is raised after the results are stored
        errors.append(error)
    try:
        _store(partial(record_outcomes, results=results))
    except (OperationalError, InterfaceError):
        raise  # their leases are over too: whoever finds them asks the network
    except Exception as error:
        if len(results) == 1:
            raise
        log.warning("delivery.results_one_by_one", exc_info=error)
        for result in results:
            errors += _store_one(result)
    for result in results:
        log.info("delivery.sent", delivery=result.job.delivery_id, network=result.job.network, outcome=result.outcome)
    if errors:
        raise errors[0]


def flush_limit_readings(*, at_once: bool = False) -> None:
    """Store what the networks' headers said of their limits, before the results of the calls.

    What is no longer in flight must be in the headers' count already. If the database is away, the next answer says
    it again.
    """
    try:
        if rate_limit_buffer.needs_flush(at_once=at_once):
            flush_rate_limits(now=database_now(), at_once=at_once)
    except (OperationalError, InterfaceError):
        log.warning("rate_limits.readings_wait", exc_info=True)
        connection.close()


def _store_one(result: SendResult) -> list[Exception]:
    try:
        _store(partial(record_outcomes, results=[result]))
    except Exception as error:
        log.exception("delivery.result_lost", delivery=result.job.delivery_id)
        return [error]
    return []


def _store(record: Callable[..., None]) -> None:
    """Store results, also while the database is away: only this process knows them."""
    until = boottime() + RESULT_SECONDS
    while True:
        try:
            record(now=database_now())
            return
        except (OperationalError, InterfaceError):
            if boottime() > until:
                raise
            log.warning("delivery.result_waits", exc_info=True)
            connection.close()
            time.sleep(RETRY_SECONDS)


def reconcile_delivery(*, delivery_id: int, worker: str) -> None:
    """Ask the network what became of an uncertain delivery; it only reads."""
    job = lease_for_reconciling(delivery_id=delivery_id, worker=worker, now=database_now())
    if job is None or job.attempt is None:
        return
    try:
        _reconcile(job, job.attempt)
    finally:
        flush_limit_readings(at_once=True)


def _reconcile(job: SendJob, attempt: Attempt) -> None:
    window = AttemptWindow(attempt.started_at, database_now(), job.checks_made, code=attempt.code, known=job.known)
    try:
        finding = with_token_refresh(job.credentials, partial(_resolve, job, window))
    except Permanent as error:
        log.warning("delivery.unreadable", delivery=job.delivery_id, code=error.code)
        record_finding(job=job, finding=Finding(Verdict.UNKNOWABLE), now=database_now())
    except NetworkError as error:
        postpone_reconciling(job=job, error=error, now=database_now())
    except Exception:
        postpone_reconciling(job=job, error=INTERNAL_ERROR, now=database_now())
        raise
    else:
        record_finding(job=job, finding=finding, now=database_now())


def _resolve(job: SendJob, window: AttemptWindow, credentials: ApiCredentials) -> Finding:
    if job.kind in (OperationKind.WITHDRAW, OperationKind.SET_WORD_LIST, *VISIBILITY_KINDS):
        return Finding(Verdict.NOT_TAKEN)  # the same change twice is one: it is sent again
    return connector(job.network).resolve(credentials, job.post, job.prepared, window)


def clean_delivery(*, delivery_id: int, account_id: int, prepared: dict[str, Any]) -> None:
    """Remove at the network what was prepared and will not be published (rule 12); what is public there stays."""
    credentials, network = credentials_of(account_id=account_id)
    removed = with_token_refresh(credentials, lambda fresh: connector(network).discard(fresh, prepared))
    record_cleanup(delivery_id=delivery_id, removed=removed, now=database_now())


def _fits_in_lease(job: SendJob) -> bool:
    """Return whether the call, and the reading of its address, fit in what is left of the lease."""
    return boottime() + settings.CALL_SECONDS + ADDRESS_SECONDS < job.good_until
