"""The cast, with fixed rights: Luis informs, Ana and Beto answer for the networks, Carmen coordinates, Darío is of
another entity.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from pytest_django import Settings

from pregonero.people import actions as people
from pregonero.people.models import Employment, Entity, Member
from pregonero.people.roles import Role
from tests.databases import as_default_database, fresh_database
from tests.lab.process import SAMPLE_MEDIA, Lab, start
from tests.second_factor import force_login

# No example has a deadline: how long one takes depends on how busy the machine is.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

# The tests register thousands of people. A hash carries its own cost, so other processes verify these too.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

# Whoever is signed in without the form has shown the second factor too. Signing in for real is tested in tests/people.
Client.force_login = force_login  # type: ignore[assignment]

# Static files are looked for when a test asks for one. Otherwise each test client reads all of them when it is made.
django_settings.WHITENOISE_AUTOREFRESH = True

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 09:00 in Bogotá, a Tuesday
PASSWORD = "una-clave-larga-de-prueba"

# The longest files, which start first: a long file must not run alone at the end.
LONGEST_FILES = (
    "tests/faults/test_storm.py", "tests/faults/test_boundaries.py", "tests/faults/test_crowds.py",
    "tests/faults/test_kills.py", "tests/faults/", "tests/attack/test_secrets.py", "tests/test_commands.py",
    "tests/attack/test_hostile_input.py", "tests/attack/",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; `--no-loadscope-reorder` keeps this order when several workers run them."""
    items.sort(key=lambda item: next((at for at, path in enumerate(LONGEST_FILES) if item.nodeid.startswith(path)), 99))


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """Copy the database of the tests that roll back from the migrated template, instead of migrating it again."""
    with fresh_database() as url, as_default_database(url):
        yield


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The laboratory of this process, for every test that does not move its clock; each test makes its own accounts."""
    running = start(tmp_path_factory.mktemp("lab"))
    running.is_shared = True
    for extension in ("jpg", "mp4"):  # the first request draws them, which may outlast a network call
        running.client.get(f"{SAMPLE_MEDIA}.{extension}", timeout=300).raise_for_status()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _clear_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab").client.delete("/faults")


@pytest.fixture
def now() -> datetime:
    return NOW


def register_mincomercio(now: datetime) -> Entity:
    return people.register_entity(
        slug="mincomercio",
        name="Ministerio de Comercio, Industria y Turismo",
        short_name="MinComercio",
        initials="MC",
        official_domains=["mincit.gov.co"],
        now=now,
    )


@pytest.fixture
def media_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_FOLDER = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def entity(db: None) -> Entity:
    return register_mincomercio(NOW)


@pytest.fixture
def other_entity(db: None) -> Entity:
    return people.register_entity(
        slug="otra", name="Otra entidad", short_name="Otra", initials="OE", official_domains=["otra.gov.co"], now=NOW
    )


def member(entity: Entity, first_name: str, name: str, role: Role) -> Member:
    return people.register_member(
        entity=entity,
        email=f"{first_name}@{entity.slug}.test",
        password=PASSWORD,
        name=name,
        roles=[role],
        employment=Employment.STAFF,
        by=None,
        now=NOW,
    )


@pytest.fixture
def luis(entity: Entity) -> Member:
    return member(entity, "luis", "Luis Peña", Role.CONTENT_MANAGER)


@pytest.fixture
def ana(entity: Entity) -> Member:
    return member(entity, "ana", "Ana Rojas", Role.COMMUNITY_MANAGER)


@pytest.fixture
def beto(entity: Entity) -> Member:
    return member(entity, "beto", "Beto Mora", Role.DIGITAL_STRATEGIST)


@pytest.fixture
def marta(entity: Entity) -> Member:
    return member(entity, "marta", "Marta Gil", Role.ADVISER)


@pytest.fixture
def carmen(entity: Entity) -> Member:
    return member(entity, "carmen", "Carmen Ortiz", Role.COORDINATOR)


@pytest.fixture
def dario(other_entity: Entity) -> Member:
    return member(other_entity, "dario", "Darío Vela", Role.COMMUNITY_MANAGER)
