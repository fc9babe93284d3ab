"""The process that does the jobs: one or many, on any machine that reaches the database."""

import os
import secrets
import socket
import time
from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar

import structlog
from django.db import close_old_connections, connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg import OperationalError

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")
POLLING_SECONDS = 1.0  # a scheduled job starts at most this much after its moment
LONGEST_PAUSE = 15.0


@cache
def worker_name() -> str:
    """Return this process's own name, never used by another one."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def given_back(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function made to give its thread's database connection back to the pool."""

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return call


def in_job(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Wrap each job: fresh connections, and one line of what it did."""
    close_old_connections()
    started = time.monotonic()
    failed = True
    try:
        result = call_next()
        failed = False
        return result
    finally:
        connection.close()
        log.info(
            "job.done" if not failed else "job.failed", task=context.job.task_name, arguments=context.job.task_kwargs,
            milliseconds=round(1000 * (time.monotonic() - started)),
        )  # fmt: skip


def work(*, concurrency: int) -> None:
    """Do jobs until told to stop; when the database goes away, wait for it and go on in the same process."""
    pause = 0.5
    while True:
        started = time.monotonic()
        try:
            with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
                worker_app.run_worker(
                    concurrency=concurrency, fetch_job_polling_interval=POLLING_SECONDS, delete_jobs="successful",
                    task_middleware=[in_job], name=worker_name(),
                )  # fmt: skip
            return
        except (ConnectorException, OperationalError, OSError) as error:
            pause = 0.5 if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            log.warning("worker.database_away", error=type(error).__name__, again_in=pause)
            time.sleep(pause)
