"""`pregonero run`: the database, the laboratory, the web and a worker in one terminal, all stopped together."""

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

WEB_PORT, LAB_PORT = 8800, 8810
READY_SECONDS = 60.0


class NotStarted(SystemExit):
    """A part did not start; the message says which and where to look."""


@dataclass(frozen=True)
class Addresses:
    """Where a running installation answers."""

    pid: int
    web: str
    lab: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that make the laboratory the four networks; only base addresses differ."""
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
            # The laboratory's website is on this machine: it may be read although it is not public.
            "PREGONERO_PRIVATE_ADDRESSES": self.lab.removeprefix("http://"),
        }


def running_now() -> Addresses | None:
    """Return the addresses of the installation that is up, if one is."""
    try:
        addresses = Addresses(**json.loads(_state_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return addresses if _answers(f"{addresses.web}/salud/") and _answers(f"{addresses.lab}/healthz") else None


@contextmanager
def up() -> Iterator[Addresses]:
    """Have an installation for the time of the block: the one that is up, or one brought up here and taken down."""
    addresses = running_now()
    if addresses is None:
        with everything() as (addresses, _):
            yield addresses
        return
    os.environ.update(addresses.environment)
    set_up()
    yield addresses


@contextmanager
def everything() -> Iterator[tuple[Addresses, list[subprocess.Popen[str]]]]:
    """Have everything up for the time of the block, all of it stopped at its end; what each part says is in logs/."""
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
    """Make Django ready; the settings read the environment as it is now."""
    import django  # noqa: PLC0415  importing settings before the environment is set would fix the wrong one

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    django.setup()


def prepare_database() -> None:
    """Bring the database's tables and the static files up to date."""
    set_up()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def stay_up(children: list[subprocess.Popen[str]]) -> None:
    """Wait until somebody stops us (Ctrl-C, SIGTERM), or a part ends by itself: then everything stops."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    while not stopped.wait(0.5):
        ended = [child for child in children if child.poll() is not None]
        if ended:
            raise NotStarted(f"Terminó sola una parte: {' '.join(map(str, ended[0].args))}.")  # type: ignore[arg-type]


def logs_folder() -> Path:
    """Return where the web and the worker write what they did, a JSON object a line."""
    return embedded_postgres.data_folder() / "logs"


def lab_folder() -> Path:
    """Return where the laboratory keeps its ledger and its website."""
    return embedded_postgres.data_folder() / "lab"


@contextmanager
def database() -> Iterator[None]:
    """Have the database for the time of the block: the one of `DATABASE_URL`, or the embedded one."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        yield
        return
    with embedded_postgres.running():
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
    assert lab.stdout is not None  # noqa: S101  it was asked for
    if "lab.ready" not in lab.stdout.readline():
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
    until = time.monotonic() + READY_SECONDS
    while not _answers(address):
        if any(child.poll() is not None for child in children) or time.monotonic() > until:
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
