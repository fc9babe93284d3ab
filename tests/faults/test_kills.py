"""kill -9 of the worker around the commit call, on the four networks at once: each post is out once.

The judge is the laboratory's ledger: it keeps every post that became public, also when the worker that sent it died.
"""

import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from pregonero.outbox.actions.outcomes import WORKER_LOST
from pregonero.outbox.models import Attempt, Delivery
from pregonero.people.models import Member
from pregonero.publishing.models import Publication
from tests.faults.crowd import all_final, due_at_once, ended
from tests.lab.process import Lab, until
from tests.stage import NETWORKS, Workers, informed_news, programmed, register_accounts, states

pytestmark = pytest.mark.procedure("P-6")
ENOUGH = 300.0


@pytest.fixture
def publication(lab: Lab, workers: Workers, people: dict[str, Member], settings: Any) -> Publication:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    now = timezone.now()
    register_accounts(lab, people["carmen"], now)
    return programmed(informed_news(lab, people["luis"], now), people["beto"], now)


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def before_it_is_taken(lab: Lab, worker: subprocess.Popen[bytes], url: str) -> None:
    """The call left, and the network never took it."""
    wait_held(lab)
    kill(worker)
    release(lab, "cut")


def while_it_is_taken(lab: Lab, worker: subprocess.Popen[bytes], url: str) -> None:
    """The call left, and the network took it after we were dead."""
    wait_held(lab)
    kill(worker)
    release(lab, "process")


def after_it_was_taken(lab: Lab, worker: subprocess.Popen[bytes], url: str) -> None:
    """The network took it, and we died before its answer came."""
    wait_held(lab)
    kill(worker)
    release(lab, "cut")


def after_its_answer(lab: Lab, worker: subprocess.Popen[bytes], url: str) -> None:
    """The answer came, and we died before keeping it: the rows are held so that no outcome can be written."""
    wait_held(lab)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM outbox_delivery FOR UPDATE")
        release(lab, "process")
        until(lambda: blocked_sessions(url) >= len(NETWORKS), timeout=120)
        kill(worker)


MOMENTS: dict[str, tuple[str, Callable[[Lab, subprocess.Popen[bytes], str], None]]] = {
    "before it is taken": ("hold_before", before_it_is_taken),
    "while it is taken": ("hold_before", while_it_is_taken),
    "after it was taken": ("hold_after", after_it_was_taken),
    "after its answer": ("hold_after", after_its_answer),
}


ORDINARY = "while it is taken"  # test_boundaries.py has the others, one network at a time


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=() if moment == ORDINARY else pytest.mark.slow) for moment in MOMENTS]
)
def test_kill_leaves_each_post_out_once(moment: str, lab: Lab, workers: Workers, publication: Publication) -> None:
    fault, act = MOMENTS[moment]
    accounts = {delivery.account.network: delivery.account.remote_id for delivery in deliveries(publication)}
    for network, account in accounts.items():
        lab.fault(kind=fault, network=network, account=account, endpoint="commit", times=1)
    with workers.web():
        act(lab, workers.start(), workers.url)
        second = workers.start()
        try:
            until(lambda: set(states(publication).values()) == {"PUBLISHED"}, timeout=ENOUGH)
        finally:
            kill(second)
    for delivery in deliveries(publication):
        out = lab.posts(network=delivery.account.network, account=delivery.account.remote_id)
        assert len(out) == 1, f"{delivery.account.network}: {len(out)} posts"
        assert delivery.remote_id.rpartition("_")[2] in str(out[0]["id"])


def test_the_calls_of_a_killed_worker_are_recovered_before_their_lease_ends(
    lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    """The network took the calls of the killed worker; it is asked about each, and none is sent again."""
    in_the_air = due_at_once(lab, people, 20, ("x",))
    lab.fault(kind="hold_after", network="x", endpoint="commit")
    lease = timedelta(seconds=240)
    environment = workers.environment | {"PREGONERO_LEASE_SECONDS": "240", "PREGONERO_CALL_SECONDS": "200"}
    patient = replace(workers, environment=environment)
    first = patient.start()
    query = {"wait_held": in_the_air, "timeout": 100}
    until(lambda: lab.client.get("/faults", params=query, timeout=110).json()["reached"], timeout=ENOUGH)
    kill(first)
    lab.client.delete("/faults")
    second = patient.start()
    try:
        until(lambda: all_final(workers.url, in_the_air), timeout=ENOUGH)
    finally:
        kill(second)
    judged = ended(lab, workers.url)
    assert (judged.states, judged.lost, judged.twice) == ({"PUBLISHED": in_the_air}, 0, 0)
    attempts = Attempt.objects.all()
    assert [attempt.code for attempt in attempts] == [WORKER_LOST] * in_the_air
    assert all(attempt.ended_at < attempt.started_at + lease for attempt in attempts if attempt.ended_at)


def deliveries(publication: Publication) -> list[Delivery]:
    return list(Delivery.objects.filter(subject_id=publication.pk).select_related("account").order_by("pk"))


def wait_held(lab: Lab) -> None:
    answer = lab.client.get("/faults", params={"wait_held": len(NETWORKS), "timeout": 240}, timeout=250).json()
    assert answer["reached"], answer


def release(lab: Lab, verdict: str) -> None:
    lab.client.post("/faults/release", json={"verdict": verdict}).raise_for_status()


def blocked_sessions(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])
