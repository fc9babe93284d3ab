"""A database of its own, the laboratory, and an entity ready to publish, for tests with real processes."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests import conftest as cast
from tests.databases import as_default_database, fresh_database
from tests.lab.process import Lab, start
from tests.stage import Workers, workers_on


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = start(tmp_path_factory.mktemp("lab"))
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
