"""Child processes that end with this one, free ports, and the name of this process."""

import ctypes
import hashlib
import os
import pwd
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import IO

DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
# From SIGTERM to the end of a process, whatever it waits for: its jobs and its database may take longer than that. What
# it leaves half done is found by the others, as after a power cut. Then its parent kills it.
END_SECONDS = 9
STOP_SECONDS = 11.0
PORT_ATTEMPTS = 20
ENDING = threading.Event()
"""Set when this process was asked to end: what runs for long looks at it."""
SECRETS = ("PREGONERO_SECRET_KEY", "PREGONERO_VAULT_KEY", "PREGONERO_EMAIL_PASSWORD", "DATABASE_URL")


WORKER_NAME = re.compile(r".*:(?P<pid>\d+):(?P<machine>[0-9a-f]{12})-(?P<start>\d+)")


@cache
def worker_name() -> str:
    """Return the name of this process, which no other process ever has: host, process id, machine and start time.

    Where the machine or the start time cannot be read, a random part replaces them.
    """
    machine, start = _machine(), _start_of(os.getpid())
    identity = f"{machine}-{start}" if machine and start else secrets.token_hex(4)
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{identity}"


def is_known_dead(worker: str) -> bool:
    """Return whether the process with this `worker_name` has certainly ended; False when that cannot be known.

    Only the process table of its own machine proves it. A suspended or slow process is alive, and so is one that
    cannot reach the database; a process of another machine may be.
    """
    name = WORKER_NAME.fullmatch(worker)
    if name is None or name["machine"] != _machine():
        return False
    try:
        os.kill(int(name["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it exists, and belongs to another user
    return _start_of(int(name["pid"])) not in (name["start"], None)


@cache
def _machine() -> str:
    """Return what identifies this boot of this machine, or of this container; empty where it cannot be read.

    Two processes with the same value see the same process ids and start times.
    """
    try:
        if str(Path("/proc/self").readlink()) != str(os.getpid()):
            return ""  # /proc shows the processes of another namespace
        namespaces = [str(Path(f"/proc/self/ns/{name}").readlink()) for name in ("pid", "time")]
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""
    return hashlib.sha256("\n".join([boot, socket.gethostname(), *namespaces]).encode()).hexdigest()[:12]


def _start_of(pid: int) -> str | None:
    """Return when a process started, in ticks since the boot: "" when it has ended, None when it cannot be read."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    is_zombie = state[0] in "ZX" and int(state[17]) <= 1  # of all its threads (proc(5): field 20)
    return "" if is_zombie else state[19]


def plain_environment() -> dict[str, str]:
    """Return this process's environment without its secrets, for children that do not need them."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def become(owner: pwd.struct_passwd | None, *, signal_at_parent_death: signal.Signals | None = None) -> None:
    """Change the user of a child before it runs, and have the kernel send it a signal when its parent dies."""
    if owner is not None:
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
    if signal_at_parent_death is not None:
        signal_with_parent(signal_at_parent_death)


def signal_with_parent(name: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent dies, after `setuid`, which clears this setting.

    "Parent" is the thread that started this process: it ends with that thread, even if its process goes on.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, name)


def end_soon(seconds: float = END_SECONDS) -> None:
    """End this process after `seconds` at the latest. The kernel does it, so no thread that waits can prevent it."""
    ENDING.set()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def start(
    command: Sequence[str],
    *,
    output: IO[str] | int,
    environment: dict[str, str] | None = None,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[str]:
    """Start a child in its own session, which gets SIGTERM when this process dies, even by SIGKILL.

    An open file as `output` receives standard output and standard error; a pipe, only standard output. The child
    inherits this process's environment unless another is given, and the file descriptors of `keep_open`.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output == subprocess.PIPE else output,
        text=True,
        env=environment,
        pass_fds=keep_open,
        start_new_session=True,
        preexec_fn=partial(become, None, signal_at_parent_death=signal.SIGTERM),  # noqa: PLW1509
    )


def stop(*children: subprocess.Popen[str]) -> None:
    """Send SIGTERM to the children, and SIGKILL to those that run after `STOP_SECONDS`."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def reserve_port(wanted: int) -> tuple[int, socket.socket]:
    """Return the wanted loopback port if it is free, otherwise any free port, and what reserves it until it is closed.

    Only processes that call this function respect the reservation, which lasts while the child that will listen is
    still starting: on Linux, an address in the abstract namespace, which belongs to one process and leaves no file.
    """
    for port in (wanted, *(0 for _ in range(PORT_ATTEMPTS))):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            reservation = socket.socket(socket.AF_UNIX)
            try:
                probe.bind(("127.0.0.1", port))
                chosen = int(probe.getsockname()[1])
                if sys.platform == "linux":
                    reservation.bind(f"\0pregonero-port-{chosen}")
            except OSError:
                reservation.close()
                continue
            return chosen, reservation
    raise RuntimeError("There is no free port on 127.0.0.1.")


def free_port(wanted: int) -> int:
    """Return the wanted loopback port if it is free, otherwise any free port; raise RuntimeError if there is none."""
    port, reservation = reserve_port(wanted)
    reservation.close()
    return port
