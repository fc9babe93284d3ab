"""Starts the parts of an installation again when they end by themselves, and stores each time as an incident."""

import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

log = structlog.get_logger(__name__)
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 30.0  # seconds from an end to the next start
STEADY_SECONDS = 60.0  # a part that ran as long starts again with the first back-off
POLLING_SECONDS = 0.5
STORING_SECONDS = 5.0  # between two attempts to store an incident


@dataclass
class Part:
    """A process of the installation: its name in Spanish, the process, and how to start another one.

    `launch` returns at once: the supervisor must not wait for a part that starts slowly.
    """

    name: str
    process: subprocess.Popen[Any]
    launch: Callable[[], subprocess.Popen[Any]]
    backoff: float = FIRST_BACKOFF
    started_at: float = field(default_factory=time.monotonic)
    start_again_at: float | None = None  # None while the process runs

    def check(self, now: float) -> str:
        """Start the process again when its time has come; return a sentence when it has just ended, else ""."""
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self._start_again(now)
            return ""
        code = self.process.poll()
        if code is None:
            return ""
        if now - self.started_at > STEADY_SECONDS:
            self.backoff = FIRST_BACKOFF
        wait = self._back_off(now)
        log.error("part.ended", part=self.name, code=code, start_again_in=wait)
        return f"{self.name}: terminó solo ({_reason(code)}) y se levanta otra vez en {wait:.0f} s."

    def _start_again(self, now: float) -> None:
        try:
            process = self.launch()
        except OSError as error:  # no memory, no space: there may be some later
            log.exception("part.not_started", part=self.name, error=str(error), start_again_in=self._back_off(now))
            return
        self.process, self.started_at, self.start_again_at = process, now, None
        log.warning("part.started_again", part=self.name, pid=process.pid)

    def _back_off(self, now: float) -> float:
        """Set when the part starts again, each time later, and return in how many seconds."""
        wait = self.backoff
        self.backoff = min(2 * wait, LONGEST_BACKOFF)
        self.start_again_at = now + wait
        return wait


def supervise(parts: Sequence[Part], *, stopped: threading.Event) -> None:
    """Check the parts until `stopped` is set. Call it in the thread that started them (see `signal_with_parent`)."""
    incidents = IncidentStorer()
    while not stopped.wait(POLLING_SECONDS):
        for part in parts:
            sentence = part.check(time.monotonic())
            if sentence:
                incidents.store(sentence)


class IncidentStorer:
    """Stores incidents in a thread of its own, because the database may be what ended."""

    def __init__(self) -> None:
        self._sentences: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._run, name="incidents", daemon=True).start()

    def store(self, sentence: str) -> None:
        """Store an incident as soon as the database takes it."""
        self._sentences.put(sentence)

    def _run(self) -> None:
        while True:
            sentence = self._sentences.get()
            while not _is_stored(sentence):
                time.sleep(STORING_SECONDS)


def _is_stored(sentence: str) -> bool:
    from pregonero.health.actions import record_incident  # noqa: PLC0415  models load after `django.setup()`
    from pregonero.health.models import IncidentKind  # noqa: PLC0415

    try:
        record_incident(kind=IncidentKind.PART_RESTARTED, detail=sentence, now=timezone.now())
    except (DatabaseError, InterfaceError, psycopg.OperationalError) as error:
        log.warning("incident.not_stored", error=type(error).__name__, retry_in=STORING_SECONDS)
        return False
    finally:
        connection.close()
    return True


def _reason(code: int) -> str:
    return f"código {code}" if code >= 0 else f"señal {signal.Signals(-code).name}"
