"""Stand in the middle of what another thread does, without guessing how long it takes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg.sql import SQL, Identifier

WAIT_SECONDS = 120


def in_a_thread(work: Callable[[], object]) -> object:
    """Run the work with a connection of the thread's own."""
    try:
        return work()
    finally:
        connections.close_all()


@contextmanager
def locked(url: str, table: str, mode: str) -> Iterator[Callable[[], None]]:
    """Keep others from that use of a table; gives a function that returns when somebody stands before it."""
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute(SQL("LOCK TABLE {} IN " + mode + " MODE").format(Identifier(table)))
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass"

        def wait_for_somebody() -> None:
            for _ in range(WAIT_SECONDS * 100):
                if watcher.execute(waiting, [table]).rowcount:
                    return
                threading.Event().wait(0.01)
            raise TimeoutError(f"nobody reached {table}")

        yield wait_for_somebody
        holder.rollback()
