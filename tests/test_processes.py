"""How the processes of an installation end and start again, on a machine where things fail."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from pregonero import embedded_postgres, processes
from pregonero.worker import POOLS
from tests.databases import copy_migrated_cluster
from tests.lab.process import until

ROOT = Path(__file__).resolve().parent.parent
PREGONERO = [sys.executable, "-m", "pregonero"]
LONGEST_END = 15.0  # seconds from SIGTERM
START_SECONDS = 300.0  # of a whole installation, on a busy machine


@pytest.fixture
def folder() -> Path:
    """A data folder that PostgreSQL's user can enter."""
    folder = Path(os.environ["PREGONERO_TEST_FOLDER"]) / f"processes-{uuid4().hex[:8]}"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Settings of an installation of its own, with the embedded database."""
    names = {name for name in os.environ if name.startswith("DATABASE_URL")}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"PREGONERO_DATA": str(folder), "PREGONERO_DEBUG": "0"}


@pytest.fixture
def database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """The embedded database of the data folder, with its tables."""
    copy_migrated_cluster(folder)
    monkeypatch.setenv("PREGONERO_DATA", str(folder))
    embedded_postgres.data_folder.cache_clear()
    server = embedded_postgres.start(durable=False)
    try:
        yield server
    finally:
        for child in tree(server.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGCONT)
        embedded_postgres.stop(server)
        embedded_postgres.data_folder.cache_clear()


def tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    pids = [pid]
    for parent in pids:
        pids += children_of(parent)
    return pids


def children_of(pid: int) -> list[int]:
    """Return the children of a process; none when it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pids: Iterable[int]) -> list[int]:
    """Return which of these processes have not ended."""
    return [pid for pid in pids if is_alive(pid)]


def is_alive(pid: int) -> bool:
    """Whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def of_installation(folder: Path) -> dict[int, str]:
    """Return the live processes that were started with this data folder or that use its database."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            given = (process / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if is_alive(int(process.name)) and (f"PREGONERO_DATA={folder}\0" in given or str(folder) in command):
            found[int(process.name)] = command
    return found


