"""The tests' side of `tests.faults.worker`: real worker processes, born in moments, that can be killed by hundreds."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.stage import ROOT, Workers


@dataclass
class Worker:
    """One worker process, handled as `subprocess.Popen` is."""

    pid: int
    nursery: "Nursery"
    status: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or nothing while it lives."""
        if self.status is None:
            self.status = self.nursery.ask({"do": "look", "pid": self.pid})["status"]
        return self.status

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float = 60.0) -> int:
        """Return how it ended, once it has."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("worker", timeout)
            time.sleep(0.02)
        assert self.status is not None
        return self.status

    def kill(self) -> None:
        """End it as `kill -9` does, and see it dead."""
        self.send_signal(signal.SIGKILL)
        self.wait()


@dataclass
class Nursery:
    """Where the workers of a database are born."""

    process: subprocess.Popen[str]

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order and return what it answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def start(self, **order: Any) -> Worker:
        """Start a worker."""
        return Worker(self.ask({"do": "start", **order})["pid"], self)


@contextmanager
def nursery(workers: Workers, **environment: str) -> Iterator[Nursery]:
    """Have a nursery for the time of the block."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.faults.worker"]
    around = workers.environment | environment
    with subprocess.Popen(command, cwd=ROOT, env=around, stdin=pipe, stdout=pipe, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()
