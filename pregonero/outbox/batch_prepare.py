"""Preparing many deliveries together, of those that leave nothing at their network (decision 0010)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from pregonero.database import database_now
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.networks.registry import connector
from pregonero.outbox.actions.prepare import PreparedLocally, store_prepared_locally
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries import queue
from pregonero.outbox.queries.deliveries import Surroundings, outgoing_of, surroundings_of, with_unanswered_attempts

BATCH = 250  # prepared in one transaction
MOST = 10_000  # examined by one job
log = structlog.get_logger(__name__)


@dataclass
class BatchPrepared:
    """How many deliveries were prepared, and the ids of those that need a job of their own."""

    stored: int = 0
    left: list[int] = field(default_factory=list)


def prepare_locally(*, now: datetime, account_id: int | None = None) -> BatchPrepared:
    """Prepare the deliveries that need no job of their own.

    No lease: preparing has no remote effect and storing is idempotent. A delivery that fails here is left for its own
    job, which stores the reason where people see it.
    """
    waiting = queue.to_prepare_locally(now=now, account_id=account_id, limit=MOST)
    done, silent_accounts = BatchPrepared(), set[int]()
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        ready = _prepare_batch(queue.with_credentials(batch), silent_accounts)
        done.stored += store_prepared_locally(ready=ready, now=database_now()) if ready else 0
        done.left += sorted(set(batch) - {prepared.delivery_id for prepared in ready})
    return done


def _prepare_batch(deliveries: Sequence[Delivery], silent_accounts: set[int]) -> list[PreparedLocally]:
    around = surroundings_of(deliveries)
    unanswered = with_unanswered_attempts(deliveries)  # their own jobs supersede those attempts first
    by_account: dict[Account, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.account_id not in silent_accounts and delivery.pk not in unanswered:
            by_account[delivery.account].append(delivery)
    return [
        prepared
        for account, theirs in by_account.items()
        for prepared in _prepare_account(account, theirs, around, silent_accounts)
    ]


def _prepare_account(
    account: Account, deliveries: Sequence[Delivery], around: Surroundings, silent_accounts: set[int]
) -> list[PreparedLocally]:
    ready = []
    try:
        credentials = credentials_for(account)
        for delivery in deliveries:
            prepared = _prepare(credentials, delivery, around)
            if prepared is not None:
                ready.append(prepared)
    except NetworkError:
        silent_accounts.add(account.pk)  # its network does not answer: asking once for each only takes longer
    except Exception:
        log.exception("delivery.not_prepared_locally", account=account.pk)
    return ready


def _prepare(credentials: ApiCredentials, delivery: Delivery, around: Surroundings) -> PreparedLocally | None:
    outgoing = outgoing_of(delivery, around)
    network = connector(delivery.account.network)
    # What is at the network for other content must be removed first, by the delivery's own job.
    is_for_other_content = delivery.prepared.get("fingerprint") not in (None, outgoing.fingerprint)
    if is_for_other_content or not network.prepares_locally(outgoing.post, delivery.prepared):
        return None
    try:
        prepared = network.prepare(credentials, outgoing.post, dict(delivery.prepared), lambda _: None)
    except Permanent:
        return None
    return PreparedLocally(delivery.pk, delivery.prepared, prepared, outgoing.fingerprint)
