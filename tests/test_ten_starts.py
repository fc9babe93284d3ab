"""`make run` from a clean clone, and nine starts after it, on a machine that is busy all the time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.lab.process import until
from tests.test_processes import end_all, of_installation

ROOT = Path(__file__).resolve().parent.parent
FIRST_SECONDS, LATER_SECONDS = 1_200.0, 420.0  # the first start also installs
END_SECONDS = 60.0
BUSY_LOOPS = 4
PUBLISHED, READY = "La noticia de muestra quedó en:", "Ctrl-C"


@pytest.fixture
def clone() -> Iterator[Path]:
    """A clean clone of the repository, in a folder that PostgreSQL's user can enter."""
    folder = Path(os.environ["PREGONERO_TEST_FOLDER"]) / f"clone-{uuid4().hex[:8]}"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    try:
        yield folder
    finally:
        end_all(folder)


@pytest.fixture
def _busy() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()


def of_a_new_person(home: Path) -> dict[str, str]:
    """Return the environment of somebody with an empty home and none of our settings."""
    home.mkdir()
    ours = ("PREGONERO_", "DATABASE_URL", "DJANGO_", "VIRTUAL_ENV", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {"HOME": str(home)}


def start_and_stop(clone: Path, environment: dict[str, str], output: Path, *, timeout: float) -> tuple[float, float]:
    """Run `make run` until the sample is published, end it as Ctrl-C does; return the seconds of both."""
    began = time.monotonic()
    with output.open("w") as file:
        run = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=file, stderr=file, text=True, start_new_session=True
        )
    until(lambda: run.poll() is not None or PUBLISHED in output.read_text(), timeout=timeout)
    assert run.poll() is None, output.read_text()
    until(lambda: READY in output.read_text(), timeout=timeout)
    published = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)
    run.wait(END_SECONDS)
    until(lambda: not of_installation(clone), timeout=END_SECONDS)
    return published - began, time.monotonic() - published


@pytest.mark.slow
@pytest.mark.usefixtures("_busy")
def test_ten_starts_from_a_clean_clone_on_a_busy_machine(clone: Path, tmp_path: Path) -> None:
    environment, spent = of_a_new_person(tmp_path / "home"), []
    for number in range(10):
        output = tmp_path / f"output-{number}"
        timeout = FIRST_SECONDS if number == 0 else LATER_SECONDS
        spent.append(start_and_stop(clone, environment, output, timeout=timeout))
        with (tmp_path.parent / "ten-starts").open("a") as times:
            print(*(f"{seconds:.0f}" for seconds in spent[-1]), file=times)
    print("Segundos hasta publicar y hasta terminar:", [tuple(map(round, pair)) for pair in spent])
    assert len(spent) == 10
