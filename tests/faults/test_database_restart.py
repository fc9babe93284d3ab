"""The database goes away in the middle and comes back: every delivery ends, each is out once, the worker lives on."""

from collections.abc import Iterator

import psycopg
import pytest

from pregonero.people.models import Member
from pregonero.worker import POOLS
from tests.databases import as_default_database
from tests.faults.conftest import OwnDatabase
from tests.faults.crowd import all_final, counted, due_at_once
from tests.faults.test_crowds import ENOUGH, shown, stop
from tests.lab.process import Lab, until
from tests.stage import Workers, workers_on

pytestmark = pytest.mark.procedure("P-6")


@pytest.fixture
def workers(own: OwnDatabase, lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    with django_db_blocker.unblock(), as_default_database(own.url):  # type: ignore[attr-defined]
        yield workers_on(own.url, lab)
        lab.client.delete("/faults")


def test_a_restart_in_the_middle_changes_nothing(
    own: OwnDatabase, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    deliveries = due_at_once(lab, people, 50, ("x", "facebook"))
    lab.fault(kind="slow", endpoint="commit", ms=400)
    worker = workers.start()
    try:
        until(lambda: counted(own.url)["PUBLISHED"] >= deliveries // 4, timeout=ENOUGH)
        own.tell("stop")
        assert not all_final(own.url, deliveries)
        own.tell("start")
        until(lambda: all_final(own.url, deliveries), timeout=ENOUGH)
        assert worker.poll() is None
    finally:
        stop([worker])
    assert shown(lab, workers, deliveries).states == {"PUBLISHED": deliveries}


@pytest.mark.slow
def test_a_lane_whose_heart_stopped_beats_again(own: OwnDatabase, lab: Lab, workers: Workers) -> None:
    """Procrastinate's worker returns, as if told to stop, when its heartbeat fails: the lane must come back."""
    heart, away = "procrastinate_update_heartbeat_v1", "procrastinate_update_heartbeat_away"
    worker = workers.start()
    with psycopg.connect(own.url, autocommit=True) as connection:
        beating = "SELECT count(*) FROM procrastinate_workers"
        until(lambda: connection.execute(beating).fetchone() == (len(POOLS),), timeout=180)
        connection.execute(f"ALTER FUNCTION {heart} RENAME TO {away}")
        until(lambda: connection.execute(beating).fetchone() != (len(POOLS),), timeout=180)
        connection.execute(f"ALTER FUNCTION {away} RENAME TO {heart}")
        try:
            until(lambda: connection.execute(beating).fetchone() == (len(POOLS),), timeout=180)
            assert worker.poll() is None
        finally:
            stop([worker])
