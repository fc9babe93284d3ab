"""Starts and stops a real lab, and sends it the calls of a network's client."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 120.0  # seconds; drawing a video can take long on a busy machine
SAMPLE_MEDIA = "/sitio/getmedia/exportaciones-no-mineras-crecieron"  # an image and a video, without extension
POLL_INTERVAL = 0.02  # seconds


@dataclass
class Lab:
    """A running lab."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    client: httpx.Client
    is_shared: bool = False  # by tests that expect its clock to tell the real time

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> float:
        """Send SIGTERM, wait for the end of the process, and return the seconds that it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=TIMEOUT)
        self.client.close()
        return time.monotonic() - started

    def account(self, network: str) -> dict[str, Any]:
        accounts: list[dict[str, Any]] = self.client.get("/accounts.json").json()["accounts"]
        return next(account for account in accounts if account["network"] == network)

    def new_account(self, network: str, **extra: Any) -> dict[str, Any]:
        """Create an account for one test, so that tests do not see each other's posts."""
        number = time.monotonic_ns()
        prefix = "UClab" if network == "youtube" else ""
        fields = {"network": network, "id": f"{prefix}{number}", "handle": f"cuenta{number}", "token": f"t{number}"}
        response = self.client.post("/accounts", json=[fields | {"name": "Cuenta de prueba", "extra": extra}])
        account: dict[str, Any] = response.json()["accounts"][0]
        return account

    def posts(self, **filters: Any) -> list[dict[str, Any]]:
        """Return what became public, oldest first."""
        posts: list[dict[str, Any]] = self.client.get("/ledger.json", params=filters).json()["posts"]
        return posts

    def fault(self, **rule: Any) -> None:
        """Add a fault rule."""
        response = self.client.post("/faults", json=[rule])
        assert response.status_code == httpx.codes.CREATED, response.text

    def advance(self, seconds: float) -> None:
        """Advance the clock of a lab that nobody else uses."""
        assert not self.is_shared, "start a lab of your own to move its clock"
        self._move_clock(seconds)

    @contextmanager
    def set_back(self, seconds: float) -> Iterator[None]:
        """Set the lab's clock back for a while; what is written meanwhile is old."""
        self._move_clock(-seconds)
        try:
            yield
        finally:
            self._move_clock(seconds)

    def _move_clock(self, seconds: float) -> None:
        self.client.post("/clock", json={"advance_seconds": seconds}).raise_for_status()


def start(data: Path, port: int = 0) -> Lab:
    """Start a lab with the demonstration accounts; port 0 picks a free one."""
    command = [sys.executable, "-m", "lab", "--port", str(port), "--data", str(data), "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["event"] == "lab.ready"
    client = httpx.Client(base_url=ready["url"], timeout=TIMEOUT)
    return Lab(process, ready["port"], data, client)


def until(condition: Callable[[], Any], timeout: float = TIMEOUT, *, interval: float = POLL_INTERVAL) -> Any:
    """Call `condition` until its result is true, and return the result. Fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result or time.monotonic() > deadline:
            assert result, f"the condition was still false after {timeout} seconds"
            return result
        time.sleep(interval)


class ApiClient:
    """An HTTP client with the token of one account, below the base URL of its network."""

    def __init__(self, lab: Lab, account: dict[str, Any]) -> None:
        base = "graph/v26.0" if account["network"] in ("facebook", "instagram") else account["network"]
        headers = {"Authorization": f"Bearer {account['token']}"}
        self.account = account
        self.id: str = account["id"]
        self.http = httpx.Client(base_url=f"{lab.url}/{base}", headers=headers, timeout=TIMEOUT)
