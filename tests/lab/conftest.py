"""A lab of its own for these tests, because they advance its clock, and its sample media."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.process import Lab, start


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def film(lab: Lab) -> bytes:
    """Return a video of the website: H.264 and AAC, six seconds."""
    return lab.client.get("/sitio/getmedia/exportaciones-no-mineras-crecieron.mp4").content


@pytest.fixture(scope="session")
def photo(lab: Lab) -> bytes:
    return lab.client.get("/sitio/getmedia/exportaciones-no-mineras-crecieron.jpg").content


@pytest.fixture(scope="session")
def photo_address(lab: Lab) -> str:
    return f"{lab.url}/sitio/getmedia/exportaciones-no-mineras-crecieron.jpg"


@pytest.fixture(scope="session")
def film_path(film: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "video.mp4"
    path.write_bytes(film)
    return path
