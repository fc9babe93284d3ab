"""Thousands of deliveries over six networks, everything going wrong with seeded dice, two workers that are killed, and
a database that restarts: none lost, none twice, every one final, and a person asked only on X.

The figures are printed (`-s`). The judges are the laboratory's ledger and, for Bluesky, a real server.
"""

import itertools
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.outbox.models import Attempt, Delivery
from pregonero.people.models import Member
from tests.bluesky.harness import Bluesky
from tests.databases import as_default_database
from tests.faults.boundaries import NETWORKS
from tests.faults.cases import Stage, somebody
from tests.faults.conftest import OwnDatabase
from tests.faults.crowd import FINAL, counted, multiply
from tests.faults.nursery import Nursery, Worker, nursery
from tests.lab.process import Lab, until
from tests.stage import informed_news, programmed, workers_on

pytestmark = pytest.mark.procedure("P-6")
SEED = 20261127
# Entities, a share of the publications of each, and seconds of a lease and of a call, for so many at once.
FEW, MANY = (1, 1 / 3, 20.0, 3.0), (20, 1.0, 60.0, 10.0)
PLACES = 16  # of each lane of a worker
BREATH = 0.5  # seconds between two looks: counting thousands takes from those who are counted
WITH_MEDIA, OF_TEXT = 36, 72  # publications of an entity: those of text go to four networks, the others to all six
ENOUGH = 2 * 3600.0
A_DAY = timedelta(days=1)  # none is too late here, however slow the machine

# Of each hundred calls that publish, how many meet each thing.
AT_COMMIT: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.04, {"kind": "accept_then_cut"}),
    (0.02, {"kind": "accept_then_slow"}),  # longer than a call lasts
    (0.03, {"kind": "accept_then_500"}),
    (0.04, {"kind": "cut_before"}),
    (0.02, {"kind": "slow", "ms": 1500}),
    (0.01, {"kind": "slow"}),  # the same: taken after whoever sent it gave up
    (0.03, {"kind": "status", "code": 429, "ms": 1000}),
    (0.03, {"kind": "status", "code": 500}),
    (0.02, {"kind": "status", "code": 401}),
)
AT_PREPARE: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.02, {"kind": "status", "code": 500}),
    (0.02, {"kind": "cut_before"}),
)


@dataclass
class Storm:
    """So many deliveries on the accounts of so many entities, and who judges them."""

    stage: Stage
    accounts: list[Account]

    @classmethod
    def gather(cls, stage: Stage, entities: int, share: float, networks: tuple[str, ...]) -> "Storm":
        """Program them all for this very minute."""
        accounts = []
        for _ in range(entities):
            person = somebody()
            accounts += [stage.account(person, network) for network in networks]
            stage.give_media(person)
            _program(stage.lab, person, int(WITH_MEDIA * share), with_media=True)
            _program(stage.lab, person, int(OF_TEXT * share), with_media=False)
        Delivery.objects.update(expires_at=F("expires_at") + A_DAY)
        return cls(stage, accounts)

    def begin(self, call: float) -> None:
        """Let everything go wrong, each network in its own order, always the same."""
        seeds = itertools.count(SEED)
        for network in sorted({account.network for account in self.accounts}):
            for endpoint, kinds in (("commit", AT_COMMIT), ("prepare", AT_PREPARE)):
                for probability, rule in kinds:
                    about = {"network": network, "endpoint": endpoint, "probability": probability, "seed": next(seeds)}
                    lasts = {"ms": int(1500 * call)} if rule["kind"].endswith("slow") else {}
                    self.stage.judge(network).fault(**lasts | rule | about)

    def end(self) -> int:
        """Let nothing go wrong any more; returns how many calls had."""
        judges = {id(judge): judge for judge in (self.stage.judge(each.network) for each in self.accounts)}.values()
        rules = [rule for judge in judges for rule in judge.client.get("/faults").json()["rules"]]
        for judge in judges:
            judge.client.delete("/faults")
        return sum(rule["fired"] for rule in rules)

    def judge(self) -> "Figures":
        """Hold every row of ours against what is public."""
        figures = Figures()
        for account in self.accounts:
            posts = self.stage.judge(account.network).posts(network=account.network, account=account.remote_id)
            figures.count(account, [(str(post["id"]).rpartition("_")[2], post["text"]) for post in posts])
        return figures


