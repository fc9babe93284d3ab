"""The worker process, which runs jobs. Any number of workers can run, on any machine that reaches the database."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

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
from pregonero.processes import end_soon, worker_name

log = structlog.get_logger(__name__)
STALLED_SECONDS = 40.0  # without a heartbeat, which a worker sends every 10
POLLING_SECONDS = 1.0  # a scheduled job starts at most this long after its time
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 15.0  # seconds
SPARE_THREADS = 4
DATABASE_ERRORS = (ConnectorException, OperationalError, OSError)

# Each pool has its queues and its number of concurrent jobs, so that long jobs of one kind (reading a video) do not
# delay the others (sending what is due).
POOLS: dict[str, tuple[list[str], int]] = {
    "dispatch": (["dispatch", "records"], 2),
    "sending": (["sending"], 24),
    "preparing": (["preparing"], 4),
    "reading": (["reading", "mail"], 4),
    "conversion": (["conversion"], 1),
    "live": (["live"], 4),
}
ENDLESS_POOLS = frozenset({"live"})  # their jobs end only with the process


class StopRequest(threading.Event):
    """Set by SIGINT or SIGTERM, from its creation to the end of the process; then the process ends within seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pools: list[asyncio.Task[None]] = []
        # Not the loop's own handlers: they need a loop that runs, and there is none while the database is waited for.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._handle)

    @contextmanager
    def cancelling(self, pools: list[asyncio.Task[None]]) -> Iterator[None]:
        """Cancel the pools when a stop is requested inside the block, or was before it."""
        self._pools, self._loop = pools, asyncio.get_running_loop()
        if self.is_set():
            self._cancel()
        try:
            yield
        finally:
            self._pools, self._loop = [], None

    def _handle(self, *_: object) -> None:
        if not self.is_set():
            end_soon()
            self.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        for pool in self._pools:
            pool.cancel()


class ClockSafeDeferrer(PeriodicDeferrer):
    """Enqueues periodic jobs also after this machine's clock was set back.

    Procrastinate's own deferrer would enqueue none until the clock reaches the earlier time again.
    """

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """Return the periodic tasks that are due and were not enqueued yet."""
        if any(last > at for last in self.last_defers.values()):
            self.last_defers.clear()
        return super().get_previous_tasks(at)


class PoolWorker(Worker):
    """Procrastinate's worker with `ClockSafeDeferrer`."""

    async def _periodic_deferrer(self) -> None:
        await ClockSafeDeferrer(registry=self.app.periodic_registry, **self.app.periodic_defaults).worker()


