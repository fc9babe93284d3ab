"""The embedded PostgreSQL: it keeps its data between starts and stops with the process that started it."""

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
RUN_UNTIL_INPUT_ENDS = """
import sys, time
from pregonero import embedded_postgres as embedded
with embedded.running() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def start_holder(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a process that runs an embedded database until its input ends; return it with the database address."""
    environment = {**os.environ, "PREGONERO_DATA": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN_UNTIL_INPUT_ENDS],
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
    # PostgreSQL runs as another user, who cannot enter pytest's folders.
    folder = Path(os.environ["PREGONERO_TEST_FOLDER"]) / f"embedded-{uuid4().hex[:8]}"
    folder.mkdir()
    return folder


def test_data_survives_a_restart_and_the_server_stops_with_its_parent(folder: Path) -> None:
    process, url = start_holder(folder)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE notes (note text)")
        connection.execute("INSERT INTO notes VALUES ('sigue')")
    process.communicate("")
    assert not answers(url)
    process, url = start_holder(folder)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT note FROM notes").fetchone() == ("sigue",)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not answers(url))


def test_socket_folder_is_closed_to_other_users(folder: Path) -> None:
    process, url = start_holder(folder)
    sockets = Path(url.partition("host=")[2])
    assert sockets.stat().st_mode & 0o077 == 0
    process.communicate("")
