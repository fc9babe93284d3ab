"""The process that does the jobs: one or many, on any machine that reaches the database."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer, TaskAtTime
from procrastinate.worker import Worker
from psycopg import OperationalError
from psycopg.errors import RaiseException

from pregonero.health import incident_buffer
from pregonero.health.models import IncidentKind
from pregonero.processes import worker_name

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
STALLED_SECONDS = 40.0  # a worker beats every 10
POLLING_SECONDS = 1.0  # a scheduled job starts at most this much after its moment
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
SPARE_THREADS = 4
AWAY = (ConnectorException, OperationalError, OSError)

# Each lane has its own places, so that reading a long video never holds up what goes out at its minute, and slow
# networks never hold up the look at what has come due.
POOLS: dict[str, tuple[list[str], int]] = {
    "looking": (["looking", "records"], 2),
    "sending": (["sending"], 24),
    "preparing": (["preparing"], 4),
    "reading": (["reading", "mail"], 4),
    "making": (["making"], 1),
}


class ClockSafeDeferrer(PeriodicDeferrer):
    """Enqueues the periodic jobs also after this machine's clock was put back: else none until it is that late again,
    and nobody looks meanwhile at what was abandoned.
    """

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """Return the periodic tasks whose moment has come, once each."""
        if any(last > at for last in self.last_defers.values()):
            self.last_defers.clear()
        return super().get_previous_tasks(at)


class PoolWorker(Worker):
    """Procrastinate's worker, with our own look at the clock."""

    async def _periodic_deferrer(self) -> None:
        await ClockSafeDeferrer(registry=self.app.periodic_registry, **self.app.periodic_defaults).worker()


def in_job(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Wrap each job: fresh connections, and one line of what it did."""
    close_old_connections()
    started = time.monotonic()
    failed = True
    try:
        result = call_next()
        failed = False
        return result
    except Exception as error:
        _remember(error)
        raise
    finally:
        connection.close()
        log.info(
            "job.done" if not failed else "job.failed", task=context.job.task_name, arguments=context.job.task_kwargs,
            milliseconds=round(1000 * (time.monotonic() - started)),
        )  # fmt: skip


def _remember(error: BaseException) -> None:
    """Have the next beat write down what this was, when it befell the whole installation."""
    incident_buffer.note_error(error)
    if isinstance(error, AWAY):
        incident_buffer.note_incident(
            IncidentKind.DATABASE_AWAY, "Los trabajos esperaron y siguieron solos cuando volvió."
        )


@app.periodic(cron="* * * * * */15")
@app.task(name="worker.take_back", queue="looking", queueing_lock="worker.take_back", pass_context=True)
async def take_back(context: JobContext, /, timestamp: int, **_later: Any) -> None:
    """Put back in the queue the jobs of workers whose heartbeat stopped: each job can be run twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same thing already waits in the queue, put there by somebody else.
            await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            continue  # it ended, or another worker took it back, since it was read
        incident_buffer.note_incident(
            IncidentKind.WORKER_LOST, "Sus trabajos volvieron a la cola y los hace otro proceso."
        )
        log.warning("job.taken_back", task=job.task_name, arguments=job.task_kwargs)


def work(*, lanes: Iterable[str] = POOLS, wait: bool = True) -> None:
    """Do the jobs of the lanes until told to stop; when the database goes away, wait for it and go on.

    `wait=False` does what waits in the queue and returns.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            asyncio.run(_work(list(lanes), wait))
            return
        except AWAY as error:
            _remember(error)
            log.warning("worker.database_away", error=type(error).__name__, again_in=pause)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _work(lanes: list[str], wait: bool) -> None:
    # A thread for each place: the loop's own executor has as many as the machine has processors, and a few, which one
    # lane would take from the others.
    places = sum(POOLS[lane][1] for lane in lanes)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(places + SPARE_THREADS))
    # Another app for the worker's own reading of the queue: what a task does goes on enqueuing by Django's connection,
    # in the transaction of its act. (`replace_connector` would take that away, and jobs would outrun their rows.)
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker_app.open_async():
        running = [asyncio.create_task(_keep_lane(worker_app, lane, wait)) for lane in lanes]
        _stop_at_signal(running)
        # Each lane is left to end by itself: cancelled a second time, it would not sign off nor finish its jobs.
        ended = await asyncio.gather(*running, return_exceptions=True)
    log.info("worker.stopped")
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _keep_lane(worker_app: App, lane: str, wait: bool) -> None:
    """Run a lane until it is cancelled: one that fails starts again by itself, and waits for no job of the others.

    Procrastinate's worker also returns as if told to stop when its heartbeat or its listening fails.
    """
    pause = FIRST_PAUSE
    while True:
        started = time.monotonic()
        why = "ended by itself"
        # Periodic jobs are enqueued by Django's connection of one thread, which nobody else would see dead.
        await sync_to_async(_give_back)()
        try:
            await _run_lane(worker_app, lane, wait)
        except AWAY as error:
            why = type(error).__name__
            _remember(error)
            if not wait:
                raise
        if not wait:
            return
        pause = FIRST_PAUSE if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
        log.warning("worker.lane_again", lane=lane, error=why, again_in=pause)
        await asyncio.sleep(pause)


def _give_back() -> None:
    """Give the connection of the thread that runs this back to the pool, which looks whether it lives."""
    connection.close()


async def _run_lane(worker_app: App, lane: str, wait: bool) -> None:
    queues, places = POOLS[lane]
    ours: dict[str, Any] = {
        "queues": queues, "concurrency": places, "fetch_job_polling_interval": POLLING_SECONDS,
        "delete_jobs": "successful", "task_middleware": [in_job], "name": f"{worker_name()}:{lane}", "wait": wait,
        "install_signal_handlers": False,  # several on one loop would hear only the last
    }  # fmt: skip
    worker_app.perform_import_paths()  # type: ignore[no-untyped-call]
    # As `run_worker_async` does, with a worker of ours.
    await PoolWorker(app=worker_app, **{**worker_app.worker_defaults, **ours}).run()  # type: ignore[no-untyped-call]


def _stop_at_signal(running: list[asyncio.Task[None]]) -> None:
    """Let the jobs at hand finish, and take no more, when told to stop."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, lambda: [lane.cancel() for lane in running])
