"""The laboratory for the whole session, and a network of it with an account of its own for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pregonero.networks.base import Medium
from tests.lab.process import Lab, start
from tests.networks.subjects import ALT, NETWORKS, MakeSubject, Subject, access_to, medium_of

PLACE = "/sitio/getmedia/exportaciones-no-mineras-crecieron"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "lab" in request.fixturenames:
        request.getfixturevalue("lab").client.delete("/faults")


@pytest.fixture(scope="session")
def picture(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    return _fetched(lab, "jpg", "picture", "image/jpeg", tmp_path_factory.mktemp("picture"), alt=ALT)


@pytest.fixture(scope="session")
def film(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    return _fetched(lab, "mp4", "video", "video/mp4", tmp_path_factory.mktemp("film"))


def _fetched(lab: Lab, ending: str, kind: str, mime: str, folder: Path, alt: str = "") -> Medium:
    path = folder / f"file.{ending}"
    path.write_bytes(lab.client.get(f"{PLACE}.{ending}").content)
    return medium_of(kind, path, mime, f"{lab.url}{PLACE}.{ending}", alt)


@pytest.fixture
def subject_of(lab: Lab, picture: Medium, film: Medium) -> MakeSubject:
    def make(name: str, **extra: Any) -> Subject:
        return Subject(name, lab, picture, film, access_to(lab, name, **extra))

    return make


@pytest.fixture(params=NETWORKS)
def subject(request: pytest.FixtureRequest, subject_of: MakeSubject) -> Subject:
    return subject_of(request.param)
