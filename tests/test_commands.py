"""The console commands, as somebody types them: each with its help in Spanish."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import fresh_database

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("run", "demo", "web", "worker", "lab", "migrate", "verify", "doctor")


@pytest.fixture
def environment(tmp_path: Path, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock(), fresh_database() as url:
        yield {**os.environ, "DATABASE_URL": url, "PREGONERO_DATA": str(tmp_path), "PREGONERO_DEBUG": "0"}


def pregonero(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pregonero", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_in_spanish(name: str) -> None:
    said = pregonero(name, "--help").stdout
    assert said.startswith("Uso: ")
    assert "Muestra esta ayuda." in said
    assert not any(word in said for word in ("Usage", "Options:", "Show this message"))


def test_the_list_of_commands_is_whole() -> None:
    said = pregonero("--help").stdout
    assert "Comandos" in said
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.procedure("M-1", "P-6", "R-1", "D-5")
def test_demo_alone_publishes_once_and_takes_down_what_it_brought_up(environment: dict[str, str]) -> None:
    first, second = (pregonero("demo", "--json", environment=environment) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    result, again = json.loads(first.stdout), json.loads(second.stdout)
    assert result["deliveries"] == {"published": 4}
    assert set(result["posts"]) == {"x", "facebook", "instagram", "youtube"}
    assert result["chain"] == "ok"
    assert again["posts"] == result["posts"]
    assert again["publications"] == result["publications"] == 1
    for url in result["posts"].values():
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
    verified = pregonero("verify", "--json", environment=environment)
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["ok"] is True
    doctor = json.loads(pregonero("doctor", "--json", environment=environment).stdout)
    well = {check["name"]: check["ok"] for check in doctor["checks"]}
    assert well.pop("workers") is False  # nobody works any more, and it says so
    assert all(well.values()), well


def test_a_setting_that_is_nonsense_stops_with_a_hint(environment: dict[str, str]) -> None:
    done = pregonero("doctor", environment=environment | {"PREGONERO_LEASE_SECONDS": "mucho"})
    assert done.returncode == 1
    assert "PREGONERO_LEASE_SECONDS: debe ser un número" in done.stderr
