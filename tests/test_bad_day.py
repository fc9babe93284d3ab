"""`pregonero run` on a bad day: a killed first start, another installation beside it, a sample that fails."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pregonero import embedded_postgres, processes
from pregonero.demo import sample_run, scenario
from pregonero.errors import Refused
from pregonero.progress import Progress
from pregonero.stack import Addresses, NotStarted
from tests.lab.process import until
from tests.test_embedded import RUN_UNTIL_INPUT_ENDS, start_holder
from tests.test_processes import PREGONERO, START_SECONDS, end_all, start_run

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES = Addresses(1, "http://127.0.0.1:1", "http://127.0.0.1:2")
PUBLISHED = {network: f"http://127.0.0.1:2/{network}/1" for network in ("x", "facebook", "instagram", "youtube")}
COMPLETE = scenario.Result(1, 1, {"published": 4}, PUBLISHED, 20, "ok")
INCOMPLETE = scenario.Result(1, 1, {"published": 3, "failed": 1}, PUBLISHED | {"youtube": ""}, 20, "ok")


@pytest.fixture
def folder() -> Path:
    """A data folder that PostgreSQL's user can enter."""
    folder = Path(os.environ["PREGONERO_TEST_FOLDER"]) / f"bad-day-{uuid4().hex[:8]}"
    folder.mkdir()
    return folder


def ends_well(folder: Path) -> bool:
    """Start the embedded database of a folder, stop it, and return whether it gave its address."""
    process, url = start_holder(folder)
    process.communicate("")
    return process.returncode == 0 and url.startswith("postgresql://")


def test_database_starts_after_its_first_creation_was_killed(folder: Path) -> None:
    environment = {**os.environ, "PREGONERO_DATA": str(folder)}
    first = subprocess.Popen(
        [sys.executable, "-c", RUN_UNTIL_INPUT_ENDS], cwd=ROOT, env=environment, stdin=subprocess.PIPE
    )
    until(lambda: list(folder.glob("postgres.new-*/PG_VERSION")), timeout=120)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert ends_well(folder)


@pytest.mark.parametrize("leftover", ["postgres/run/.s.PGSQL.5432.lock", "postgres/log", "postgres.new-1/PG_VERSION"])
def test_database_is_created_where_an_earlier_start_left_files(folder: Path, leftover: str) -> None:
    path = folder / leftover
    path.parent.mkdir(parents=True)
    path.touch()
    assert ends_well(folder)


def test_folder_with_half_a_database_is_named_and_not_touched(folder: Path) -> None:
    (folder / "postgres" / "base").mkdir(parents=True)
    process, _ = start_holder(folder)
    process.communicate("")
    assert process.returncode == 1
    assert (folder / "postgres" / "base").is_dir()


def test_copy_of_the_binaries_that_was_interrupted_is_made_again(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "postgres").write_text("whole")
    partial = tmp_path / ".target.new"
    partial.mkdir()
    (partial / "postgres").write_text("ha")
    embedded_postgres._copy_folder(source, target)
    assert (target / "postgres").read_text() == "whole"
    assert not partial.exists()


def test_two_installations_that_start_at_once_choose_different_ports() -> None:
    port = processes.free_port(0)
    first, reservation = processes.reserve_port(port)
    second, other = processes.reserve_port(port)  # nobody listens at the first one yet
    with closing(reservation), closing(other):
        assert first == port
        assert second != port
    assert processes.free_port(port) == port


def test_port_of_another_program_is_not_chosen() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        taken = server.getsockname()[1]
        assert processes.free_port(taken) != taken


def failing(*problems: BaseException | scenario.Result) -> Callable[..., scenario.Result]:
    """Return a `publish_sample` that raises or returns each of these, and is then complete."""
    results = [*problems, COMPLETE]

    def publish_sample(_addresses: Addresses, _progress: Progress) -> scenario.Result:
        result = results.pop(0)
        if isinstance(result, scenario.Result):
            return result
        raise result

    return publish_sample


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (NotStarted("No se han leído el video de la noticia: tardó más de 10 segundos."), "No se han leído el video"),
        (Refused("La cuenta está en pausa."), "La cuenta está en pausa."),
        (ValueError("x"), "Hubo un error que quedó anotado"),
        (TimeoutError("timed out"), "Hubo un error que quedó anotado"),
        (INCOMPLETE, "Falta publicarla en youtube."),
    ],
    ids=["not read", "refused", "bug", "no answer", "one network failed"],
)
def test_sample_that_fails_says_what_is_missing_and_is_tried_again(
    problem: BaseException | scenario.Result, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(scenario, "publish_sample", failing(problem, problem))
    monkeypatch.setattr(sample_run, "WAITS", (0,))
    sample_run.keep_trying(ADDRESSES, Progress())
    output = capsys.readouterr()
    assert f"El sitio ya atiende; la muestra sigue pendiente. {sentence}" in output.err
    before, _, after = output.out.partition("La noticia de muestra quedó en:")
    assert before.count("Personas de la demostración (clave: ") == 1
    assert "Personas de la demostración (clave: " in after
    assert PUBLISHED["youtube"] in output.out


def test_a_step_that_takes_long_says_so_with_the_time(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("pregonero.progress.STILL_SECONDS", 0.01)
    with Progress().step("Arranca la base de datos"):
        until(lambda: "sigue" in capsys.readouterr().err)
    with Progress().step("Arranca el laboratorio"):
        time.sleep(0.001)
    assert "0:00  Arranca el laboratorio…" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1, 3, 5, 8, 12, 20])
def test_run_starts_after_a_first_one_was_killed(folder: Path, seconds: int) -> None:
    environment = installation_in(folder)
    try:
        first = subprocess.Popen([*PREGONERO, "run"], cwd=ROOT, env=environment, text=True)
        time.sleep(seconds)  # the moment of the kill is what this test varies
        first.kill()
        first.wait()
        second = start_run(environment, folder / "output")
        until(lambda: "La noticia de muestra quedó en:" in (folder / "output").read_text(), timeout=START_SECONDS)
        second.terminate()
        assert second.wait(60) == 0
    finally:
        end_all(folder)


@pytest.mark.slow
def test_two_installations_run_beside_each_other_on_a_busy_machine(folder: Path) -> None:
    folders = [folder, folder.with_name(f"{folder.name}-2")]
    folders[1].mkdir()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        runs = [
            subprocess.Popen(
                [*PREGONERO, "run"], cwd=ROOT, env=installation_in(each), stdout=output, stderr=output, text=True
            )
            for each, output in ((each, (each / "output").open("w")) for each in folders)
        ]
        for each in folders:
            until(lambda each=each: "quedó en:" in (each / "output").read_text(), timeout=START_SECONDS)  # type: ignore[misc]
        ports = [json.loads((each / "ports.json").read_text()) for each in folders]
        assert len({port for pair in ports for port in pair.values()}) == 4
        for run in runs:
            run.terminate()
        assert [run.wait(60) for run in runs] == [0, 0]
    finally:
        for process in busy:
            process.kill()
        for each in folders:
            end_all(each)


def installation_in(folder: Path) -> dict[str, str]:
    """Return the settings of an installation of its own, with the embedded database."""
    names = {name for name in os.environ if name.startswith("DATABASE_URL")}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"PREGONERO_DATA": str(folder), "PREGONERO_DEBUG": "0"}
