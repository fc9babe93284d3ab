"""The parts of an installation on one machine: database, lab, web and worker, started and stopped together."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError

from pregonero import embedded_postgres, processes
from pregonero.migration_history import check_history
from pregonero.progress import Progress
from pregonero.supervisor import Part, supervise

WEB_PORT, LAB_PORT = 8800, 8810
WEB_THREADS = 8  # of each process that attends the pages
READY_SECONDS = 600.0  # a busy machine; a part that ends is noticed at once
LOCK_SECONDS = 20.0  # longer than the parts of a killed start take to end
DATABASE = "La base de datos"


class NotStarted(SystemExit):
    """A part did not start, or ended by itself; the message names it."""


@dataclass(frozen=True)
class Addresses:
    """The process id and the addresses of a running installation."""

    pid: int
    web: str
    lab: str

    @property
    def summary(self) -> str:
        """Return the lines that say where to open it."""
        return f"Pregonero    {self.web}\nLaboratorio  {self.lab}"

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


@dataclass(frozen=True)
class Installation:
    """A running installation: its addresses, and its parts if this process started them."""

    addresses: Addresses
    parts: list[Part]


@contextmanager
def up(progress: Progress) -> Iterator[Addresses]:
    """Yield the addresses of the running installation, or start one and stop it at the end of the block."""
    addresses = find_running()
    if addresses is None:
        with everything(progress) as installation:
            yield installation.addresses
        return
    os.environ.update(addresses.environment)
    set_up()
    yield addresses


@contextmanager
def everything(progress: Progress) -> Iterator[Installation]:
    """Start every part and stop them at the end of the block; each one logs to `logs/`.

    The parts keep the installation's lock, so that another start waits for those of one that was killed.
    """
    with _only_one(progress) as lock, _chosen_addresses() as addresses:
        os.environ.update(addresses.environment)
        parts: list[Part] = []
        try:
            with progress.step("Arranca la base de datos"):
                parts += _start_database(lock)
            with progress.step("Arranca el laboratorio"):
                parts.append(_start_lab(addresses, lock))
                _wait_for(f"{addresses.lab}/healthz", parts)
            with progress.step("Pone al día las tablas y los archivos de las páginas"):
                prepare_database()
            with progress.step("Arrancan la web y el trabajador"):
                parts += _start_web_and_worker(addresses, lock)
                _wait_for(f"{addresses.web}/salud/", parts)
            _state_file().write_text(json.dumps(asdict(addresses)), encoding="utf-8")
            yield Installation(addresses, parts)
        finally:
            _state_file().unlink(missing_ok=True)
            _stop(parts)


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
    # A copy that was interrupted leaves half a file, which looks newer than the whole one.
    unfinished = embedded_postgres.data_folder() / "static.unfinished"
    clear = unfinished.exists()
    unfinished.touch()
    call_command("collectstatic", verbosity=0, interactive=False, clear=clear)
    unfinished.unlink(missing_ok=True)


def stay_up(parts: list[Part]) -> None:
    """Wait for Ctrl-C or SIGTERM; a part that ends by itself is started again."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    supervise(parts, stopped=stopped)


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


@contextmanager
def _only_one(progress: Progress) -> Iterator[int]:
    """Yield the descriptor of the installation's lock; raise `NotStarted` when another process keeps it.

    Processes of a start that was killed keep it for the seconds that they take to end.
    """
    with (embedded_postgres.data_folder() / "running.lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _is_locked(lock):
            if time.monotonic() > deadline:
                raise NotStarted(
                    f"Otra orden usa los datos de {embedded_postgres.data_folder()}. Espera a que termine o detenla."
                )
            progress.say("Espera a que termine lo que quedó de otra orden…")
            time.sleep(1)
        yield lock.fileno()


def _is_locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _chosen_addresses() -> Iterator[Addresses]:
    """Yield the addresses of the last start, with other ports if those are taken, and reserve them."""
    ports_file = embedded_postgres.data_folder() / "ports.json"
    wanted = {"web": WEB_PORT, "lab": LAB_PORT}
    with suppress(OSError, ValueError):
        kept = json.loads(ports_file.read_text(encoding="utf-8"))
        wanted = {name: int(kept.get(name, port)) for name, port in wanted.items()}
    reserved = {name: processes.reserve_port(port) for name, port in wanted.items()}
    ports = {name: port for name, (port, _) in reserved.items()}
    ports_file.write_text(json.dumps(ports), encoding="utf-8")
    try:
        yield Addresses(os.getpid(), f"http://127.0.0.1:{ports['web']}", f"http://127.0.0.1:{ports['lab']}")
    finally:
        for _, reservation in reserved.values():
            reservation.close()


def _start_database(lock: int) -> list[Part]:
    """Start the embedded database; with `DATABASE_URL` there is none to start."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        check_history()
        return []
    # Another command may have started it for itself, and stops it when it ends.
    deadline = time.monotonic() + LOCK_SECONDS
    while embedded_postgres.is_up():
        if time.monotonic() > deadline:
            raise NotStarted("Otra orden usa la base de datos incluida. Espera a que termine o detenla.")
        time.sleep(0.5)
    part = Part(DATABASE, embedded_postgres.start(keep_open=[lock]), _launch_database(lock))
    try:
        check_history()
    except SystemExit:
        _stop([part])
        raise
    return [part]


def _launch_database(lock: int) -> Callable[[], subprocess.Popen[bytes]]:
    return lambda: embedded_postgres.launch(keep_open=[lock])


def _start_lab(addresses: Addresses, lock: int) -> Part:
    port = addresses.lab.rpartition(":")[2]
    command = [sys.executable, "-m", "lab", "--port", port, "--data", str(lab_folder()), "--demo"]
    return _start_part("El laboratorio", "lab", command, lock, environment=processes.plain_environment())


def _start_web_and_worker(addresses: Addresses, lock: int) -> list[Part]:
    pregonero = [sys.executable, "-m", "pregonero"]
    web = [*pregonero, "web", "--port", addresses.web.rpartition(":")[2]]
    return [
        _start_part("La web", "web", web, lock),
        _start_part("El trabajador", "worker", [*pregonero, "worker"], lock),
    ]


def _start_part(
    name: str, log_name: str, command: list[str], lock: int, *, environment: dict[str, str] | None = None
) -> Part:
    def launch() -> subprocess.Popen[str]:
        logs_folder().mkdir(exist_ok=True)
        with (logs_folder() / f"{log_name}.log").open("a", encoding="utf-8") as log:
            return processes.start(command, output=log, environment=environment, keep_open=[lock])

    return Part(name, launch(), launch)


def _stop(parts: list[Part]) -> None:
    """Stop the parts in the reverse order; the database, which is the first one, in its own way and last."""
    database = parts[0] if parts and parts[0].name == DATABASE else None
    processes.stop(*(part.process for part in reversed(parts) if part is not database))
    if database is not None:
        embedded_postgres.stop(database.process)


def _wait_for(address: str, parts: list[Part]) -> None:
    """Wait until the address answers, as long as every part runs."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        ended = [part.name for part in parts if part.process.poll() is not None]
        if ended:
            raise NotStarted(f"{ended[0]} terminó sin arrancar. Mira por qué en {logs_folder()}.")
        if _answers(address):
            return
        if time.monotonic() > deadline:
            raise NotStarted(f"No respondió {address}. Mira por qué en {logs_folder()}.")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=3) as response:  # noqa: S310  our own loopback address
            return bool(response.status == 200)  # noqa: PLR2004
    except (URLError, OSError):
        return False


def _state_file() -> Path:
    return embedded_postgres.data_folder() / "running.json"
