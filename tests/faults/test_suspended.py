"""A worker suspended (SIGSTOP) during its call, beyond its lease: another one goes on, the first wakes; still once."""

import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.faults.test_kills import ENOUGH, deliveries, release, wait_held
from tests.lab.process import Lab, until
from tests.stage import Workers, informed_news, programmed, register_accounts, states

pytestmark = pytest.mark.procedure("P-6")
# On a busy machine the last call is held long after the first, which must not reach its own time limit meanwhile.
LEASE = timedelta(seconds=35)
PATIENT = {"PREGONERO_LEASE_SECONDS": "35", "PREGONERO_CALL_SECONDS": "22"}


@pytest.fixture
def publication(lab: Lab, workers: Workers, people: dict[str, Member], settings: Any) -> Publication:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    now = timezone.now()
    register_accounts(lab, people["carmen"], now)
    return programmed(informed_news(lab, people["luis"], now), people["beto"], now)


def asked() -> bool:
    """Whether every delivery was given up by its first worker, and X has been asked at least once."""
    given_up = not Delivery.objects.filter(state="SENDING", attempts_made=1).exists()
    return given_up and Delivery.objects.filter(account__network="x", checks_made__gte=1).exists()


@pytest.mark.parametrize(
    "taken", ["after it was given up", pytest.param("before it was given up", marks=pytest.mark.slow)]
)
def test_a_suspended_worker_wakes_to_what_is_out_once(
    taken: str, lab: Lab, workers: Workers, publication: Publication
) -> None:
    kind = "hold_after" if taken == "before it was given up" else "hold_before"
    for delivery in deliveries(publication):
        account = delivery.account
        lab.fault(kind=kind, network=account.network, account=account.remote_id, endpoint="commit", times=1)
    with workers.web():
        first = replace(workers, environment=workers.environment | PATIENT).start()
        wait_held(lab)
        first.send_signal(signal.SIGSTOP)
        if taken == "before it was given up":
            release(lab, "process")
        second = workers.start()
        try:
            if taken == "after it was given up":
                until(asked, timeout=ENOUGH)
                release(lab, "process")
            until(lambda: set(states(publication).values()) == {"PUBLISHED"}, timeout=ENOUGH)
        finally:
            first.send_signal(signal.SIGCONT)
            for worker in (first, second):
                worker.send_signal(signal.SIGTERM)
                worker.wait(180)
    for delivery in deliveries(publication):
        (out,) = lab.posts(network=delivery.account.network, account=delivery.account.remote_id)
        assert delivery.remote_id.rpartition("_")[2] in str(out["id"])
        assert delivery.state == "PUBLISHED"
        lost = delivery.attempts.get(number=1)
        assert lost.ended_at is not None
        assert lost.ended_at >= lost.started_at + LEASE  # a suspended worker is not dead
