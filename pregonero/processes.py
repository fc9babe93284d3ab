"""Child processes that never outlive us, and ports that are free."""

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
    """Return our environment without what opens anything: for whom has no need of it."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def become(owner: pwd.struct_passwd | None, *, last_word: signal.Signals | None = None) -> None:
    """Change a child, before it runs, into another user and into one that gets a signal when its parent dies."""
    if owner is not None:
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
    if last_word is not None and sys.platform == "linux":
        # After setuid, which clears it.
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, last_word)


def start(
    command: Sequence[str], *, output: IO[str] | int, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a child in a session of its own, which is told to stop when this process dies, even by kill -9.

    `output` is where it writes: an open file takes its errors too; a pipe only what it answers. Its environment is
    ours, unless another is given.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output == subprocess.PIPE else output,
        text=True,
        env=environment,
        start_new_session=True,
        preexec_fn=partial(become, None, last_word=signal.SIGTERM),  # noqa: PLW1509
    )


def stop(*children: subprocess.Popen[str]) -> None:
    """Ask the children to stop, and make sure that they did."""
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
    """Return the wanted port of loopback when nobody has it, else any free one."""
    for port in (wanted, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port on loopback")
