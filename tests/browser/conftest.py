"""The real processes and Debian's Chromium: one of each for all the tests of a worker."""

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

WAYS = ("escritorio", "telefono", "sin-programas", "teclado")
GRANIAN = (sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--blocking-threads", "4")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class JourneyInstallation:
    """Where a journey happens: the web's address, and the people of each way."""

    address: str
    teams: dict[str, Team]


@dataclass(frozen=True)
class SampleInstallation:
    """Where the invented day is seen."""

    address: str
    lab: str
    day: SampleDay
    odd: SecondEntity

    def person(self, name: str) -> Member:
        """Return one of the day's people; of the other entity's, when «otra» goes before the name."""
        entity, _, first_name = name.rpartition(" ")
        return (self.odd if entity else self.day).team.people[first_name]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IO[str]]:
    """Where the processes write what they do."""
    with (tmp_path_factory.mktemp("log") / "processes.log").open("a", encoding="utf-8") as output:
        yield output


@pytest.fixture(scope="session")
def stage(lab: Lab, log: IO[str], django_db_blocker: Any) -> Iterator[JourneyInstallation]:
    """The web and a worker as they are started by hand, and an entity for each way of going through."""
    with django_db_blocker.unblock(), fresh_database() as url:
        workers = installation(url, lab)
        with running(workers, log, web_command(workers), [*PREGONERO, "worker"]):
            teams = run_in_thread(workers, lambda: {way: register_team(lab, way, timezone.now()) for way in WAYS})
            yield JourneyInstallation(address_of(workers), teams)


@pytest.fixture(scope="session")
def shown(lab: Lab, log: IO[str], django_db_blocker: Any) -> Iterator[SampleInstallation]:
    """The invented day, on a web whose clock is stopped in it; nobody works on it."""
    with django_db_blocker.unblock(), fresh_database() as url:
        workers = installation(url, lab)
        web = [*GRANIAN, "--port", port_of(workers), "tests.browser.frozen_wsgi:application"]
        with running(workers, log, web):
            day, odd = (
                run_in_thread(workers, SampleDayMaker(lab).make),
                run_in_thread(workers, lambda: make_second_entity(lab)),
            )
            yield SampleInstallation(address_of(workers), lab.url, day, odd)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's browser, not one that is downloaded."""
    if CHROMIUM is None:
        pytest.skip("no hay Chromium en este equipo: apt-get install chromium")
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
    }


@pytest.fixture
def visits(browser: Browser) -> Iterator[Windows]:
    """Whoever comes in during a test, each with a window of their own."""
    coming = Windows(browser)
    yield coming
    coming.leave()


@pytest.fixture(scope="session")
def badges() -> dict[str, Any]:
    """The sessions of the day's people: each signs in once."""
    return {}


@pytest.fixture
def day_of(shown: SampleInstallation, visits: Windows, badges: dict[str, Any]) -> Callable[..., BrowserUser]:
    """Return a function that gives one of the day's people a window."""

    def enter(first_name: str, size: tuple[int, int] = DESKTOP) -> BrowserUser:
        if first_name not in badges:
            person = visits.enter(shown.address, shown.person(first_name))
            badges[first_name] = person.page.context.storage_state()
        return visits.come_back(shown.address, badges[first_name], size)

    return enter
