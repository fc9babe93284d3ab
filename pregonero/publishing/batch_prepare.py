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
from pregonero.publishing import queries
from pregonero.publishing.actions.prepare import PreparedLocally, store_prepared_locally
from pregonero.publishing.models import Adaptation, Delivery
from pregonero.publishing.payload import content_of, fingerprint_of, post_of

BATCH = 250  # prepared in one transaction
MOST = 10_000  # looked at by one job
log = structlog.get_logger(__name__)


@dataclass
class BatchPrepared:
    """What came of it: how many were prepared, and which need a job of their own."""

    kept: int = 0
    left: list[int] = field(default_factory=list)


def prepare_locally(*, now: datetime, account_id: int | None = None) -> BatchPrepared:
    """Prepare what needs no job of its own.

    It needs no lease: nothing is left anywhere until it is kept, and who comes second finds it prepared. Whatever
    stands in the way of one is left for the job that preparing by itself has, which says so where people see it.
    """
    waiting = queries.to_prepare_here(now=now, account_id=account_id, limit=MOST)
    done, silent = BatchPrepared(), set[int]()
    for at in range(0, len(waiting), BATCH):
        batch = waiting[at : at + BATCH]
        ready = _ready(queries.preparing(batch), silent)
        done.kept += store_prepared_locally(ready=ready, now=database_now()) if ready else 0
        done.left += sorted(set(batch) - {each.delivery_id for each in ready})
    return done


def _ready(deliveries: Sequence[Delivery], silent: set[int]) -> list[PreparedLocally]:
    words = queries.adaptations_for(deliveries)
    by_account: dict[Account, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.pk in words and delivery.account_id not in silent:
            by_account[delivery.account].append(delivery)
    return [each for account, its in by_account.items() for each in _ready_of(account, its, words, silent)]


def _ready_of(
    account: Account, deliveries: Sequence[Delivery], words: dict[int, Adaptation], silent: set[int]
) -> list[PreparedLocally]:
    ready = []
    try:
        access = credentials_for(account)
        for delivery in deliveries:
            prepared = _prepare(access, delivery, words[delivery.pk])
            if prepared is not None:
                ready.append(prepared)
    except NetworkError:
        silent.add(account.pk)  # its network does not answer: asking it once for each would only take longer
    except Exception:
        log.exception("delivery.not_prepared_here", account=account.pk)
    return ready


def _prepare(access: ApiCredentials, delivery: Delivery, adaptation: Adaptation) -> PreparedLocally | None:
    post = post_of(adaptation, queries.place_of(delivery))
    fingerprint = fingerprint_of(content_of(adaptation, post))
    network = connector(delivery.account.network)
    # What was left there for other words has to be removed first.
    left = delivery.prepared.get("fingerprint") not in (None, fingerprint)
    if left or not network.prepares_locally(post, delivery.prepared):
        return None
    try:
        prepared = network.prepare(access, post, dict(delivery.prepared), lambda _: None)
    except Permanent:
        return None
    return PreparedLocally(delivery.pk, delivery.prepared, prepared, fingerprint)
