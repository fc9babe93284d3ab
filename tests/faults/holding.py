"""Standing still at a boundary, and dying there: each armed case holds its thread exactly where it was told, and when
the last has come the process is killed with SIGKILL.

A case that does not come in time (threads of the same process wait for one another) is left for the next worker: the
file says who had come.
"""

import json
import os
import signal
import threading
import time
from typing import Any

from tests.faults import passing


class Gathering:
    """The cases of one worker: who has come to its boundary, and the end when all have, or nobody else comes.

    Every boundary passed on the way is written down too, so that a list that lacks one is found out.
    """

    def __init__(self, armed: list[dict[str, Any]], place: str, patience: float) -> None:
        self._waiting = {(each["boundary"], each["account"]) for each in armed}
        self._seen: set[tuple[str, str]] = set()
        self._log = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock, self._patience = threading.Lock(), patience
        self._last_came = 0.0
        threading.Thread(target=self._end, daemon=True).start()

    def passed(self, boundary: str, whom: set[str]) -> None:
        """Hold the thread here for ever when a case of it is armed; the process dies with it."""
        with self._lock:
            come = {case for case in self._waiting if case[0] == boundary and (not whom or case[1] in whom)}
            for each in come:
                self._write(case=each)
                self._last_came = time.monotonic()
            passed = {(boundary, each) for each in whom or {""}} - self._seen
            self._seen |= passed
            for each in passed:
                self._write(passed=each)
            self._waiting -= come  # after it is written: when nobody is waited for, this process is dead
        while come:
            time.sleep(60)

    def _write(self, **line: Any) -> None:
        os.write(self._log, (json.dumps(line) + "\n").encode())

    def _end(self) -> None:
        while self._waiting and not self._is_over():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)

    def _is_over(self) -> bool:
        return bool(self._last_came) and time.monotonic() - self._last_came > self._patience


def arm(armed: list[dict[str, Any]], *, place: str, patience: float) -> None:
    """Have this process die where the cases say, each written in the file `place` when it has come."""
    passing.on_passing(Gathering(armed, place, patience).passed)
