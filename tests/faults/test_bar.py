"""The bar set by what the closest peer does: the same faults, on three calls of ten that publish, to a real Bluesky
server (and two kinds more on the laboratory's X). Each post out once, none twice, none never; our tables say the same.

Each row's figures are printed (`-s`); docs/faults.md holds them beside the peer's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.outbox.models import Attempt, Delivery
from pregonero.people.models import Member
from tests.bluesky.harness import Bluesky
from tests.databases import as_default_database
from tests.faults.cases import Stage, somebody
from tests.faults.conftest import OwnDatabase
from tests.faults.crowd import FINAL
from tests.faults.nursery import Nursery, nursery
from tests.lab.process import Lab, until
from tests.stage import Workers, deliveries_in, informed_news, programmed, workers_on

pytestmark = pytest.mark.procedure("P-6")
SEED, THREE_OF_TEN = 20261126, 0.3
LEASE, CALL = "20", "3"  # seconds: a time-out costs little, and a busy machine has time to begin its calls
ENOUGH = 900.0
FEW, MANY = 10, pytest.param(60, marks=pytest.mark.slow)

ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "aceptada y cortada": ("bluesky", {"kind": "accept_then_cut"}),
    "respuesta después del plazo": ("bluesky", {"kind": "accept_then_slow", "ms": 4500}),
    "aceptada y 500": ("bluesky", {"kind": "accept_then_500"}),
    "cortada antes": ("x", {"kind": "cut_before"}),
    "ahora no": ("x", {"kind": "status", "code": 429, "ms": 1000}),
}


@dataclass
class Row:
    """The posts of one row, all of one account."""

    stage: Stage
    person: Member
    account: Account
    deliveries: list[int] = field(default_factory=list)

    @classmethod
    def on(cls, stage: Stage, network: str) -> "Row":
        """Give a row an account of its own."""
        person = somebody()
        return cls(stage, person, stage.account(person, network))

    def program(self, posts: int) -> "Row":
        """Program so many posts more, for this very minute."""
        now = timezone.now()
        for _ in range(posts):
            news = informed_news(self.stage.lab, self.person, now, with_media=False)
            self.deliveries += deliveries_in(programmed(news, self.person, now)).values_list("pk", flat=True)
        return self

    def fault(self, **rule: Any) -> None:
        """Have it go wrong at the network, when it publishes."""
        about = {"network": self.account.network, "account": self.account.remote_id, "endpoint": "commit"}
        self.stage.judge(self.account.network).fault(**about, **rule)

    def is_over(self) -> bool:
        return not Delivery.objects.filter(pk__in=self.deliveries).exclude(state__in=FINAL).exists()

    def went_wrong(self) -> int:
        """Return how many calls of this row met a fault."""
        rules = self.stage.judge(self.account.network).client.get("/faults").json()["rules"]
        return sum(rule["fired"] for rule in rules if rule["account"] == self.account.remote_id)

    def shown(self, words: str, went_wrong: int) -> tuple[int, int, int]:
        """Print and return how many are out once, twice or more, and never; and hold our rows against it."""
        posts = self.stage.judge(self.account.network).posts(
            network=self.account.network, account=self.account.remote_id
        )
        times = Counter(post["text"] for post in posts)
        sent = dict(Attempt.objects.filter(delivery__in=self.deliveries).values_list("delivery_id", "content__text"))
        out = [times[sent.get(pk, "")] for pk in self.deliveries]
        figures = (out.count(1), sum(count > 1 for count in out), out.count(0))
        attempts = Attempt.objects.filter(delivery__in=self.deliveries).count()
        said = " · ".join(map(str, figures))
        print(f"\n{words}: {said} (una vez, dos o más, nunca), {attempts} intentos, {went_wrong} llamadas torcidas")
        rows = list(Delivery.objects.filter(pk__in=self.deliveries).values_list("state", "remote_id"))
        assert went_wrong
        assert {state for state, _ in rows} == {"PUBLISHED"}
        assert sorted(remote for _, remote in rows) == sorted(str(post["id"]) for post in posts)
        return figures


@pytest.fixture(scope="module")
def born(module_workers: Workers) -> Iterator[Nursery]:
    """Workers for all the rows, to which a time-out costs little."""
    with nursery(module_workers, PREGONERO_LEASE_SECONDS=LEASE, PREGONERO_CALL_SECONDS=CALL) as started:
        yield started


@dataclass(frozen=True)
class Played:
    """The rows of so many posts each, played together by one worker before the first is looked at."""

    posts: int
    rows: dict[str, Row]
    went_wrong: dict[str, int]  # counted at once: the rules of a shared lab are removed between tests


@pytest.fixture(scope="module", params=[FEW, MANY])
def played(request: pytest.FixtureRequest, lab: Lab, bluesky: Bluesky | str, born: Nursery) -> Played:
    stage = Stage(lab, bluesky if isinstance(bluesky, Bluesky) else None)
    rows = {}
    for words, (network, rule) in ROWS.items():
        if network == "bluesky" and isinstance(bluesky, str):
            continue
        rows[words] = Row.on(stage, network).program(request.param)
        rows[words].fault(**rule, probability=THREE_OF_TEN, seed=SEED)
    worker = born.start()
    try:
        until(lambda: all(row.is_over() for row in rows.values()), timeout=ENOUGH)
    finally:
        worker.kill()
    return Played(request.param, rows, {words: row.went_wrong() for words, row in rows.items()})


@pytest.mark.parametrize("words", ROWS)
def test_three_calls_of_ten_go_wrong(words: str, played: Played, bluesky: Bluesky | str) -> None:
    if ROWS[words][0] == "bluesky" and isinstance(bluesky, str):
        pytest.skip(bluesky)
    assert played.rows[words].shown(words, played.went_wrong[words]) == (played.posts, 0, 0)


@pytest.mark.parametrize(("posts", "kills"), [(FEW, 2), pytest.param(60, 6, marks=pytest.mark.slow)])
def test_aimed_kills(posts: int, kills: int, lab: Lab, real_bluesky: Bluesky, born: Nursery) -> None:
    """The worker dies while a call that publishes has been accepted and not answered, each time among other posts."""
    row = Row.on(Stage(lab, real_bluesky), "bluesky")
    for _ in range(kills):
        row.program(posts // kills)
        row.fault(kind="hold_after", times=1)  # the next call that publishes, whichever it is
        worker = born.start()
        try:
            until(lambda: held(real_bluesky) == 1, timeout=ENOUGH)
        finally:
            worker.kill()
        let_go(real_bluesky, "cut")
    worker = born.start()
    try:
        until(row.is_over, timeout=ENOUGH)
    finally:
        worker.kill()
    assert row.shown(f"{kills} muertes apuntadas", row.went_wrong()) == (posts, 0, 0)


@pytest.mark.parametrize("posts", [FEW, MANY])
def test_one_database_restart(
    posts: int, own: OwnDatabase, lab: Lab, real_bluesky: Bluesky, django_db_blocker: Any
) -> None:
    """The answers of half of the calls come while the database is away; of the others, three of ten are cut."""
    with django_db_blocker.unblock(), as_default_database(own.url):
        row = Row.on(Stage(lab, real_bluesky), "bluesky").program(posts)
        row.fault(kind="hold_after", times=posts // 2)
        row.fault(kind="accept_then_cut", probability=THREE_OF_TEN, seed=SEED)
        with nursery(workers_on(own.url, lab, lease=float(LEASE), call=float(CALL))) as born:
            worker = born.start()
            try:
                until(lambda: held(real_bluesky) == posts // 2, timeout=ENOUGH)
                own.tell("stop")
                let_go(real_bluesky, "process")
                own.tell("start")
                connection.close()
                until(row.is_over, timeout=ENOUGH)
                assert worker.poll() is None
            finally:
                worker.kill()
        assert row.shown("un reinicio de la base de datos", row.went_wrong()) == (posts, 0, 0)


def held(server: Bluesky) -> int:
    return int(server.client.get("/faults").json()["held"])


def let_go(server: Bluesky, verdict: str) -> None:
    """Let the calls that are held go, answered or cut, and see that they went."""
    server.client.post("/faults/release", json={"verdict": verdict}).raise_for_status()
    until(lambda: held(server) == 0)
