"""The persistent stream of an application, from its connection to its end: read in a thread, stored in batches (Q-1).

One connection at a time: the job that runs this has a lock of the application, so another worker waits for its end.
"""

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from pregonero.http_client import OpenResponse
from pregonero.inbox import queries
from pregonero.inbox.actions.delivered import note_delivered
from pregonero.inbox.actions.live import receive_live, save_live_alive, save_live_closed, save_live_open
from pregonero.networks.base import ApiCredentials, NetworkError, Transient
from pregonero.networks.error_mapping import ErrorTable, mapped_errors
from pregonero.networks.interactions import Interaction
from pregonero.networks.live import LiveStream
from pregonero.networks.models import Application
from pregonero.networks.queries import live_credentials
from pregonero.networks.registry import live_stream, network

LINE_LIMIT = 1_000_000  # bytes
BATCH = 200  # lines stored together
WAITING_LINES = 10_000  # in memory; beyond them the network keeps what it sends, and closes when it cannot
BATCH_SECONDS, ALIVE_EVERY, ACCOUNTS_EVERY, CLOSE_SECONDS = 0.5, 15.0, 60.0, 5.0
LONGEST_WAIT_IN_JOB = 16.0  # seconds; a longer wait is left to another job


@dataclass
class LineFeed:
    """The lines of an open response, read by a thread so that storing them does not delay the reading."""

    response: OpenResponse
    silence_seconds: float
    errors: ErrorTable
    _lines: "queue.Queue[bytes | Exception]" = field(default_factory=lambda: queue.Queue(WAITING_LINES))

    def read(self) -> None:
        """Read until the end, in a thread of its own; what ends it is the last that `take` finds."""
        try:
            with mapped_errors(self.errors, public=False):
                for line in self.response.lines(silence_seconds=self.silence_seconds, limit=LINE_LIMIT):
                    self._lines.put(line)
            self._lines.put(Transient(f"{self.errors.label} cerró la conexión permanente.", code="lost"))
        except Exception as error:  # noqa: BLE001  raised again by `take`, in the thread of the job
            self._lines.put(error)

    def take(self) -> list[bytes]:
        """Return the lines that arrived, waiting a moment for the first. Raises what ended the reading."""
        lines = list[bytes]()
        while len(lines) < BATCH:
            try:
                item = self._lines.get(timeout=BATCH_SECONDS) if not lines else self._lines.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, Exception) and lines:
                self._lines.put(item)
                break
            if isinstance(item, Exception):
                raise item
            lines.append(item)
        return lines


@dataclass
class LiveFollower:
    """Follows the stream of one application until it is stopped, or has to wait for long."""

    application: Application
    stream: LiveStream
    stop: threading.Event
    failures: int = 0

    def run(self) -> None:
        """Connect, store what comes, and connect again when the network says that one may."""
        while not self.stop.is_set():
            credentials, accounts = live_credentials(self.application), queries.live_accounts(self.application)
            if credentials is None or not accounts:
                return
            try:
                self._follow(credentials, accounts)
            except NetworkError as error:
                self.failures += 1
                wait = self.stream.seconds_to_wait(error, self.failures)
                self._close(error.reason, wait)
                if wait > LONGEST_WAIT_IN_JOB:
                    return
                self.stop.wait(wait)
            else:
                self._close("", 0.0)

    def _close(self, reason: str, wait: float) -> None:
        save_live_closed(application=self.application, reason=reason, wait_seconds=wait, now=timezone.now())

    def _follow(self, credentials: ApiCredentials, accounts: Mapping[str, ApiCredentials]) -> None:
        self.stream.set_rules(credentials, list(accounts.values()))
        minutes = self.application.live_backfill_minutes
        with self.stream.connect(credentials, minutes) as response, self._feed(response) as feed:
            save_live_open(application=self.application, now=timezone.now())
            alive_at = checked_at = time.monotonic()
            while not self.stop.is_set():
                self._store(feed.take(), accounts)
                now = time.monotonic()
                if now - alive_at > ALIVE_EVERY:
                    save_live_alive(application=self.application, now=timezone.now())
                    alive_at = now
                if now - checked_at > ACCOUNTS_EVERY:
                    accounts, checked_at = self._changed_accounts(credentials, accounts), now

    @contextmanager
    def _feed(self, response: OpenResponse) -> Iterator[LineFeed]:
        feed = LineFeed(response, self.stream.silence_seconds, network(self.application.network).errors)
        reader = threading.Thread(target=feed.read, name="live", daemon=True)
        reader.start()
        try:
            yield feed
        finally:
            response.abort()
            reader.join(CLOSE_SECONDS)

    def _changed_accounts(
        self, credentials: ApiCredentials, accounts: Mapping[str, ApiCredentials]
    ) -> Mapping[str, ApiCredentials]:
        """Return the accounts to follow now; the rules change without closing the connection."""
        current = queries.live_accounts(self.application)
        if current.keys() != accounts.keys():
            self.stream.set_rules(credentials, list(current.values()))
        return current

    def _store(self, lines: list[bytes], accounts: Mapping[str, ApiCredentials]) -> None:
        """Store what some lines brought; an empty one only says that the connection lives."""
        self.failures = 0 if lines else self.failures
        arrived: dict[int, list[Interaction]] = defaultdict(list)
        end: NetworkError | None = None
        for line in filter(None, lines):
            try:
                for account, item in self.stream.read_line(line, accounts):
                    arrived[account.account_id].append(item)
            except NetworkError as error:
                end = error
        for account_id, items in arrived.items():
            note_delivered(account_id=account_id, interactions=items, now=timezone.now())
            receive_live(account_id=account_id, interactions=items, now=timezone.now())
        if end is not None:
            raise end


def follow_live(application: Application, stop: threading.Event) -> None:
    """Follow the persistent stream of an application, if its network offers one, until `stop` is set."""
    stream = live_stream(application.network)
    if stream is not None:
        LiveFollower(application, stream, stop).run()
