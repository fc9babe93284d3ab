"""Databases of their own, for tests that need rows really committed: several connections, threads, processes.

    with fresh_database() as url, as_default_database(url):
        ...  # actions commit here; threads opened here see the same database

Emptying by TRUNCATE is refused by design, so each such test has a database copied from a migrated template,
which is made once per run of the tests, whatever the number of pytest-xdist workers.
"""

import atexit
import fcntl
import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ["PREGONERO_TEST_FOLDER"])
TEMPLATE = "pregonero_template_" + hashlib.sha256(str(FOLDER).encode()).hexdigest()[:12]


@contextmanager
def fresh_database() -> Iterator[str]:
    """Give the address of a migrated, empty database, removed at the end with whoever is still connected."""
    template = _template()
    name = f"pregonero_fresh_{uuid.uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _url_of(name)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def empty_database() -> Iterator[str]:
    """Give the address of a database without any table, for the tests of a migration; removed at the end."""
    name = f"pregonero_empty_{uuid.uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}"')
    try:
        yield _url_of(name)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def as_default_database(url: str) -> Iterator[None]:
    """Make Django's default connection that database: in this thread, and in the threads that start inside.

    The pool is left out: Django keeps one for each alias, and it would go on with the database before. A thread
    that used the database closes its connection by itself (`connections.close_all()`).
    """
    described, mine = connections.settings["default"], connections["default"]
    options = {key: value for key, value in described["OPTIONS"].items() if key != "pool"}
    parts = urlsplit(url)
    place = {"NAME": parts.path.lstrip("/"), "HOST": dict(parse_qsl(parts.query)).get("host", parts.hostname or "")}
    connections.settings["default"] = {**described, **place, "OPTIONS": options}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = described
        connections["default"] = mine


def copy_migrated_cluster(folder: Path) -> None:
    """Give a data folder the files of an embedded PostgreSQL with every table, which starts in a second."""
    subprocess.run(["cp", "--archive", _cluster() / "postgres", folder], check=True)


@cache
def _cluster() -> Path:
    """Make the data folder that `copy_migrated_cluster` copies, or wait for the worker that is making it."""
    made = FOLDER / "cluster"
    with (FOLDER / "cluster-making.lock").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = FOLDER / "cluster-unfinished"
            environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
            command = [sys.executable, "-m", "pregonero", "migrate"]
            subprocess.run(command, cwd=ROOT, env=environment | {"PREGONERO_DATA": str(unfinished)}, check=True)
            unfinished.rename(made)
    return made


@cache
def _template() -> str:
    """Make the migrated template, or wait for the worker that is making it, and return its name."""
    _join_its_users()
    with (FOLDER / "template-making.lock").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not _exists(TEMPLATE):
            _make_template()
    return TEMPLATE


def _make_template() -> None:
    _administer(f'CREATE DATABASE "{TEMPLATE}"')
    environment = {**os.environ, "DATABASE_URL": _url_of(TEMPLATE)}
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity=0"]
    try:
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    except subprocess.CalledProcessError:
        _administer(f'DROP DATABASE "{TEMPLATE}" WITH (FORCE)')
        raise


def _join_its_users() -> None:
    """Share the use of the template until this process ends; on a server that stays, the last one removes it."""
    using = (FOLDER / "template-using.lock").open("w")
    fcntl.flock(using, fcntl.LOCK_SH)
    atexit.register(_leave_its_users, using)


def _leave_its_users(using: IO[str]) -> None:
    with using:
        if not os.environ.get("DATABASE_URL"):
            return  # the embedded server goes away with the run
        try:
            fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _administer(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


def _url_of(name: str) -> str:
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


def _exists(name: str) -> bool:
    with psycopg.connect(_url_of("postgres")) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _administer(statement: str) -> None:
    with psycopg.connect(_url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