def _program(lab: Lab, person: Member, publications: int, *, with_media: bool) -> None:
    now = timezone.now()
    first = programmed(informed_news(lab, person, now, with_media=with_media), person, now)
    multiply(first, publications - 1)


class Figures:
    """The closing figures."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.lost = self.twice = self.attempts = 0
        self.persons: Counter[str] = Counter()
        self.odd: list[str] = []  # each that is lost or twice, for whoever has to find out why

    def count(self, account: Account, out: list[tuple[str, str]]) -> None:
        """Count an account: lost is said to be out and is not; twice is out and is no row's."""
        rows = list(Delivery.objects.filter(account=account).values_list("pk", "state", "remote_id"))
        ids = {id for id, _ in out}
        said = {remote.rpartition("_")[2] for _, state, remote in rows if state == "PUBLISHED"}
        asked = [pk for pk, state, _ in rows if state == "NEEDS_PERSON"]
        words = set(Attempt.objects.filter(delivery__in=asked).values_list("content__text", flat=True))
        self.states += Counter(state for _, state, _ in rows)
        self.lost += len(said - ids)
        self.odd += [f"{account.network}: dice {id}, y no está" for id in said - ids]
        # Who waits for a person may be out, once: nobody could find out.
        strangers = [(id, text) for id, text in out if id not in said and text not in words]
        self.twice += len(strangers)
        self.odd += [f"{account.network}: está {id}, y nadie lo dice: {text[:90]}" for id, text in strangers]
        self.twice += sum(count - 1 for text, count in Counter(text for _, text in out).items() if count > 1)
        self.persons[account.network] += len(asked)
        self.attempts += Attempt.objects.filter(delivery__account=account).count()

    def __str__(self) -> str:
        persons = {network: count for network, count in self.persons.items() if count}
        return (
            f"{sum(self.states.values())} envíos, {self.attempts} intentos: perdidos {self.lost}, repetidos"
            f" {self.twice}, por estado {dict(self.states)}, esperan a una persona {persons}"
        )


@pytest.mark.parametrize("size", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])
def test_a_storm_loses_nothing_and_repeats_nothing(
    size: tuple[int, float, float, float], own: OwnDatabase, lab: Lab, bluesky: Bluesky | str, django_db_blocker: Any
) -> None:
    entities, share, lease, call = size
    networks = tuple(name for name in NETWORKS if name != "bluesky" or isinstance(bluesky, Bluesky))
    if isinstance(bluesky, str):
        print(f"\ncinco redes: {bluesky}")
    workers = workers_on(own.url, lab, lease=lease, call=call)
    fetched = override_settings(PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"])
    with django_db_blocker.unblock(), as_default_database(own.url), fetched, workers.web(), nursery(workers) as born:
        storm = Storm.gather(Stage(lab, bluesky if isinstance(bluesky, Bluesky) else None), entities, share, networks)
        deliveries = Delivery.objects.count()
        storm.begin(call)
        began = time.monotonic()
        until_over(own, born, deliveries)
        took = time.monotonic() - began
        met = storm.end()
        figures = storm.judge()
    print(f"\n{figures}; {met} llamadas torcidas, en {took:.0f} s")
    assert (figures.lost, figures.twice) == (0, 0), figures.odd
    assert figures.states["PUBLISHED"] + figures.states["NEEDS_PERSON"] == deliveries
    assert {network for network, count in figures.persons.items() if count} <= {"x"}


def until_over(own: OwnDatabase, born: Nursery, deliveries: int) -> None:
    """Two workers; one is killed at a tenth, the other at a half, and the database restarts at a quarter."""
    running: list[Worker] = [born.start(places=PLACES), born.start(places=PLACES)]
    try:
        reach(own, deliveries // 10)
        replace(running, 0, born)
        reach(own, deliveries // 4)
        own.tell("stop")
        own.tell("start")
        connection.close()
        reach(own, deliveries // 2)
        replace(running, 1, born)
        until(lambda: final(own) == deliveries, timeout=ENOUGH, interval=BREATH)
    finally:
        for worker in running:
            worker.kill()


def replace(running: list[Worker], place: int, born: Nursery) -> None:
    running[place].kill()
    running[place] = born.start(places=PLACES)


def reach(own: OwnDatabase, published: int) -> None:
    until(lambda: counted(own.url)["PUBLISHED"] >= published, timeout=ENOUGH, interval=BREATH)


def final(own: OwnDatabase) -> int:
    return sum(number for state, number in counted(own.url).items() if state in FINAL)
