"""Start and stop a real laboratory, and speak to it as each network's client would."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds: a busy machine may take long over drawing a film, and that is no fault
SAMPLE_MEDIA = "/sitio/getmedia/exportaciones-no-mineras-crecieron"  # the website's picture and video, by extension
BREATH = 0.02  # seconds between two looks at a condition


@dataclass
class Lab:
    process: subprocess.Popen[str]
    port: int
    data: Path
    client: httpx.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> float:
        """Ask it to end as a supervisor does, and say how long that took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)
        self.client.close()
        return time.monotonic() - started

    def account(self, network: str) -> dict[str, Any]:
        accounts: list[dict[str, Any]] = self.client.get("/accounts.json").json()["accounts"]
        return next(account for account in accounts if account["network"] == network)

    def new_account(self, network: str, **extra: Any) -> dict[str, Any]:
        """An account of its own for a test, so that tests do not see each other's posts."""
        number = time.monotonic_ns()
        prefix = "UClab" if network == "youtube" else ""
        fields = {"network": network, "id": f"{prefix}{number}", "handle": f"cuenta{number}", "token": f"t{number}"}
        made = self.client.post("/accounts", json=[fields | {"name": "Cuenta de prueba", "extra": extra}])
        account: dict[str, Any] = made.json()["accounts"][0]
        return account

    def posts(self, **filters: Any) -> list[dict[str, Any]]:
        posts: list[dict[str, Any]] = self.client.get("/ledger.json", params=filters).json()["posts"]
        return posts

    def fault(self, **rule: Any) -> None:
        made = self.client.post("/faults", json=[rule])
        assert made.status_code == httpx.codes.CREATED, made.text

    def advance(self, seconds: float) -> None:
        self.client.post("/clock", json={"advance_seconds": seconds}).raise_for_status()


def start(data: Path, port: int = 0) -> Lab:
    command = [sys.executable, "-m", "lab", "--port", str(port), "--data", str(data), "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["event"] == "lab.ready"
    client = httpx.Client(base_url=ready["url"], timeout=PATIENCE)
    return Lab(process, ready["port"], data, client)


def until(condition: Callable[[], Any], timeout: float = PATIENCE, *, breath: float = BREATH) -> Any:
    """Ask again until the answer is true: a real condition with a limit, not a pause of a guessed length."""
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer or time.monotonic() > deadline:
            assert answer, "the condition never came true"
            return answer
        time.sleep(breath)  # whoever is waited for needs the processor more than we do


class Speaker:
    """Plain HTTP with one account's token, below one network's base address."""

    def __init__(self, lab: Lab, account: dict[str, Any]) -> None:
        base = "graph/v26.0" if account["network"] in ("facebook", "instagram") else account["network"]
        headers = {"Authorization": f"Bearer {account['token']}"}
        self.account = account
        self.id: str = account["id"]
        self.http = httpx.Client(base_url=f"{lab.url}/{base}", headers=headers, timeout=PATIENCE)
