"""Two local websites: `site`, which the settings allow, and `inner`, which they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from pregonero.newsroom.reading import waits
from tests.newsroom.website import Website, running

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    """Forget the sites that asked to wait: a port may be that of the site of an earlier test."""
    waits.clear()
    yield
    waits.clear()


@pytest.fixture
def samples() -> Path:
    return SAMPLES


@pytest.fixture
def site(settings: Settings) -> Iterator[Website]:
    with running() as website:
        settings.PRIVATE_ADDRESSES_ALLOWED = [website.authority]
        yield website


@pytest.fixture
def inner() -> Iterator[Website]:
    with running() as website:
        website.put("/secreto", "no debe leerse")
        yield website
