"""Stop another thread at a table, and wait until it is there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg.sql import SQL, Identifier

WAIT_SECONDS = 120


def run_in_thread(function: Callable[[], object]) -> object:
    """Run a function and close the thread's database connections afterwards."""
    try:
        return function()
    finally:
        connections.close_all()


@contextmanager
def locked(url: str, table: str, mode: str) -> Iterator[Callable[[], None]]:
    """Lock a table in that mode; yield a function that returns when another connection waits for the lock."""
    with psycopg.connect(url) as locker, psycopg.connect(url, autocommit=True) as watcher:
        locker.execute(SQL("LOCK TABLE {} IN " + mode + " MODE").format(Identifier(table)))
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass"

        def wait_for_blocked() -> None:
            for _ in range(WAIT_SECONDS * 100):
                if watcher.execute(waiting, [table]).rowcount:
                    return
                threading.Event().wait(0.01)
            raise TimeoutError(f"No connection waited for {table} within {WAIT_SECONDS} s.")

        yield wait_for_blocked
        locker.rollback()
