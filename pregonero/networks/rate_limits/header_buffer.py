"""What the networks say of their limits in each answer, and what each call took: heard here, kept later and together.

It is a holder of this process: an answer costs a few look-ups, and writing is left to whoever keeps what came of the
calls (`budgets.actions.keep_heard`). The newest word of a budget is the one that counts.
"""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import Endpoint, HttpResponse
from pregonero.networks.rate_limits.policy import Headers, RateLimitPolicy, Usage
from pregonero.networks.registry import rate_limit_policy

FULL = 100
TIGHT = 256  # of what is left: below it, another worker must know at once
WORTH_SECONDS = 2.0  # how long what presses nobody may wait to be kept
MINUTE = 60.0
SAME_WINDOW = 2.0  # seconds between two tellings of the same instant
_USED = re.compile(r'"(?:call_count|total_cputime|total_time)"\s*:\s*(\d+(?:\.\d+)?)')


@dataclass(frozen=True)
class LimitReading:
    """What a network said of a budget: of the limit, what is left, and when it starts again (seconds since 1970)."""

    limit: int | None
    left: int
    resets_at: float | None

    def newer_than(self, other: "LimitReading") -> bool:
        """Return whether this one came after: of a later window, or of the same one with less left."""
        mine, theirs = self.resets_at or 0.0, other.resets_at or 0.0
        if abs(mine - theirs) > SAME_WINDOW:
            return mine > theirs
        return self.left <= other.left


@dataclass
class BufferedReadings:
    """What was heard since it was last kept."""

    words: dict[tuple[int, str], LimitReading]
    calls: Counter[tuple[int, str]]  # by account and call; the items of its answers under "<call> *"

    def __bool__(self) -> bool:
        return bool(self.words or self.calls)


class RateLimitBuffer:
    """The holder: one for each process, used by all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._heard = BufferedReadings({}, Counter())
        self._kept: set[tuple[int, str]] = set()  # the budgets of which this process kept a word
        self._pressing = False
        self._kept_at = clock()

    def observe(self, *, account_id: int, network: str, call: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take in what an answer says, and that the call was made."""
        rates = rate_limit_policy(network)
        words = dict(readings_in(rates, call, headers, body, time.time()))
        cost = rates.calls.get(call)
        items = _items(body, cost.items) if cost and cost.items else 0
        if not words and cost is None:
            return
        with self._lock:
            for budget, word in words.items():
                self._take(account_id, budget, word)
            if cost is not None:
                self._heard.calls[account_id, call] += 1
                if items:
                    self._heard.calls[account_id, f"{call} *"] += items

    def _take(self, account_id: int, budget: str, word: LimitReading) -> None:
        before = self._heard.words.get((account_id, budget))
        if before is None or word.newer_than(before):
            self._heard.words[account_id, budget] = word
        # The first word too: until it is kept, what waits is held back by what the documents say.
        if word.left <= TIGHT or (account_id, budget) not in self._kept:
            self._pressing = True

    def wants_keeping(self, *, at_once: bool = False) -> bool:
        """Whether there is something to keep that presses, that has waited for some time, or that is wanted at once."""
        due = at_once or self._pressing or self._clock() - self._kept_at > WORTH_SECONDS
        return due and bool(self._heard)

    def take_all(self, *, at_once: bool = False) -> BufferedReadings | None:
        """Give what there is to keep, if it is time."""
        with self._lock:
            if not self.wants_keeping(at_once=at_once):
                return None
            heard, self._heard = self._heard, BufferedReadings({}, Counter())
            self._kept.update(heard.words)
            self._pressing, self._kept_at = False, self._clock()
            return heard

    def give_back(self, heard: BufferedReadings) -> None:
        """Take back what could not be kept: the database was away."""
        with self._lock:
            for (account_id, budget), word in heard.words.items():
                self._take(account_id, budget, word)
            self._heard.calls.update(heard.calls)


rate_limit_buffer = RateLimitBuffer()


def observe_response(credentials: ApiCredentials, endpoint: Endpoint, response: HttpResponse) -> None:
    """Record what a response reports of the account's rate limits; calls without an account have none."""
    if credentials.account_id:
        rate_limit_buffer.observe(
            account_id=credentials.account_id,
            network=credentials.network,
            call=f"{endpoint.method} {endpoint.path}",
            headers=response.headers,
            body=response.content,
        )


def readings_in(
    rates: RateLimitPolicy, call: str, headers: Mapping[str, str], body: bytes, now: float
) -> Iterator[tuple[str, LimitReading]]:
    """Give what an answer tells of each budget, as the network's own table says where to read it."""
    for told in rates.headers:
        if not told.calls or call in told.calls:
            word = _from_headers(told, headers)
            if word is not None:
                yield told.budget, word
    for usage in rates.usages:
        raw = headers.get(usage.header)
        if raw:
            yield usage.budget, _from_usage(usage, raw, now)
    for reading in rates.readings:
        if reading.call == call:
            used, limit = _at(body, reading.used), _at(body, reading.limit)
            if used is not None and limit is not None:
                yield reading.budget, LimitReading(limit, max(0, limit - used), now + reading.lasts)


def _from_headers(told: Headers, headers: Mapping[str, str]) -> LimitReading | None:
    left = _whole(headers.get(told.left))
    if left is None or (told.policy and not _speaks_of(told, headers.get(told.policy, ""))):
        return None
    return LimitReading(_whole(headers.get(told.limit)), left, _instant(headers.get(told.reset, ""), told.reset_as))


def _speaks_of(told: Headers, policy: str) -> bool:
    """Return whether the window that an answer names is this budget's."""
    found = re.search(r"\bw=(\d+)", policy)
    return found is not None and int(found[1]) == told.lasts


def _from_usage(usage: Usage, raw: str, now: float) -> LimitReading:
    """Read the highest of the percentages, and when it opens again if it says so."""
    used = max((float(found) for found in _USED.findall(raw)), default=0.0)
    regain = re.findall(rf'"{usage.regain}"\s*:\s*(\d+)', raw) if usage.regain else []
    minutes = max(map(int, regain), default=0)
    left = 0 if minutes else max(0, int(FULL - used))
    return LimitReading(FULL, left, now + (minutes * MINUTE or usage.lasts))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.lstrip("-").isdigit() else None


def _instant(text: str, written_as: str) -> float | None:
    if written_as == "epoch":
        return float(text) if text.isdigit() else None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _at(body: bytes, path: Sequence[str | int]) -> int | None:
    try:
        found: Any = json.loads(body)
        for step in path:
            found = found[step]
        return int(found)
    except (ValueError, LookupError, TypeError):
        return None


def _items(body: bytes, key: str) -> int:
    try:
        found = json.loads(body).get(key)
    except (ValueError, AttributeError):
        return 0
    return len(found) if isinstance(found, list) else 0
