"""Real web and worker processes, and Debian's Chromium, shared by all browser tests."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from pregonero.people.models import Member
from tests.browser.processes import PREGONERO, address_of, installation, port_of, run_in_thread, running, web_command
from tests.browser.sample_day import SampleDay, SampleDayMaker
from tests.browser.sample_entities import Team, register_team
from tests.browser.second_entity import SecondEntity, make_second_entity
from tests.browser.windows import DESKTOP, BrowserUser, Windows
from tests.databases import fresh_database
from tests.lab.process import Lab
from tests.stage import Workers

WAYS = (
    "escritorio",
    "telefono",
    "sin-programas",
    "teclado",
    "editor",
    "rapido",
    "hoy",
    "parrilla",
    "ciudadania",
    "conversacion",
    "incidente",
    "incidentemovil",
    "moderacion",
    "envivo",
    "temas",
    "sinergias",
    "piezas",
)
GRANIAN = (sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--blocking-threads", "4")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class JourneyInstallation:
    """A running installation for journeys: its address and settings, and one entity for each kind of window."""

    address: str
    teams: dict[str, Team]
    workers: Workers


@dataclass(frozen=True)
class SampleInstallation:
    """A web that serves the sample day: its address, and the rows to look at."""

    address: str
    lab: str
    day: SampleDay
    second: SecondEntity
    workers: Workers

    def person(self, name: str) -> Member:
        """Return a member of the sample day's entity by first name, or of the second entity for "otra <first name>"."""
        entity, _, first_name = name.rpartition(" ")
        return (self.second if entity else self.day).team.people[first_name]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IO[str]]:
    """The file where the processes write their logs."""
    with (tmp_path_factory.mktemp("log") / "processes.log").open("a", encoding="utf-8") as output:
        yield output


@pytest.fixture(scope="session")
def stage(lab: Lab, log: IO[str], django_db_blocker: Any) -> Iterator[JourneyInstallation]:
    """A web and a worker started by their commands, with one entity for each kind of window."""
    with django_db_blocker.unblock(), fresh_database() as url:
        workers = installation(url, lab)
        with running(workers, log, web_command(workers), [*PREGONERO, "worker"]):
            teams = run_in_thread(workers, lambda: {way: register_team(lab, way, timezone.now()) for way in WAYS})
            yield JourneyInstallation(address_of(workers), teams, workers)


@pytest.fixture(scope="session")
def sample(lab: Lab, log: IO[str], django_db_blocker: Any) -> Iterator[SampleInstallation]:
    """A web with its clock frozen in the sample day, without a worker."""
    with django_db_blocker.unblock(), fresh_database() as url:
        workers = installation(url, lab)
        web = [*GRANIAN, "--port", port_of(workers), "tests.browser.frozen_wsgi:application"]
        with running(workers, log, web):
            day, second = (
                run_in_thread(workers, SampleDayMaker(lab).make),
                run_in_thread(workers, lambda: make_second_entity(lab)),
            )
            yield SampleInstallation(address_of(workers), lab.url, day, second, workers)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Launch Debian's Chromium instead of the one that Playwright downloads."""
    if CHROMIUM is None:
        pytest.skip("no hay Chromium en este equipo: apt-get install chromium")
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
    }


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Browser windows, closed after the test."""
    open_windows = Windows(browser)
    yield open_windows
    open_windows.close()


@pytest.fixture(scope="session")
def saved_sessions() -> dict[str, Any]:
    """Browser sessions by first name, so that each person of the sample day signs in once."""
    return {}


@pytest.fixture
def open_as(sample: SampleInstallation, windows: Windows, saved_sessions: dict[str, Any]) -> Callable[..., BrowserUser]:
    """Return a function that opens a window as a person of the sample day."""

    def enter(first_name: str, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        if first_name not in saved_sessions:
            person = windows.enter(sample.address, sample.person(first_name))
            saved_sessions[first_name] = person.page.context.storage_state()
        return windows.restore(sample.address, saved_sessions[first_name], size)

    return enter