def run_job(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Run a job with a fresh database connection and log its duration. This is Procrastinate's task middleware."""
    close_old_connections()
    started = time.monotonic()
    outcome = "job.failed"
    try:
        result = call_next()
        outcome = "job.done"
        return result
    except Exception as error:
        _note_error(error)
        raise
    finally:
        connection.close()
        milliseconds = round(1000 * (time.monotonic() - started))
        log.info(outcome, task=context.job.task_name, arguments=context.job.task_kwargs, milliseconds=milliseconds)


def _note_error(error: BaseException) -> None:
    """Buffer an incident if the error comes from a full disk or an unavailable database."""
    incident_buffer.note_error(error)
    if isinstance(error, DATABASE_ERRORS):
        incident_buffer.note_incident(
            IncidentKind.DATABASE_AWAY, "Los trabajos esperaron y siguieron solos cuando volvió."
        )


@app.periodic(cron="* * * * * */15")
@app.task(name="worker.requeue_stalled", queue="dispatch", queueing_lock="worker.requeue_stalled", pass_context=True)
async def requeue_stalled(context: JobContext, /, timestamp: int, **_later: Any) -> None:
    """Requeue the jobs of workers whose heartbeat stopped. Every job can safely run twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # A job with the same queueing lock is already in the queue.
            await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            continue  # since it was read, the job ended or another worker requeued it
        incident_buffer.note_incident(
            IncidentKind.WORKER_LOST, "Sus trabajos volvieron a la cola y los hace otro proceso."
        )
        log.warning("job.requeued", task=job.task_name, arguments=job.task_kwargs)


def work(*, pools: Iterable[str] = POOLS, wait: bool = True) -> None:
    """Run the jobs of the pools until a signal stops the process; wait for the database when it is unavailable.

    After SIGINT or SIGTERM the pools finish their current jobs and start no other; `end_soon` bounds how long they
    take. With `wait=False`, run the jobs that are in the queue and return, but for those that do not end.
    """
    pools = [pool for pool in pools if wait or pool not in ENDLESS_POOLS]
    backoff = FIRST_BACKOFF
    stop = StopRequest()
    while not stop.is_set():
        try:
            asyncio.run(_run_pools(list(pools), wait, stop))
            return
        except DATABASE_ERRORS as error:
            _note_error(error)
            log.warning("worker.database_away", error=type(error).__name__, retry_in=backoff)
            stop.wait(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)


async def _run_pools(pools: list[str], wait: bool, stop: StopRequest) -> None:
    # One thread for each concurrent job. The loop's default executor has fewer, and one pool would use them all.
    threads = sum(POOLS[pool][1] for pool in pools) + SPARE_THREADS
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
    # A separate app reads the queue. Tasks enqueue through Django's connection, in the transaction of their act;
    # with `replace_connector` they would not, and a job could start before its rows are committed.
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker_app.open_async():
        running = [asyncio.create_task(_keep_pool_running(worker_app, pool, wait, stop)) for pool in pools]
        with stop.cancelling(running):
            # No pool is cancelled when another fails: a pool that is cancelled twice does not finish its jobs.
            results = await asyncio.gather(*running, return_exceptions=True)
    log.info("worker.stopped")
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _keep_pool_running(worker_app: App, pool: str, wait: bool, stop: StopRequest) -> None:
    """Run a pool until a stop is requested, and start it again when it stops.

    Procrastinate's worker returns, as if it had been stopped, when its heartbeat or its listening fails. A cancelled
    one can also raise a database error, because it unregisters itself.
    """
    backoff = FIRST_BACKOFF
    while True:
        started = time.monotonic()
        reason = "returned"
        # Periodic jobs are enqueued through the connection of the thread that sync_to_async uses; a closed connection
        # is checked by the connection pool before it is used again.
        await sync_to_async(_close_connection)()
        try:
            await _run_pool(worker_app, pool, wait)
        except DATABASE_ERRORS as error:
            reason = type(error).__name__
            _note_error(error)
            if not wait:
                raise
        if not wait or stop.is_set():
            return
        ran_long = time.monotonic() - started > LONGEST_BACKOFF
        backoff = FIRST_BACKOFF if ran_long else min(backoff * 2, LONGEST_BACKOFF)
        log.warning("worker.pool_restarted", pool=pool, error=reason, retry_in=backoff)
        await asyncio.sleep(backoff)


def _close_connection() -> None:
    connection.close()  # a proxy: it is the connection of the thread that runs this


async def _run_pool(worker_app: App, pool: str, wait: bool) -> None:
    queues, concurrency = POOLS[pool]
    options: dict[str, Any] = {
        "queues": queues,
        "concurrency": concurrency,
        "fetch_job_polling_interval": POLLING_SECONDS,
        "delete_jobs": "successful",
        "task_middleware": [run_job],
        "name": f"{worker_name()}:{pool}",
        "wait": wait,
        "install_signal_handlers": False,  # several workers share one loop, where only the last handler would count
    }
    worker_app.perform_import_paths()  # type: ignore[no-untyped-call]
    # What `run_worker_async` does, with `PoolWorker`.
    await PoolWorker(app=worker_app, **{**worker_app.worker_defaults, **options}).run()  # type: ignore[no-untyped-call]
