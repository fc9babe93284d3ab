"""Fixtures of the conformance tests: the laboratory, behind a recorder of requests."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pregonero.networks.base import Medium
from tests.conformance.recorder import Recorder, recording
from tests.lab.conftest import film, film_path, lab, photo, photo_address
from tests.lab.process import SAMPLE_MEDIA, Lab
from tests.networks.subjects import ALT, BASES, MakeSubject, Subject, lab_credentials, medium_of

__all__ = ["film", "film_path", "lab", "photo", "photo_address"]


@pytest.fixture(scope="session")
def recorded(lab: Lab) -> Iterator[Recorder]:
    with recording(lab.port) as recorder:
        yield recorder


@pytest.fixture(scope="session")
def recorded_subject(lab: Lab, recorded: Recorder, tmp_path_factory: pytest.TempPathFactory) -> MakeSubject:
    """An account whose requests pass through the recorder."""
    folder = tmp_path_factory.mktemp("media")

    def medium(kind: str, ending: str, mime: str, alt: str = "") -> Medium:
        path = folder / f"file{ending}"
        path.write_bytes(lab.client.get(SAMPLE_MEDIA + ending).content)
        return medium_of(kind, path, mime, f"{lab.url}{SAMPLE_MEDIA}{ending}", alt)

    picture, video = medium("picture", ".jpg", "image/jpeg", ALT), medium("video", ".mp4", "video/mp4")

    def make(name: str) -> Subject:
        seen = lab_credentials(lab, name)
        return Subject(name, lab, picture, video, replace(seen, address=f"{recorded.url}/{BASES[name]}"))

    return make
