"""The parent's side of the sandbox: start the child process, wait for it within limits, read its answer."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pregonero.media.errors import FileTooLarge, MalformedFile, UnsupportedFile, UnusableFile

GIGABYTE = 1024**3
ROOT = Path(__file__).resolve().parents[3]
ERRORS: dict[str, type[UnusableFile]] = {error.code: error for error in (MalformedFile, UnsupportedFile, FileTooLarge)}


@dataclass(frozen=True)
class Limits:
    """What a job may use: bytes of memory, seconds of processor and of clock, and bytes of each file it writes."""

    memory: int
    processor: int
    clock: int
    max_file: int


INSPECTION_LIMITS = Limits(2 * GIGABYTE, processor=60, clock=180, max_file=0)
IMAGE_LIMITS = Limits(3 * GIGABYTE, processor=120, clock=300, max_file=GIGABYTE)
THUMBNAIL_LIMITS = Limits(2 * GIGABYTE, processor=30, clock=90, max_file=10 * 1024**2)
COPY_LIMITS = Limits(2 * GIGABYTE, processor=300, clock=600, max_file=2 * GIGABYTE)
VIDEO_LIMITS = Limits(4 * GIGABYTE, processor=4 * 3600, clock=6 * 3600, max_file=8 * GIGABYTE)


def run(
    operation: str,
    path: Path,
    limits: Limits,
    *,
    on_progress: Callable[[int], None] | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    """Return the result of an operation on a file. Raises `UnusableFile`, also when a limit stops the child."""
    job = {
        "parent": os.getpid(),
        "operation": operation,
        "path": str(path),
        "memory": limits.memory,
        "processor": limits.processor,
        "max_file": limits.max_file,
        **parameters,
    }
    command = [sys.executable, "-m", "pregonero.media.sandbox.sandbox_main"]
    # The environment is empty: the child, which opens untrusted files, receives no secret.
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env={}, text=True
    ) as child:
        timer = threading.Timer(limits.clock, child.kill)
        timer.daemon = True
        timer.start()
        try:
            _send_job(child, job)
            answer = _read_answer(child.stdout, on_progress)
        finally:
            timer.cancel()
            child.kill()
    return _result_of(answer)


def _send_job(child: subprocess.Popen[str], job: dict[str, Any]) -> None:
    assert child.stdin is not None  # noqa: S101  Popen was called with a pipe
    try:
        child.stdin.write(json.dumps(job))
        child.stdin.close()
    except BrokenPipeError:
        return  # the child ended before it read the job: it writes no answer, and `_result_of` raises


def _read_answer(output: IO[str] | None, on_progress: Callable[[int], None] | None) -> dict[str, Any]:
    """Return the last line of the child, and report the percentages before it."""
    answer: dict[str, Any] = {}
    for line in output or ():
        answer = json.loads(line)
        if on_progress is not None and "percent" in answer:
            on_progress(int(answer["percent"]))
    return answer


def _result_of(answer: dict[str, Any]) -> dict[str, Any]:
    if "refused" in answer:
        code, message = answer["refused"]
        raise ERRORS[code](message)
    if "done" not in answer:
        raise MalformedFile("Abrir el archivo tomó demasiado tiempo o memoria: no se recibe.")
    return dict(answer["done"])
