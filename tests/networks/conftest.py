"""Fixtures of the networks: an account in the laboratory for each test, sample media, and the allow-list watch."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pregonero.networks.base import Medium
from pregonero.networks.client import HttpResponse, NetworkClient
from pregonero.networks.registry import NETWORKS as NETWORK_NAMES
from pregonero.networks.registry import network
from tests.bluesky import harness
from tests.bluesky.harness import Bluesky
from tests.lab.process import SAMPLE_MEDIA, Lab
from tests.networks.allowed import refused
from tests.networks.subjects import (
    ALT,
    NETWORKS,
    MakeSubject,
    Subject,
    accompanied,
    bluesky_credentials,
    lab_credentials,
    medium_of,
)


@pytest.fixture(scope="session")
def bluesky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bluesky]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(harness.running_server(tmp_path_factory.mktemp("bluesky")))
        except harness.ServerUnavailable as reason:
            pytest.skip(f"sin servidor de Bluesky: {reason}")
        yield running


@dataclass
class Watched:
    """The requests of a test that the allow-list does not permit."""

    refused: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Hold every request that leaves against the list of what may be asked; a test that made another fails."""
    if request.module.__name__.endswith(("test_client", "test_client_tls")):  # their calls go to no network
        yield Watched()
        return
    seen, sends = Watched(), NetworkClient._exchange

    def watch(line: NetworkClient, method: str, url: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        why = refused(_network_of(line), method, url, body)
        if why:
            seen.refused.append(why)
        return sends(line, method, url, body, headers)

    monkeypatch.setattr(NetworkClient, "_exchange", watch)
    yield seen
    assert seen.refused == []


def _network_of(line: NetworkClient) -> str:
    """Return the network whose table of endpoints a client has, or an empty string."""
    return next((name for name in NETWORK_NAMES if network(name).endpoints is line.endpoints), "")


@pytest.fixture(scope="session")
def picture(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    path = _fetched(lab, tmp_path_factory.mktemp("picture") / "file.jpg")
    return medium_of("picture", path, "image/jpeg", f"{lab.url}{SAMPLE_MEDIA}.jpg", ALT)


@pytest.fixture(scope="session")
def film(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    path = _fetched(lab, tmp_path_factory.mktemp("film") / "file.mp4")
    return medium_of("video", path, "video/mp4", f"{lab.url}{SAMPLE_MEDIA}.mp4")


@pytest.fixture(scope="session")
def reel(film: Medium, tmp_path_factory: pytest.TempPathFactory) -> Medium:
    """A vertical video, as reels are, with its thumbnail and captions."""
    folder = tmp_path_factory.mktemp("reel")
    return replace(accompanied(film, folder), width=1080, height=1920)


def _fetched(lab: Lab, path: Path) -> Path:
    path.write_bytes(lab.client.get(SAMPLE_MEDIA + path.suffix).content)
    return path


@pytest.fixture
def subject_of(request: pytest.FixtureRequest, lab: Lab, picture: Medium, film: Medium) -> Iterator[MakeSubject]:
    servers: list[Bluesky] = []

    def make(name: str, **extra: Any) -> Subject:
        if name == "bluesky":
            server: Bluesky = request.getfixturevalue("bluesky")
            servers.append(server)
            return Subject(name, server, picture, film, bluesky_credentials(server, **extra))
        return Subject(name, lab, picture, film, lab_credentials(lab, name, **extra))

    yield make
    for server in servers:
        server.client.delete("/faults")


@pytest.fixture(params=NETWORKS)
def subject(request: pytest.FixtureRequest, subject_of: MakeSubject) -> Subject:
    return subject_of(request.param)
