"""The database goes away in the middle and comes back: every delivery ends, each is out once, the worker lives on."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from pregonero.database import database_now
from pregonero.networks.models import Account
from pregonero.outbox.batch_prepare import prepare_locally
from pregonero.people.models import Member
from pregonero.worker import POOLS
from tests.databases import as_default_database
from tests.faults.conftest import OwnDatabase
from tests.faults.crowd import all_final, counted, due_at_once
from tests.faults.test_crowds import ENOUGH, shown, stop
from tests.faults.test_database_cut import held
from tests.lab.process import Lab, until
from tests.stage import Workers, informed_news, programmed, workers_on

pytestmark = pytest.mark.procedure("P-6")
STOPPED_SECONDS = 8.0
# What people write and whom the account blocks are read at any time; its own posts only after an answer was lost.
READ_MEANWHILE = ("/mentions", "/dm_events", "/blocking", "/muting")
# The leases outlast the stop, however slow the machine is.
PATIENT = {"PREGONERO_LEASE_SECONDS": "240", "PREGONERO_CALL_SECONDS": "200"}


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


def test_answers_that_come_while_the_database_is_stopped_are_stored(
    own: OwnDatabase, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    """The job that sends is preparing one more delivery when the database stops, with all the others in the air."""
    in_the_air = due_at_once(lab, people, 60, ("x",))
    account = Account.objects.get()
    assert prepare_locally(account_id=account.pk, now=database_now()).stored == in_the_air
    programmed(informed_news(lab, people["luis"], timezone.now(), with_media=False), people["beto"], timezone.now())
    lab.fault(kind="hold_after", network="x", endpoint="commit")
    with psycopg.connect(own.url, autocommit=True) as connection:
        make_preparing_wait(connection)
        worker = replace(workers, environment=workers.environment | PATIENT).start()
        try:
            until(lambda: held(lab) == in_the_air and is_preparing(connection), timeout=ENOUGH)
            own.tell("stop")
            stopped_at = time.monotonic()
            lab.client.delete("/faults")
            until(lambda: held(lab) == 0, timeout=ENOUGH)
            time.sleep(max(0.0, stopped_at + STOPPED_SECONDS - time.monotonic()))
            own.tell("start")
            until(lambda: all_final(own.url, in_the_air + 1), timeout=ENOUGH)
            assert worker.poll() is None
        finally:
            stop([worker])
    judged = shown(lab, workers, in_the_air + 1)
    assert judged.states == {"PUBLISHED": in_the_air + 1}
    with psycopg.connect(own.url) as connection:
        outcomes = connection.execute("SELECT outcome, count(*) FROM outbox_attempt GROUP BY outcome").fetchall()
    assert outcomes == [("PUBLISHED", in_the_air + 1)]
    calls = lab.client.get("/calls.json", params={"network": "x", "account": account.remote_id}).json()["calls"]
    read = [call["path"] for call in calls if call["method"] == "GET" and not call["path"].endswith(READ_MEANWHILE)]
    assert read == []


def make_preparing_wait(connection: psycopg.Connection[Any]) -> None:
    """Make the storing of what was prepared wait until this server stops, and leave it to the job that sends."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended('outbox.prepare_locally', 0))")
    connection.execute(
        "CREATE FUNCTION wait_for_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF pg_postmaster_start_time() = '{started_at(connection)}' THEN PERFORM pg_sleep(600); END IF;"
        " RETURN NEW; END $$"
    )
    connection.execute(
        "CREATE TRIGGER wait_for_stop BEFORE UPDATE ON outbox_delivery FOR EACH ROW"
        " WHEN (OLD.prepared_for = '' AND NEW.prepared_for <> '') EXECUTE FUNCTION wait_for_stop()"
    )


def started_at(connection: psycopg.Connection[Any]) -> str:
    """Return when this server started, as PostgreSQL writes it."""
    (moment,) = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone() or ("",)
    return str(moment)


def is_preparing(connection: psycopg.Connection[Any]) -> bool:
    """Return whether a session waits in `wait_for_stop`."""
    waiting = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
    return waiting is not None and waiting[0] > 0


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
