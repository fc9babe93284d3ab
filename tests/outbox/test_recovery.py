"""Deliveries of a worker that died: recovered at once when its death is certain, and otherwise after their lease."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from pregonero.database import database_now
from pregonero.networks.base import Finding, Verdict
from pregonero.outbox import sender
from pregonero.outbox.actions.outcomes import recover_abandoned
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.actions.reconciliation import lease_for_reconciling, record_finding
from pregonero.outbox.models import Attempt, Delivery
from pregonero.processes import worker_name
from tests.outbox.conftest import WORKER

pytestmark = pytest.mark.procedure("P-6")


@pytest.fixture
def dead_worker() -> str:
    """The name of a process that had the process id of this one before it, and so has ended."""
    name, _, start = worker_name().rpartition("-")
    return f"{name}-{int(start) - 1}"


def claimed_by(worker: str, delivery: Delivery) -> None:
    promote_due(now=database_now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    assert len(sender.claim(account_id=delivery.account_id, worker=worker, limit=10)) == 1


def test_recover_abandoned_does_not_wait_for_the_lease_of_a_dead_worker(answer: Delivery, dead_worker: str) -> None:
    claimed_by(dead_worker, answer)

    assert recover_abandoned(now=timezone.now()) == 1

    answer.refresh_from_db()
    assert (answer.state, Attempt.objects.get().code) == ("UNCERTAIN", "worker_lost")


@pytest.mark.parametrize(
    "worker", [worker_name(), "otro-equipo:17:0123456789ab-1", "worker-1"], ids=["own", "remote", "named"]
)
def test_recover_abandoned_waits_for_the_lease_of_any_other_worker(answer: Delivery, worker: str) -> None:
    claimed_by(worker, answer)

    assert recover_abandoned(now=timezone.now()) == 0
    assert recover_abandoned(now=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS + 1)) == 1


@pytest.mark.parametrize("verdict", [Verdict.NOT_TAKEN, Verdict.UNKNOWABLE])
def test_a_delivery_of_a_dead_worker_is_not_concluded_before_its_lease_ends(
    answer: Delivery, dead_worker: str, verdict: Verdict
) -> None:
    claimed_by(dead_worker, answer)
    recover_abandoned(now=timezone.now())
    job = lease_for_reconciling(delivery_id=answer.pk, worker=WORKER, now=timezone.now())
    assert job is not None

    record_finding(job=job, finding=Finding(verdict), now=timezone.now())

    answer.refresh_from_db()
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    assert (answer.state, answer.ready_at) == ("UNCERTAIN", Attempt.objects.get().started_at + lease)
    later = answer.ready_at + timedelta(seconds=1)
    job = lease_for_reconciling(delivery_id=answer.pk, worker=WORKER, now=later)
    assert job is not None
    record_finding(job=job, finding=Finding(verdict), now=later)
    answer.refresh_from_db()
    assert answer.state == ("DUE" if verdict == Verdict.NOT_TAKEN else "NEEDS_PERSON")
