"""Child processes that end with this one, free ports, and the name of this process."""

import ctypes
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import cache, partial
from typing import IO

DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
STOP_SECONDS = 15.0
SECRETS = ("PREGONERO_SECRET_KEY", "PREGONERO_VAULT_KEY", "PREGONERO_EMAIL_PASSWORD", "DATABASE_URL")


@cache
def worker_name() -> str:
    """Return the name of this process, which no other process ever has: host, process id and a random part."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


def plain_environment() -> dict[str, str]:
    """Return this process's environment without its secrets, for children that do not need them."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def become(owner: pwd.struct_passwd | None, *, signal_at_parent_death: signal.Signals | None = None) -> None:
    """Change the user of a child before it runs, and have the kernel send it a signal when its parent dies."""
    if owner is not None:
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
    if signal_at_parent_death is not None and sys.platform == "linux":
        # After setuid, which clears this setting.
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal_at_parent_death)


def start(
    command: Sequence[str], *, output: IO[str] | int, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a child in its own session, which gets SIGTERM when this process dies, even by SIGKILL.

    An open file as `output` receives standard output and standard error; a pipe, only standard output. The child
    inherits this process's environment unless another is given.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output == subprocess.PIPE else output,
        text=True,
        env=environment,
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


def free_port(wanted: int) -> int:
    """Return the wanted loopback port if it is free, otherwise any free port; raise RuntimeError if there is none."""
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("There is no free port on 127.0.0.1.")