def wait_for_end(process: subprocess.Popen[str], *, folder: Path) -> float:
    """Send SIGTERM, wait until no process of the installation runs, and return the seconds that it took."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(LONGEST_END + 60)
    until(lambda: not of_installation(folder), timeout=LONGEST_END)
    return time.monotonic() - started


@pytest.mark.parametrize("delay", [0.3, 0.6, 1.0, 1.5, 2.0, 3.0])
def test_web_ends_on_sigterm_in_its_first_seconds(environment: dict[str, str], folder: Path, delay: float) -> None:
    command = [*PREGONERO, "web", "--port", str(processes.free_port(0))]
    web = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, start_new_session=True)
    try:
        time.sleep(delay)  # the moment of the signal is what this test varies
        # Not the kill of `workers_kill_timeout`: a child that is still loading ends at once.
        assert wait_for_end(web, folder=folder) < processes.END_SECONDS - 1
    finally:
        end_all(folder)


def test_child_of_the_web_ends_when_its_parent_is_killed(environment: dict[str, str], folder: Path) -> None:
    port = processes.free_port(0)
    command = [*PREGONERO, "web", "--port", str(port)]
    web = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, start_new_session=True)
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/salud/"), timeout=START_SECONDS)
        web.kill()
        web.wait()
        until(lambda: not of_installation(folder), timeout=LONGEST_END)
    finally:
        end_all(folder)


@pytest.mark.parametrize("state", ["suspended", "gone"])
def test_worker_ends_within_seconds_of_sigterm_whatever_the_database_does(
    environment: dict[str, str], folder: Path, database: subprocess.Popen[bytes], state: str
) -> None:
    worker = subprocess.Popen([*PREGONERO, "worker"], cwd=ROOT, env=environment, text=True)
    try:
        until(lambda: count_workers() == len(POOLS), timeout=START_SECONDS)
        if state == "suspended":
            for child in tree(database.pid):
                with suppress(ProcessLookupError):  # a session that ended meanwhile
                    os.kill(child, signal.SIGSTOP)
        else:
            database.kill()
            database.wait()
        started = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        worker.wait(LONGEST_END + 60)
        assert time.monotonic() - started < LONGEST_END
    finally:
        worker.kill()
        worker.wait()


def test_stop_ends_a_suspended_database(database: subprocess.Popen[bytes]) -> None:
    children = tree(database.pid)
    for child in children:
        with suppress(ProcessLookupError):  # a session that ended meanwhile
            os.kill(child, signal.SIGSTOP)
    try:
        started = time.monotonic()
        embedded_postgres.stop(database)
        assert time.monotonic() - started < LONGEST_END
        # One that stays suspended keeps the shared memory: no other server would start.
        until(lambda: not alive(children))
    finally:
        end(children)


@pytest.mark.procedure("D-5")
def test_run_starts_dead_parts_again_and_leaves_no_process_when_it_is_killed(
    environment: dict[str, str], folder: Path
) -> None:
    output = folder / "output"
    run = start_run(environment, output)
    try:
        web = re.search(r"http://127\.0\.0\.1:\d+", output.read_text())
        assert web is not None
        parts = ("pregonero worker", "pregonero web", "-m lab", "bin/postgres")
        for part in parts:
            (killed,) = direct_children(run.pid, part)
            os.kill(killed, signal.SIGKILL)
            until(lambda part=part, killed=killed: direct_children(run.pid, part) - {killed}, timeout=START_SECONDS)  # type: ignore[misc]
        until(lambda: answers(f"{web[0]}/salud/"), timeout=START_SECONDS)
        until(lambda: sum(times for _, times in incidents(folder)) == len(parts), timeout=START_SECONDS)
        assert "terminó solo (señal SIGKILL) y se levanta otra vez en" in incidents(folder)[0][0]
        until(lambda: "La noticia de muestra quedó en:" in output.read_text(), timeout=START_SECONDS)
        second = subprocess.run([*PREGONERO, "run"], cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: PLW1510
        assert second.returncode == 0
        assert f"Ya está en marcha (proceso {run.pid})." in second.stdout
        assert web[0] in second.stdout
        run.kill()
        run.wait()
        until(lambda: not of_installation(folder), timeout=START_SECONDS)
    finally:
        end_all(folder)


@pytest.mark.slow  # the worker alone, with its database suspended, is in the ordinary run
@pytest.mark.procedure("D-5")
def test_run_ends_within_seconds_of_sigterm_with_its_database_suspended(
    environment: dict[str, str], folder: Path
) -> None:
    copy_migrated_cluster(folder)
    run, suspended = start_run(environment, folder / "output"), list[int]()
    try:
        (database,) = direct_children(run.pid, "bin/postgres")
        suspended += tree(database)
        for process in suspended:
            with suppress(ProcessLookupError):  # a session that ended meanwhile
                os.kill(process, signal.SIGSTOP)
        started = time.monotonic()
        run.send_signal(signal.SIGTERM)
        run.wait(LONGEST_END + 60)
        assert time.monotonic() - started < LONGEST_END
        left = of_installation(folder)
        assert database not in left
        assert not [line for line in left.values() if not re.search(r"bin/postgres |^postgres: ", line)]
    finally:
        end(suspended)
        end_all(folder)


def start_run(environment: dict[str, str], output: Path) -> subprocess.Popen[str]:
    """Start `pregonero run` and wait until it says where it is."""
    with output.open("w") as file:
        run = subprocess.Popen([*PREGONERO, "run"], cwd=ROOT, env=environment, stdout=file, stderr=file, text=True)
    until(lambda: "Ctrl-C" in output.read_text(), timeout=START_SECONDS)
    return run


def direct_children(pid: int, command: str) -> set[int]:
    """Return the children of a process with these words in their command line."""
    found = set()
    for child in children_of(pid):
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if command in line:
            found.add(child)
    return found


def incidents(folder: Path) -> list[tuple[str, int]]:
    """Return what the parts' ends left on Estado, and how many times."""
    url = f"postgresql://postgres@/pregonero?host={folder / 'postgres' / 'run'}"
    try:
        with psycopg.connect(url) as connection:
            return connection.execute(
                "SELECT detail, occurrences FROM health_incident WHERE kind = 'PART_RESTARTED'"
            ).fetchall()
    except psycopg.OperationalError:
        return []  # the database was killed too, and recovers


def count_workers() -> int:
    with psycopg.connect(embedded_postgres.database_url()) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    assert row is not None
    return int(row[0])


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


def end_all(folder: Path) -> None:
    """Kill what a failed test left."""
    end(of_installation(folder))


def end(pids: Iterable[int]) -> None:
    """Kill processes, also suspended ones: those of PostgreSQL do not say to which installation they belong."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
