"""The steps that a worker does with a publication, at the times of a given clock; a test can stop between two."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import QuerySet

from pregonero.networks.base import Finding, Permanent, Published, Transient, Verdict
from pregonero.networks.registry import connector
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import (
    finish_preparing,
    lease_for_preparing,
    postpone_preparing,
    promote_due,
    store_prepared,
)
from pregonero.outbox.actions.reconciliation import lease_for_reconciling, record_finding
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.queue import to_prepare
from pregonero.outbox.send_job import SendJob
from pregonero.outbox.states import WAITING
from pregonero.publishing.models import Publication
from tests.lab.process import until
from tests.publishing.results import settle_published, settle_rejected, settle_uncertain

WORKER = "trabajador-1"
ENOUGH = 180.0


class Clock(Protocol):
    """The clock whose time is recorded."""

    now: datetime


def send(publication: Publication, clock: Clock, *, unsent: str = "") -> SendJob | None:
    """Send a publication to its accounts, except to the `unsent` network: claim that delivery and return its job."""
    every = Delivery.objects.filter(subject_id=publication.pk, state__in=WAITING)
    until(lambda: _prepare(every, clock), ENOUGH)
    works = []
    for delivery in every.select_related("account").order_by("account_id"):
        works += claim_batch(account_id=delivery.account_id, worker=WORKER, limit=1, now=clock.now)
    left = [work for work in works if work.network == unsent]
    for work in works:
        if work not in left:
            clock.now += timedelta(seconds=1)
            _commit(work, clock)
    return left[0] if left else None


def leave_for_decision(work: SendJob, candidates: tuple[Published, ...], clock: Clock) -> None:
    """Record a lost response, and a lookup where the network could not tell which of the candidates is our post."""
    settle_uncertain(job=work, code="timeout", reason="La red no respondió a tiempo.", now=clock.now)
    asked = lease_for_reconciling(delivery_id=work.delivery_id, worker=WORKER, now=clock.now)
    assert asked is not None
    record_finding(job=asked, finding=Finding(Verdict.UNKNOWABLE, candidates=candidates), now=clock.now)


def _prepare(deliveries: QuerySet[Delivery], clock: Clock) -> bool:
    """Prepare what is due one second later; return whether everything is prepared."""
    clock.now += timedelta(seconds=1)
    promote_due(now=clock.now)
    for pk in set(deliveries.values_list("pk", flat=True)).intersection(to_prepare(now=clock.now)):
        work = lease_for_preparing(delivery_id=pk, worker=WORKER, now=clock.now)
        if work is not None:
            _prepare_at_network(work, clock)
    return not deliveries.filter(prepared_for="").exists()


def _prepare_at_network(work: SendJob, clock: Clock) -> None:
    def keep(prepared: dict[str, Any]) -> None:
        store_prepared(job=work, prepared=prepared, now=clock.now)

    try:
        prepared = connector(work.network).prepare(work.credentials, work.post, work.prepared, keep)
    except Transient as error:
        postpone_preparing(job=work, error=error, now=clock.now)
    else:
        finish_preparing(job=work, prepared=prepared, now=clock.now)


def _commit(work: SendJob, clock: Clock) -> None:
    try:
        published = connector(work.network).commit(work.credentials, work.post, work.prepared)
    except Permanent as error:
        settle_rejected(job=work, error=error, now=clock.now)
    else:
        settle_published(job=work, published=published, now=clock.now)
