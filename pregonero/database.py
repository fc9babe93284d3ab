"""The database's clock, and the return of a thread's connection to the pool."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


def database_now() -> datetime:
    """Return the current time of the database: the clock that workers on different machines share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return read_moment(cursor.fetchone())


def read_moment(row: tuple[object, ...]) -> datetime:
    """Return the only value of a row; raise TypeError when it is not a moment."""
    (moment,) = row
    if not isinstance(moment, datetime):
        raise TypeError(f"The database returned {moment!r} instead of a moment.")
    return moment


def closes_connection(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function wrapped so that its thread's connection goes back to the pool when it ends."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return call
