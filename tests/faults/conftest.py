"""A database of its own, the laboratory, and an entity ready to publish, for tests with real processes."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests import conftest as cast
from tests.databases import as_default_database, fresh_database
from tests.lab.process import Lab, start
from tests.stage import PLACE, Workers, workers_on


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = start(tmp_path_factory.mktemp("lab"))
    for ending in ("jpg", "mp4"):  # drawn when first asked for: on a busy machine, longer than who fetches them waits
        running.client.get(f"{PLACE}.{ending}", timeout=300).raise_for_status()
    yield running
    running.stop()


@pytest.fixture
def workers(lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        yield workers_on(url, lab)
        lab.client.delete("/faults")


@pytest.fixture
def people(workers: Workers) -> dict[str, Member]:
    now = timezone.now()
    entity = cast.register_mincomercio(now)
    roles = {"luis": Role.CONTENT_MANAGER, "beto": Role.DIGITAL_STRATEGIST, "carmen": Role.COORDINATOR}
    return {name: cast.member(entity, name, name.capitalize(), role) for name, role in roles.items()}


@pytest.fixture(scope="module")
def module_workers(lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    """Processes on one database for all the tests of a module."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        yield workers_on(url, lab)
        lab.client.delete("/faults")
