"""Fixtures for tests with real processes: a separate database, the people of an entity and a Bluesky server."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone

from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests import conftest as cast
from tests.bluesky import harness
from tests.bluesky.harness import Bluesky
from tests.databases import as_default_database, copy_migrated_cluster, fresh_database
from tests.lab.process import Lab
from tests.stage import ROOT, Workers, workers_on


@pytest.fixture
def workers(lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        made = workers_on(url, lab)
        yield made
        made.end()
        lab.client.delete("/faults")


@pytest.fixture
def people(workers: Workers) -> dict[str, Member]:
    now = timezone.now()
    entity = cast.register_mincomercio(now)
    roles = {"luis": Role.CONTENT_MANAGER, "beto": Role.DIGITAL_STRATEGIST, "carmen": Role.COORDINATOR}
    return {name: cast.member(entity, name, name.capitalize(), role) for name, role in roles.items()}


@pytest.fixture(scope="module")
def module_workers(lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[Workers]:
    """The settings of processes on one database, shared by the tests of a module."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        made = workers_on(url, lab)
        yield made
        made.end()
        lab.client.delete("/faults")


@pytest.fixture(scope="session")
def bluesky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bluesky | str]:
    """Yield the real server, or the reason why there is none."""
    running = harness.running_server(tmp_path_factory.mktemp("bluesky"))
    try:
        server: Bluesky | str = running.__enter__()
    except harness.ServerUnavailable as reason:
        yield f"sin servidor de Bluesky: {reason}"
        return
    yield server
    running.__exit__(None, None, None)


@pytest.fixture
def real_bluesky(bluesky: Bluesky | str) -> Iterator[Bluesky]:
    """Yield the real server and clear its faults afterwards; skip the test where there is none."""
    if isinstance(bluesky, str):
        pytest.skip(bluesky)
    yield bluesky
    bluesky.client.delete("/faults")


@dataclass
class OwnDatabase:
    """A separate PostgreSQL server that a test stops and starts."""

    process: subprocess.Popen[str]
    url: str

    def tell(self, word: str) -> None:
        """Send "stop" or "start", and wait until it is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(word, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline().strip() == "done"


@pytest.fixture
def own_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pregonero-own-"))
    folder.chmod(0o755)  # the database runs as a user of its own
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own(own_folder: Path) -> Iterator[OwnDatabase]:
    copy_migrated_cluster(own_folder)
    environment = {**os.environ, "PREGONERO_DATA": str(own_folder)}
    command = [sys.executable, "-m", "tests.faults.own_database"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        yield OwnDatabase(process, process.stdout.readline().strip())
        assert process.stdin is not None
        process.stdin.close()
