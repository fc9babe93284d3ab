"""The worker's process: what its tasks enqueue belongs to their act's transaction (decision 0005)."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from pregonero import worker
from pregonero.worker import ClockSafeDeferrer
from tests.databases import as_default_database, fresh_database
from tests.lab.process import until

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def database(django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        yield url


def waiting(url: str, name: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def test_a_job_is_not_seen_before_its_act_commits(database: str) -> None:
    seen: list[int] = []

    def act() -> None:
        with transaction.atomic(durable=True):
            app.configure_task("tests.nothing", queue="never").defer()
            seen.append(waiting(database, "tests.nothing"))

    app.tasks.pop("tests.act", None)
    app.task(act, name="tests.act", queue="reading").defer()
    worker.work(wait=False)
    assert seen == [0]
    assert waiting(database, "tests.nothing") == 1


def test_nothing_is_enqueued_by_an_act_that_failed(database: str) -> None:
    def act() -> None:
        with transaction.atomic(durable=True):
            app.configure_task("tests.nothing", queue="never").defer()
            raise ValueError("the act fails")

    app.tasks.pop("tests.failing_act", None)
    app.task(act, name="tests.failing_act", queue="reading").defer()
    worker.work(wait=False)
    assert waiting(database, "tests.nothing") == 0


def test_a_job_that_ended_meanwhile_keeps_no_other_from_coming_back(database: str) -> None:
    """Two workers take back at once: what the first has put back, or ended, the second finds no more."""
    waits = app.configure_task("tests.nothing", queue="never")
    ended, lost = (Job(id=waits.defer(), queue="never", lock=None, queueing_lock=None, task_name="tests.nothing")
                   for _ in range(2))  # fmt: skip
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [lost.id])
        connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [ended.id])

    async def both(**_: object) -> list[Job]:
        return [ended, lost]

    async def take_back() -> None:
        apart = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with apart.open_async():
            apart.job_manager.get_stalled_jobs = both
            await worker.take_back(SimpleNamespace(app=apart), timestamp=0)

    asyncio.run(take_back())
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT id, status FROM procrastinate_jobs").fetchall()
    assert left == [(lost.id, "todo")]


def test_a_worker_has_a_name_of_its_own() -> None:
    assert worker.worker_name() == worker.worker_name()
    assert worker.worker_name().count(":") == 2


def test_every_lane_has_its_places_whatever_the_others_do(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many jobs at once as there are places, on a machine of few processors too: each waits for all the others."""
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})  # whose jobs would take some of the places
    places = {lane: places for lane, (_, places) in worker.POOLS.items()}
    together = threading.Barrier(sum(places.values()))

    def meet() -> None:
        together.wait(timeout=120)

    app.tasks.pop("tests.meet", None)
    app.task(meet, name="tests.meet")
    for lane, number in places.items():
        for _ in range(number):
            app.configure_task("tests.meet", queue=worker.POOLS[lane][0][0]).defer()
    worker.work(wait=False)
    assert not together.broken


def test_a_worker_that_is_told_to_stop_signs_off(database: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database}
    process = subprocess.Popen([sys.executable, "-m", "pregonero", "worker"], cwd=ROOT, env=environment)
    until(lambda: working(database) == len(worker.POOLS), timeout=180)
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0
    assert working(database) == 0


def working(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.procedure("P-6")
def test_the_jobs_of_a_dead_worker_come_back_and_those_of_a_living_one_stay(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker beats every ten seconds; one that is silent for longer than it may be is dead."""
    look = app.tasks["worker.take_back"]
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    dead = doing(database, "tests.of_the_dead", silent=worker.STALLED_SECONDS + 1)
    twin = doing(database, "tests.with_a_twin", silent=worker.STALLED_SECONDS + 1)
    alive = doing(database, "tests.of_the_living", silent=0)
    app.configure_task("tests.with_a_twin", queue="never", queueing_lock="tests.with_a_twin").defer()
    look.defer(timestamp=0)
    worker.work(wait=False)
    assert status_of(database, dead) == "todo"
    assert status_of(database, alive) == "doing"
    assert status_of(database, twin) is None  # the same thing waits already
    assert waiting(database, "tests.with_a_twin") == 1


def test_a_dead_worker_is_found_within_a_minute() -> None:
    periods = [task.cron for task in app.periodic_registry.periodic_tasks.values() if task.task is worker.take_back]
    assert periods == ["* * * * * */15"]
    assert worker.STALLED_SECONDS + 15 + worker.POLLING_SECONDS < 60


def doing(url: str, name: str, *, silent: float) -> int:
    """Leave a job that a worker had in its hands when it was last heard of, so many seconds ago."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "WITH silent AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id)"
            " INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
            " SELECT 'never', %s, %s, 'doing', id FROM silent RETURNING id",
            [silent, name, name],
        ).fetchone()
    assert row is not None
    return int(row[0])


def status_of(url: str, job: int) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job]).fetchone()
    return row and str(row[0])


def test_periodic_jobs_go_on_after_the_clock_was_put_back() -> None:
    """Procrastinate's own waits until it is that late again; each is enqueued once, all the same."""
    import_module("pregonero.publishing.tasks")
    deferrer, now = ClockSafeDeferrer(registry=app.periodic_registry), 1_800_000_003.0
    for at in (now, now + 60, now - 3600):
        names = [task.task.name for task, _ in deferrer.get_previous_tasks(at=at)]
        assert "publishing.sweep" in names
        assert not list(deferrer.get_previous_tasks(at=at))
