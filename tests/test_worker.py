"""The worker process: transactions of its tasks (decision 0005), concurrency, stalled jobs and signals."""

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
from pregonero.processes import is_known_dead
from pregonero.worker import ClockSafeDeferrer
from tests.databases import as_default_database, fresh_database
from tests.lab.process import until

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def database(django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        yield url


def count_jobs(url: str, name: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def test_a_job_that_a_task_enqueues_is_visible_after_its_commit(database: str) -> None:
    counts: list[int] = []

    def act() -> None:
        with transaction.atomic(durable=True):
            app.configure_task("tests.nothing", queue="never").defer()
            counts.append(count_jobs(database, "tests.nothing"))

    app.tasks.pop("tests.act", None)
    app.task(act, name="tests.act", queue="reading").defer()
    worker.work(wait=False)
    assert counts == [0]
    assert count_jobs(database, "tests.nothing") == 1


def test_a_failed_act_enqueues_nothing(database: str) -> None:
    def act() -> None:
        with transaction.atomic(durable=True):
            app.configure_task("tests.nothing", queue="never").defer()
            raise ValueError("the act fails")

    app.tasks.pop("tests.failing_act", None)
    app.task(act, name="tests.failing_act", queue="reading").defer()
    worker.work(wait=False)
    assert count_jobs(database, "tests.nothing") == 0


def test_requeue_stalled_skips_a_job_that_ended_and_requeues_the_next(database: str) -> None:
    """As when two workers requeue at once: the second reads jobs that the first has already requeued or ended."""
    task = app.configure_task("tests.nothing", queue="never")
    ended, lost = (
        Job(id=task.defer(), queue="never", lock=None, queueing_lock=None, task_name="tests.nothing") for _ in range(2)
    )
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [lost.id])
        connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [ended.id])

    async def read_before(**_: object) -> list[Job]:
        return [ended, lost]

    async def requeue() -> None:
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker_app.open_async():
            worker_app.job_manager.get_stalled_jobs = read_before
            await worker.requeue_stalled(SimpleNamespace(app=worker_app), timestamp=0)

    asyncio.run(requeue())
    with psycopg.connect(database) as connection:
        jobs = connection.execute("SELECT id, status FROM procrastinate_jobs").fetchall()
    assert jobs == [(lost.id, "todo")]


def test_worker_name_is_the_same_throughout_a_process() -> None:
    assert worker.worker_name() == worker.worker_name()
    assert worker.worker_name().count(":") == 2


def test_a_process_is_known_dead_once_it_has_ended_and_never_while_it_is_suspended() -> None:
    code = "import time; from pregonero.processes import worker_name; print(worker_name(), flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert not is_known_dead(name)
        process.send_signal(signal.SIGSTOP)
        assert not is_known_dead(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_known_dead(name)  # its parent has not collected it yet
        process.wait()
        assert is_known_dead(name)


def test_a_process_of_another_machine_or_with_another_name_is_not_known_dead() -> None:
    host, pid, _ = worker.worker_name().split(":")
    assert not is_known_dead(f"{host}:{pid}:{'0' * 12}-1")
    assert not is_known_dead("worker-1")
    assert not is_known_dead("")


def test_a_process_id_that_another_process_has_now_is_known_dead() -> None:
    name, _, start = worker.worker_name().rpartition("-")
    assert not is_known_dead(f"{name}-{start}")
    assert is_known_dead(f"{name}-{int(start) + 1}")


def test_every_pool_runs_as_many_jobs_at_once_as_its_concurrency(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every job waits at a barrier for all the others, so the test ends only if all of them run at the same time."""
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})  # their jobs would use some of the concurrency
    pools = set(worker.POOLS) - worker.ENDLESS_POOLS  # `wait=False` leaves those out
    concurrency = {pool: number for pool, (_, number) in worker.POOLS.items() if pool in pools}
    barrier = threading.Barrier(sum(concurrency.values()))

    def meet() -> None:
        barrier.wait(timeout=120)

    app.tasks.pop("tests.meet", None)
    app.task(meet, name="tests.meet")
    for pool, number in concurrency.items():
        for _ in range(number):
            app.configure_task("tests.meet", queue=worker.POOLS[pool][0][0]).defer()
    worker.work(wait=False)
    assert not barrier.broken


def test_worker_ends_with_0_and_unregisters_on_sigterm(database: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database}
    process = subprocess.Popen([sys.executable, "-m", "pregonero", "worker"], cwd=ROOT, env=environment)
    until(lambda: count_listening(database) == len(worker.POOLS), timeout=180)
    assert count_workers(database) == len(worker.POOLS)
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0
    assert count_workers(database) == 0


def count_listening(url: str) -> int:
    """Count the pools that listen for jobs: each knows by then that it is registered."""
    with psycopg.connect(url) as connection:
        found = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        row = connection.execute(found).fetchone()
    assert row is not None
    return int(row[0])


def count_workers(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.procedure("P-6")
def test_requeue_stalled_requeues_jobs_of_dead_workers_only(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker without a heartbeat for longer than `STALLED_SECONDS` is dead."""
    task = app.tasks["worker.requeue_stalled"]
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    dead = insert_running_job(database, "tests.of_a_dead_worker", silent=worker.STALLED_SECONDS + 1)
    duplicate = insert_running_job(database, "tests.duplicate", silent=worker.STALLED_SECONDS + 1)
    alive = insert_running_job(database, "tests.of_a_live_worker", silent=0)
    app.configure_task("tests.duplicate", queue="never", queueing_lock="tests.duplicate").defer()
    task.defer(timestamp=0)
    worker.work(wait=False)
    assert status_of(database, dead) == "todo"
    assert status_of(database, alive) == "doing"
    assert status_of(database, duplicate) is None  # the queue has a job with the same lock
    assert count_jobs(database, "tests.duplicate") == 1


def test_stalled_jobs_are_requeued_within_a_minute() -> None:
    periods = [
        task.cron for task in app.periodic_registry.periodic_tasks.values() if task.task is worker.requeue_stalled
    ]
    assert periods == ["* * * * * */15"]
    assert worker.STALLED_SECONDS + 15 + worker.POLLING_SECONDS < 60


def insert_running_job(url: str, name: str, *, silent: float) -> int:
    """Insert a running job of a worker whose last heartbeat was `silent` seconds ago."""
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


def test_periodic_jobs_continue_after_the_clock_was_set_back() -> None:
    """Each job is still enqueued only once."""
    import_module("pregonero.outbox.tasks")
    deferrer, now = ClockSafeDeferrer(registry=app.periodic_registry), 1_800_000_003.0
    for at in (now, now + 60, now - 3600):
        names = [task.task.name for task, _ in deferrer.get_previous_tasks(at=at)]
        assert "outbox.sweep" in names
        assert not list(deferrer.get_previous_tasks(at=at))
