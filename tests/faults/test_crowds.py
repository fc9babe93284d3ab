"""Many deliveries, several workers, and everything that can go wrong at once: lost 0, twice 0, by the ledger.

The figures of each run are printed (`-s`).
"""

import itertools
import signal
from typing import Any

import pytest

from pregonero.people.models import Member
from tests.faults.crowd import Ended, all_final, counted, due_at_once, ended
from tests.lab.process import Lab, until
from tests.stage import NETWORKS, Workers

pytestmark = pytest.mark.procedure("P-6")
ENOUGH = 240.0
WAITS = 4 * 300.0  # Meta's "not now" is five minutes each time, and the dice may say it again after every one
MANY = 50
SEED = 20261125


@pytest.mark.parametrize("publications", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_two_workers_send_each_of_many_once(
    publications: int, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    deliveries = due_at_once(lab, people, publications, ("x", "facebook"))
    running = [workers.start(), workers.start()]
    try:
        until(lambda: all_final(workers.url, deliveries), timeout=ENOUGH)
    finally:
        stop(running)
    judged = shown(lab, workers, deliveries)
    assert judged.states == {"PUBLISHED": deliveries}
    assert judged.attempts[""] == deliveries  # not one call more than one for each


@pytest.mark.slow
def test_a_network_that_hangs_does_not_hold_up_the_others(
    lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    """No call on one account ever ends: the other account's go out meanwhile, with one worker."""
    deliveries = due_at_once(lab, people, 50, ("x", "facebook"))
    lab.fault(kind="hold_before", network="x", endpoint="commit")
    running = [workers.start()]
    try:
        until(lambda: published(lab, "facebook") == 50, timeout=ENOUGH)
        assert published(lab, "x") == 0
    finally:
        lab.client.post("/faults/release", json={"verdict": "cut"}).raise_for_status()
        lab.client.delete("/faults")
        stop(running)
    assert ended(lab, workers.url).twice == 0
    assert sum(counted(workers.url).values()) == deliveries


@pytest.mark.slow  # a small storm (test_storm.py) is in the ordinary run
@pytest.mark.parametrize("publications", [8, MANY])
def test_random_faults_lose_nothing_and_repeat_nothing(
    publications: int, lab: Lab, workers: Workers, people: dict[str, Member], settings: Any
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    deliveries = due_at_once(lab, people, publications, NETWORKS, with_media=True)
    # Meta's "not now" waits five minutes when it does not say how long: only where there is time for it.
    everything_goes_wrong(lab, busy=NETWORKS if publications >= MANY else ("x", "youtube"))
    with workers.web():
        running = [workers.start(), workers.start()]
        try:
            until(lambda: counted(workers.url)["PUBLISHED"] >= deliveries // 4, timeout=ENOUGH)
            running[0].send_signal(signal.SIGKILL)
            running.append(workers.start())
            until(
                lambda: all_final(workers.url, deliveries), timeout=ENOUGH + (WAITS if publications >= MANY else ENOUGH)
            )
        finally:
            stop(running)
    judged = shown(lab, workers, deliveries)
    assert judged.states["PUBLISHED"] + judged.states["NEEDS_PERSON"] == deliveries
    assert set(judged.waiting_on) <= {"x"}


def everything_goes_wrong(lab: Lab, busy: tuple[str, ...]) -> None:
    """About a fifth of the calls fail, each network in its own order, always the same."""
    kinds: list[dict[str, Any]] = [
        {"kind": "accept_then_cut"},
        {"kind": "cut_before"},
        {"kind": "accept_then_500"},
        {"kind": "slow", "ms": 5000},
        {"kind": "status", "code": 401},
    ]
    seeds = itertools.count(SEED)
    for network in NETWORKS:
        for kind in kinds:
            lab.fault(**kind, network=network, endpoint="commit", probability=0.04, seed=next(seeds))
        if network in busy:
            later = {"kind": "status", "code": 429, "ms": 1000}
            lab.fault(**later, network=network, endpoint="commit", probability=0.04, seed=next(seeds))
        lab.fault(kind="status", code=500, network=network, endpoint="prepare", probability=0.03, seed=next(seeds))


def shown(lab: Lab, workers: Workers, deliveries: int) -> Ended:
    """Print the figures; whatever happened, nothing is lost and nothing is out twice."""
    judged = ended(lab, workers.url)
    print(f"\n{deliveries} deliveries: {judged}")
    assert (judged.lost, judged.twice) == (0, 0)
    return judged


def published(lab: Lab, network: str) -> int:
    from pregonero.networks.models import Account

    return len(lab.posts(network=network, account=Account.objects.get(network=network).remote_id))


def stop(running: list[Any]) -> None:
    for worker in running:
        worker.send_signal(signal.SIGTERM)
    for worker in running:
        worker.wait(180)
