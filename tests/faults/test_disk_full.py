"""The disk of the database is full while calls are in the air, and has room again: nothing is lost, nothing is out
twice, and whoever looks after it is told.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as configured

from pregonero.health.models import Incident, IncidentKind
from pregonero.people.models import Member
from tests.databases import as_default_database
from tests.faults.conftest import OwnDatabase
from tests.faults.crowd import all_final, counted, due_at_once
from tests.faults.small_disk import NotHere, SmallDisk, small_disk
from tests.faults.telling import doctor
from tests.faults.test_crowds import ENOUGH, shown, stop
from tests.faults.test_database_cut import held
from tests.lab.process import Lab, until
from tests.stage import Workers, workers_on

pytestmark = pytest.mark.procedure("P-6")


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A disk of its own for the database, and for the workers' data folder."""
    mounting = small_disk()
    try:
        made = mounting.__enter__()
    except NotHere as reason:
        pytest.skip(str(reason))
    yield made
    mounting.__exit__(None, None, None)


@pytest.fixture
def own_folder(disk: SmallDisk) -> Path:
    return disk.folder


@pytest.fixture
def workers(own: OwnDatabase, disk: SmallDisk, lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    with django_db_blocker.unblock(), as_default_database(own.url):  # type: ignore[attr-defined]
        made = workers_on(own.url, lab)
        made.environment |= {
            "PREGONERO_DATA": str(disk.folder),
            "PREGONERO_SECRET_KEY": configured.SECRET_KEY,
            "PREGONERO_VAULT_KEY_FILE": str(configured.VAULT_KEY_PATH),
        }
        yield made
        lab.client.delete("/faults")


def test_a_full_disk_loses_nothing_and_is_told(
    own: OwnDatabase, disk: SmallDisk, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    deliveries = due_at_once(lab, people, 15, ("x", "facebook"))
    lab.fault(kind="hold_after", endpoint="commit")
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE ballast (words text)")
    worker = workers.start()
    try:
        until(lambda: held(lab) > 0, timeout=ENOUGH)
        disk.fill()
        until(lambda: is_full(own.url), timeout=ENOUGH)
        lab.client.delete("/faults")  # the answers come, and there is no room to keep them
        until(lambda: held(lab) == 0, timeout=ENOUGH)
        assert is_full(own.url)
        assert "Libera espacio" in doctor(workers)["disk"]
        disk.free()
        until(lambda: all_final(own.url, deliveries), timeout=ENOUGH)
        assert worker.poll() is None
        until(lambda: Incident.objects.filter(kind=IncidentKind.DISK_FULL).exists(), timeout=ENOUGH)
    finally:
        disk.free()
        stop([worker])
    assert shown(lab, workers, deliveries).states == {"PUBLISHED": deliveries}


@pytest.mark.slow
def test_a_database_that_fell_for_want_of_room_goes_on_when_it_is_started_again(
    own: OwnDatabase, disk: SmallDisk, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    """Without room for its log PostgreSQL ends itself, and does not start until there is some."""
    deliveries = due_at_once(lab, people, 15, ("x", "facebook"))
    lab.fault(kind="hold_after", endpoint="commit")
    worker = workers.start()
    try:
        until(lambda: held(lab) > 0, timeout=ENOUGH)
        disk.fill()
        until(lambda: has_fallen(own.url), timeout=ENOUGH)
        lab.client.delete("/faults")
        until(lambda: held(lab) == 0, timeout=ENOUGH)
        disk.free()
        until(lambda: is_up(own), timeout=ENOUGH)
        until(lambda: all_final(own.url, deliveries), timeout=ENOUGH)
        assert worker.poll() is None
    finally:
        disk.free()
        stop([worker])
    assert shown(lab, workers, deliveries).states == {"PUBLISHED": deliveries}


def is_up(own: OwnDatabase) -> bool:
    """Return whether the database answers again; one that ended while it recovered is started as its keeper would."""
    if not counted(own.url):
        own.tell("revive")
    return bool(counted(own.url))


def is_full(url: str) -> bool:
    """Return whether the database finds no room for a page more."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO ballast SELECT repeat('x', 900) FROM generate_series(1, 9)")
    except psycopg.errors.DiskFull:
        return True
    return False


def has_fallen(url: str) -> bool:
    """Write until its log finds no room: a message in it takes no page of any table."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
            connection.execute(
                "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 1000000)) FROM generate_series(1, 20)"
            )
    except psycopg.OperationalError:
        return not counted(url)
    return False
