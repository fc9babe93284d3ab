"""The console commands, run as a person runs them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from pregonero import embedded_postgres
from pregonero.migration_history import UnknownMigrations, check_history
from tests.databases import fresh_database
from tests.films import picture

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("run", "demo", "web", "worker", "lab", "migrate", "verify", "doctor", "inspect", "read", "code")


@pytest.fixture
def environment(tmp_path: Path, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with django_db_blocker.unblock(), fresh_database() as url:
        yield {**os.environ, "DATABASE_URL": url, "PREGONERO_DATA": str(tmp_path), "PREGONERO_DEBUG": "0"}


def pregonero(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pregonero", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_is_in_spanish(name: str) -> None:
    output = pregonero(name, "--help").stdout
    assert output.startswith("Uso: ")
    assert "Muestra esta ayuda." in output
    assert not any(word in output for word in ("Usage", "Options:", "Show this message"))


def test_help_lists_every_command() -> None:
    output = pregonero("--help").stdout
    assert "Comandos" in output
    assert all(f"  {name} " in output for name in COMMANDS)


def test_inspect_reads_a_file_without_a_database(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "mapa.png"
    path.write_bytes(picture("PNG"))
    without_database = environment | {"DATABASE_URL": "postgresql://nadie@127.0.0.1:1/nada"}
    found = pregonero("inspect", str(path), "--network", "instagram", "--json", environment=without_database)
    data = json.loads(found.stdout)
    assert (found.returncode, data["seen"]["format"], data["conversion"]["made"]["format"]) == (1, "PNG", "JPEG")
    assert list((tmp_path).iterdir()) == [path]
    unknown = pregonero("inspect", str(path), "--network", "nada", environment=without_database)
    assert (unknown.returncode, "no hay una red «nada»" in unknown.stderr) == (2, True)


def test_code_without_the_demonstration_says_so(environment: dict[str, str]) -> None:
    done = pregonero("code", environment=environment)
    assert (done.returncode, "no tiene la demostración" in done.stderr) == (1, True)


@pytest.mark.procedure("M-1", "P-6", "R-1", "D-5")
def test_demo_publishes_once_and_stops_what_it_started(environment: dict[str, str]) -> None:
    first, second = (pregonero("demo", "--json", environment=environment) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    result, repeated = json.loads(first.stdout), json.loads(second.stdout)
    assert result["deliveries"] == {"published": 4}
    assert set(result["posts"]) == {"x", "facebook", "instagram", "youtube"}
    assert result["chain"] == "ok"
    assert repeated["posts"] == result["posts"]
    assert repeated["publications"] == result["publications"] == 1
    for url in result["posts"].values():
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
    assert re.fullmatch(
        r"\d{6}  \(sirve \d+ s más, una vez a cada persona\)\n", pregonero("code", environment=environment).stdout
    )
    verified = pregonero("verify", "--json", environment=environment)
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["ok"] is True
    doctor = json.loads(pregonero("doctor", "--json", environment=environment).stdout)
    results = {check["name"]: check["ok"] for check in doctor["checks"]}
    assert results.pop("workers") is False  # the demo has stopped its worker
    assert all(results.values()), results


def test_an_invalid_setting_ends_the_command_with_a_hint(environment: dict[str, str]) -> None:
    done = pregonero("doctor", environment=environment | {"PREGONERO_LEASE_SECONDS": "mucho"})
    assert done.returncode == 1
    assert "PREGONERO_LEASE_SECONDS: debe ser un número" in done.stderr


def test_a_usage_error_is_in_spanish() -> None:
    result = pregonero("doctor", "--requeu")
    assert result.returncode == 2
    assert "No existe la opción '--requeu'. ¿Querías decir '--requeue'?" in result.stderr


@pytest.mark.parametrize("command", [["run"], ["migrate"], ["web"], ["worker"], ["doctor"]], ids=lambda c: c[0])
def test_commands_refuse_a_database_of_an_earlier_version(environment: dict[str, str], command: list[str]) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE upkeep_incident (id bigint)")
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('upkeep', '0001_incidents_and_beats', now()), ('records', '0003_digests_and_totals', now())"
        )
    result = pregonero(*command, environment=environment)
    assert result.returncode == 1
    assert "La base de datos la hizo otra versión de Pregonero: tiene 2 cambios de tablas" in result.stderr
    assert "Crea una base de datos vacía, ponla en DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_check_history_names_the_data_folder_of_the_embedded_database(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = environment["DATABASE_URL"]
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(embedded_postgres, "database_url", lambda: url)
    check_history()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0009_gone', now())")
    with pytest.raises(UnknownMigrations, match=f"borra la carpeta {embedded_postgres.data_folder()}"):
        check_history()
