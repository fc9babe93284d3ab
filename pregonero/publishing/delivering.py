"""The calls to the networks, each between the action that allows it and the action that keeps what came of it."""

import time
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone

from pregonero.networks.base import (
    AttemptWindow,
    NetworkError,
    Permanent,
    Transient,
    Unauthorized,
    Unknown,
)
from pregonero.networks.registry import connector
from pregonero.publishing import queries
from pregonero.publishing.actions.preparing import (
    finish_preparing,
    forget_prepared,
    hold_for_preparing,
    keep_prepared,
    postpone_preparing,
    reject_prepared,
)
from pregonero.publishing.actions.sending import (
    settle_deferred,
    settle_published,
    settle_rejected,
    settle_uncertain,
)
from pregonero.publishing.actions.settling import hold_for_asking, keep_finding, postpone_asking
from pregonero.publishing.work import Work

ADDRESS_SECONDS = 5.0  # some networks give a post's address only when asked, right after publishing it
log = structlog.get_logger(__name__)


def prepare_delivery(*, delivery_id: int, worker: str) -> None:
    """Prepare a delivery at its network, keeping each id as soon as it is known."""
    work = hold_for_preparing(delivery_id=delivery_id, worker=worker, now=timezone.now())
    if work is None:
        return
    network = connector(work.network)

    def keep(prepared: dict[str, Any]) -> None:
        keep_prepared(work=work, prepared=prepared, now=timezone.now())

    try:
        if work.stale:
            network.discard(work.access, work.stale)
        prepared = network.prepare(work.access, work.post, work.prepared, keep)
    except Unauthorized as error:
        postpone_preparing(work=work, error=_as_transient(error), now=timezone.now())
    except Permanent as error:
        reject_prepared(work=work, error=error, now=timezone.now())
    except NetworkError as error:
        postpone_preparing(work=work, error=_as_transient(error), now=timezone.now())
    else:
        finish_preparing(work=work, prepared=prepared, now=timezone.now())


def send_delivery(work: Work) -> None:
    """Make it public: ONE call (rule 2). Its outcome is kept before anything else is done."""
    network = connector(work.network)
    if not _lease_allows(work):
        late = Transient("El proceso se demoró y no alcanzó a enviarla.", code="lease_over", retry_after=1)
        settle_deferred(work=work, error=late, now=timezone.now())
        return
    try:
        published = network.commit(work.access, work.post, work.prepared)
    except (Unauthorized, Transient) as error:
        settle_deferred(work=work, error=_as_transient(error), now=timezone.now())
    except Permanent as error:
        settle_rejected(work=work, error=error, now=timezone.now())
    except Unknown as error:
        settle_uncertain(work=work, code=error.code, reason=error.reason, now=timezone.now())
    except Exception:
        # A bug of ours or of an SDK: the call may have gone out, so it is found out like a cut one; and it surfaces.
        settle_uncertain(work=work, code="bug", reason="El envío se interrumpió.", now=timezone.now())
        raise
    else:
        settle_published(work=work, published=published, now=timezone.now())
    log.info("delivery.sent", delivery=work.delivery_id, network=work.network)


def ask_delivery(*, delivery_id: int, worker: str) -> None:
    """Ask the network what became of an uncertain delivery: reads only."""
    work = hold_for_asking(delivery_id=delivery_id, worker=worker, now=timezone.now())
    if work is None or work.attempt is None:
        return
    attempt = work.attempt
    window = AttemptWindow(attempt.started_at, asked_at=timezone.now(), looks=work.looks, code=attempt.code)
    try:
        finding = connector(work.network).resolve(work.access, work.post, work.prepared, window)
    except NetworkError as error:
        retry_after = error.retry_after if isinstance(error, Transient) else None
        postpone_asking(work=work, reason=error.reason, retry_after=retry_after, now=timezone.now())
    else:
        keep_finding(work=work, finding=finding, now=timezone.now())


def clean_delivery(*, delivery_id: int) -> None:
    """Remove at the network what was prepared and will not go out (rule 12)."""
    cleaning = queries.to_clean(delivery_id=delivery_id)
    if cleaning is None:
        return
    access, network, prepared = cleaning
    removed = connector(network).discard(access, prepared)
    forget_prepared(delivery_id=delivery_id, removed=removed, now=timezone.now())


def _lease_allows(work: Work) -> bool:
    """Return whether the call, and the reading of its address, fit in what is left of the lease."""
    return time.monotonic() + settings.CALL_SECONDS + ADDRESS_SECONDS < work.good_until


def _as_transient(error: NetworkError) -> Transient:
    """Return the error as one to wait for; in preparation even an unknown outcome is, since it is invisible."""
    if isinstance(error, Transient):
        return error
    return Transient(error.reason, code=error.code)
