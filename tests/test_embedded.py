"""The PostgreSQL that comes along: made, started, found again, and never left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.lab.process import until

ROOT = Path(__file__).resolve().parent.parent
HOLD = """
import sys, time
from pregonero import embedded_postgres as embedded
with embedded.running() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a process that holds an embedded database of its own, and return its address."""
    environment = {**os.environ, "PREGONERO_DATA": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The database's user must reach it, and pytest's own folders are closed.
    made = Path(os.environ["PREGONERO_TEST_FOLDER"]) / f"embedded-{uuid4().hex[:8]}"
    made.mkdir()
    return made


def test_what_is_kept_is_there_at_the_next_start_and_nothing_runs_between(folder: Path) -> None:
    process, url = hold(folder)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('sigue')")
    process.communicate("")
    assert not answers(url)
    process, url = hold(folder)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("sigue",)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not answers(url))  # whoever started it is dead, and so is it


def test_the_folder_of_its_socket_is_closed_to_others(folder: Path) -> None:
    process, url = hold(folder)
    sockets = Path(url.partition("host=")[2])
    assert sockets.stat().st_mode & 0o077 == 0
    process.communicate("")
