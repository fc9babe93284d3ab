"""Clocks that jump: that of the workers' machine, as their Python reads it, and the database's."""

import mmap
import struct
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

import psycopg

_SHIFT = mmap.mmap(-1, 8)  # seconds; a nursery and all its workers share it

SKEWED = """
CREATE SCHEMA skewed;
CREATE TABLE skewed.clock (by interval NOT NULL);
INSERT INTO skewed.clock VALUES ('0');
CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM skewed.clock)';
CREATE FUNCTION skewed.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT pg_catalog.now() + (SELECT by FROM skewed.clock)';
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = skewed, public, pg_catalog', current_database());
END $$;
"""


def set_machine(seconds: float) -> None:
    """Have the machine's clock go so many seconds ahead of the true one, or behind."""
    struct.pack_into("d", _SHIFT, 0, seconds)


def watch_machine() -> None:
    """Have this process read the machine's clock as it was set. What measures time that passes is left alone."""
    from django.utils import timezone

    plain = time.time
    time.time = lambda: plain() + _shift()

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=_shift())

    timezone.datetime = Shifted  # type: ignore[attr-defined]


def _shift() -> float:
    (seconds,) = struct.unpack_from("d", _SHIFT, 0)
    return float(seconds)


def make_settable(url: str) -> None:
    """Have the clock of a database be one that can be set, for whoever connects from now on."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SKEWED)


def set_database(url: str, seconds: float) -> None:
    """Have the database's clock go so many seconds ahead of the true one, or behind."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE skewed.clock SET by = make_interval(secs => %s)", [seconds])
