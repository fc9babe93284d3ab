"""Giving a job to a process apart, and waiting for it no longer than it deserves."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreadable

GIGABYTE = 1024**3
ROOT = Path(__file__).resolve().parents[3]
REFUSALS: dict[str, type[Unreadable]] = {"malformed": Malformed, "too_large": TooLarge}


@dataclass(frozen=True)
class Limits:
    """What a job may take: bytes of memory, seconds of processor, seconds of clock, and bytes that it may write."""

    memory: int
    processor: int
    clock: int
    largest: int


LOOKING = Limits(2 * GIGABYTE, processor=60, clock=180, largest=0)
DRAWING = Limits(3 * GIGABYTE, processor=120, clock=300, largest=GIGABYTE)
FILMING = Limits(4 * GIGABYTE, processor=4 * 3600, clock=6 * 3600, largest=8 * GIGABYTE)


def run(
    what: str, path: Path, allowance: Limits, *, say: Callable[[int], None] | None = None, **more: Any
) -> dict[str, Any]:
    """Return what a job answered. Raises `Unreadable` with the sentence that it said, or that it was stopped."""
    job = {"what": what, "path": str(path), "memory": allowance.memory, "processor": allowance.processor,
           "largest": allowance.largest, **more}  # fmt: skip
    command = [sys.executable, "-m", "pregonero.newsroom.media_sandbox.sandbox_main"]
    # Nothing of our own environment, where secrets may be, reaches what opens strangers' files.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env={}, text=True
    ) as child:
        alarm = threading.Timer(allowance.clock, child.kill)
        alarm.daemon = True
        alarm.start()
        try:
            _give(child, job)
            answer = _heard(child.stdout, say)
        finally:
            alarm.cancel()
            child.kill()
    return _told(answer)


def _give(child: subprocess.Popen[str], job: dict[str, Any]) -> None:
    assert child.stdin is not None  # noqa: S101  it was asked for
    try:
        child.stdin.write(json.dumps(job))
        child.stdin.close()
    except BrokenPipeError:
        return  # it ended before hearing; its answer, which is none, says so


def _heard(output: IO[str] | None, say: Callable[[int], None] | None) -> dict[str, Any]:
    last: dict[str, Any] = {}
    for line in output or ():
        last = json.loads(line)
        if say is not None and "percent" in last:
            say(int(last["percent"]))
    return last


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    if "refused" in answer:
        kind, reason = answer["refused"]
        raise REFUSALS[kind](reason)
    if "done" not in answer:
        raise Malformed("Abrir el archivo tomó demasiado tiempo o memoria: no se recibe.")
    found = answer["done"]
    assert isinstance(found, dict)  # noqa: S101  what the process says
    return found
