"""The parts of an installation on one machine: database, lab, web and worker, started and stopped together."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import URLError

from pregonero import embedded_postgres, processes
from pregonero.migration_history import check_history

WEB_PORT, LAB_PORT = 8800, 8810
READY_SECONDS = 60.0


class NotStarted(SystemExit):
    """A part did not start, or ended by itself; the message names it."""


@dataclass(frozen=True)
class Addresses:
    """The process id and the addresses of a running installation."""

    pid: int
    web: str
    lab: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that replace the networks with the lab; only base addresses differ."""
        return {
            "PREGONERO_PUBLIC_ADDRESS": self.web,
            "PREGONERO_X_ADDRESS": f"{self.lab}/x",
            "PREGONERO_FACEBOOK_ADDRESS": f"{self.lab}/graph",
            "PREGONERO_INSTAGRAM_ADDRESS": f"{self.lab}/graph",
            "PREGONERO_YOUTUBE_ADDRESS": f"{self.lab}/youtube",
            "PREGONERO_X_CONSENT_ADDRESS": f"{self.lab}/x",
            "PREGONERO_FACEBOOK_CONSENT_ADDRESS": f"{self.lab}/graph",
            "PREGONERO_YOUTUBE_CONSENT_ADDRESS": f"{self.lab}/youtube",
            "PREGONERO_YOUTUBE_TOKEN_ADDRESS": f"{self.lab}/youtube",
            # The lab's website has a private address, which sources may not have otherwise.
            "PREGONERO_PRIVATE_ADDRESSES": self.lab.removeprefix("http://"),
        }


def find_running() -> Addresses | None:
    """Return the addresses of the running installation, or None."""
    try:
        addresses = Addresses(**json.loads(_state_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return addresses if _answers(f"{addresses.web}/salud/") and _answers(f"{addresses.lab}/healthz") else None


@contextmanager
def up() -> Iterator[Addresses]:
    """Yield the addresses of the running installation, or start one and stop it at the end of the block."""
    addresses = find_running()
    if addresses is None:
        with everything() as (addresses, _):
            yield addresses
        return
    os.environ.update(addresses.environment)
    set_up()
    yield addresses


@contextmanager
def everything() -> Iterator[tuple[Addresses, list[subprocess.Popen[str]]]]:
    """Start every part and stop them at the end of the block; the web and the worker log to `logs/`."""
    addresses = _choose_addresses()
    os.environ.update(addresses.environment)
    children: list[subprocess.Popen[str]] = []
    with database():
        try:
            children.append(_start_lab(addresses))
            prepare_database()
            children += [_start_web(addresses), _start("worker", "worker")]
            _wait_for(f"{addresses.web}/salud/", children)
            _state_file().write_text(json.dumps(asdict(addresses)), encoding="utf-8")
            yield addresses, children
        finally:
            _state_file().unlink(missing_ok=True)
            processes.stop(*reversed(children))


def set_up() -> None:
    """Set up Django with the current environment."""
    import django  # noqa: PLC0415  the settings read the environment, which must be complete

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    django.setup()


def prepare_database() -> None:
    """Migrate the database and collect the static files."""
    set_up()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def stay_up(children: list[subprocess.Popen[str]]) -> None:
    """Wait for Ctrl-C or SIGTERM; raise `NotStarted` when a part ends by itself."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    while not stopped.wait(0.5):
        ended = [child for child in children if child.poll() is not None]
        if ended:
            raise NotStarted(f"Terminó sola una parte: {' '.join(map(str, ended[0].args))}.")  # type: ignore[arg-type]


def logs_folder() -> Path:
    """Return the folder of the logs of the web and the worker."""
    return embedded_postgres.data_folder() / "logs"


def lab_folder() -> Path:
    """Return the folder of the lab's data."""
    return embedded_postgres.data_folder() / "lab"


@contextmanager
def database() -> Iterator[None]:
    """Run the block with the database of `DATABASE_URL`, or with the embedded one, which is started if needed.

    Exit when the database was made by another version (see `check_history`).
    """
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        check_history()
        yield
        return
    with embedded_postgres.running():
        check_history()
        yield


def _choose_addresses() -> Addresses:
    ports_file = embedded_postgres.data_folder() / "ports.json"
    try:
        wanted = json.loads(ports_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        wanted = {"web": WEB_PORT, "lab": LAB_PORT}
    ports = {name: processes.free_port(port) for name, port in wanted.items()}
    ports_file.write_text(json.dumps(ports), encoding="utf-8")
    return Addresses(os.getpid(), f"http://127.0.0.1:{ports['web']}", f"http://127.0.0.1:{ports['lab']}")


def _start_lab(addresses: Addresses) -> subprocess.Popen[str]:
    port = addresses.lab.rpartition(":")[2]
    command = [sys.executable, "-m", "lab", "--port", port, "--data", str(lab_folder()), "--demo"]
    lab = processes.start(command, output=subprocess.PIPE, environment=processes.plain_environment())
    if lab.stdout is None or "lab.ready" not in lab.stdout.readline():
        raise NotStarted("El laboratorio no arrancó.")
    return lab


def _start_web(addresses: Addresses) -> subprocess.Popen[str]:
    return _start("web", "web", "--port", addresses.web.rpartition(":")[2])


def _start(name: str, *command: str) -> subprocess.Popen[str]:
    logs = logs_folder()
    logs.mkdir(exist_ok=True)
    with (logs / f"{name}.log").open("a", encoding="utf-8") as log:
        return processes.start([sys.executable, "-m", "pregonero", *command], output=log)


def _wait_for(address: str, children: list[subprocess.Popen[str]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(address):
        if any(child.poll() is not None for child in children) or time.monotonic() > deadline:
            raise NotStarted(f"No respondió {address}.")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=3) as response:  # noqa: S310  our own loopback address
            return bool(response.status == 200)  # noqa: PLR2004
    except (URLError, OSError):
        return False


def _state_file() -> Path:
    return embedded_postgres.data_folder() / "running.json"
