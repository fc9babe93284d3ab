"""What the responses of the networks report of their rate limits, and the calls made: buffered, and stored later.

A response costs a few look-ups; storing is left to the process that stores the outcomes of the calls
(`actions.flush_rate_limits`). The newest report of a quota counts.
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

from pregonero.http_client import number_of_seconds
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import Endpoint, HttpResponse
from pregonero.networks.rate_limits.policy import LimitHeaders, RateLimitPolicy, UsageHeader
from pregonero.networks.registry import rate_limit_policy

FULL_PERCENT = 100
URGENT_REMAINING = 256  # with less remaining, the other workers have to know at once
FLUSH_SECONDS = 2.0  # how long a report that is not urgent may wait to be stored
MINUTE = 60.0
SAME_WINDOW_SECONDS = 2.0  # two reset times that differ less are of the same window
ITEMS = " *"  # the suffix of a call under which the items of its responses are counted
_USED_PERCENT = re.compile(r'"(?:call_count|total_cputime|total_time)"\s*:\s*(\d+(?:\.\d+)?)')


@dataclass(frozen=True)
class LimitReading:
    """A network's report of a quota: its limit, what remains, and when it resets (seconds since 1970)."""

    limit: int | None
    remaining: int
    resets_at: float | None

    def is_newer_than(self, other: "LimitReading") -> bool:
        """Return whether this report is of a later window, or of the same window with no more remaining."""
        own_reset, other_reset = self.resets_at or 0.0, other.resets_at or 0.0
        if abs(own_reset - other_reset) > SAME_WINDOW_SECONDS:
            return own_reset > other_reset
        return self.remaining <= other.remaining


@dataclass
class BufferedReadings:
    """The reports and calls since the last flush."""

    readings: dict[tuple[int, str], LimitReading]  # by account and quota
    calls: Counter[tuple[int, str]]  # by account and call

    def __bool__(self) -> bool:
        return bool(self.readings or self.calls)


class RateLimitBuffer:
    """The buffer of this process, shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._buffered = BufferedReadings({}, Counter())
        self._stored: set[tuple[int, str]] = set()  # the quotas of which this process has stored a report
        self._is_urgent = False
        self._flushed_at = clock()

    def observe(self, *, account_id: int, network: str, call: str, headers: Mapping[str, str], body: bytes) -> None:
        """Buffer what a response reports, and that the call was made."""
        policy = rate_limit_policy(network)
        readings = dict(readings_in(policy, call, headers, body, time.time()))
        cost = policy.call_costs.get(call)
        items = _count_items(body, cost.items_key) if cost and cost.items_key else 0
        if not readings and cost is None:
            return
        with self._lock:
            for quota, reading in readings.items():
                self._add(account_id, quota, reading)
            if cost is not None:
                self._buffered.calls[account_id, call] += 1
                if items:
                    self._buffered.calls[account_id, call + ITEMS] += items

    def _add(self, account_id: int, quota: str, reading: LimitReading) -> None:
        known = self._buffered.readings.get((account_id, quota))
        if known is None or reading.is_newer_than(known):
            self._buffered.readings[account_id, quota] = reading
        # The first report is urgent too: until it is stored, posts wait for the documented limit.
        if reading.remaining <= URGENT_REMAINING or (account_id, quota) not in self._stored:
            self._is_urgent = True

    def needs_flush(self, *, at_once: bool = False) -> bool:
        """Return whether there is something urgent to store, or something that has waited `FLUSH_SECONDS`."""
        is_due = at_once or self._is_urgent or self._clock() - self._flushed_at > FLUSH_SECONDS
        return is_due and bool(self._buffered)

    def take_all(self, *, at_once: bool = False) -> BufferedReadings | None:
        """Return and clear the buffer if it needs a flush."""
        with self._lock:
            if not self.needs_flush(at_once=at_once):
                return None
            buffered, self._buffered = self._buffered, BufferedReadings({}, Counter())
            self._stored.update(buffered.readings)
            self._is_urgent, self._flushed_at = False, self._clock()
            return buffered

    def put_back(self, buffered: BufferedReadings) -> None:
        """Buffer again what could not be stored because the database did not answer."""
        with self._lock:
            for (account_id, quota), reading in buffered.readings.items():
                self._add(account_id, quota, reading)
            self._buffered.calls.update(buffered.calls)


rate_limit_buffer = RateLimitBuffer()


def observe_response(credentials: ApiCredentials, endpoint: Endpoint, response: HttpResponse) -> None:
    """Buffer what a response reports of the account's rate limits; calls without an account have none."""
    if credentials.account_id:
        rate_limit_buffer.observe(
            account_id=credentials.account_id,
            network=credentials.network,
            call=f"{endpoint.method} {endpoint.path}",
            headers=response.headers,
            body=response.content,
        )


def readings_in(
    policy: RateLimitPolicy, call: str, headers: Mapping[str, str], body: bytes, now: float
) -> Iterator[tuple[str, LimitReading]]:
    """Yield what a response reports of each quota, where the network's policy says that it is."""
    for limit_headers in policy.headers:
        if not limit_headers.endpoints or call in limit_headers.endpoints:
            reading = _from_limit_headers(limit_headers, headers)
            if reading is not None:
                yield limit_headers.quota, reading
    for usage_header in policy.usage_headers:
        value = headers.get(usage_header.header)
        if value:
            yield usage_header.quota, _from_usage_header(usage_header, value, now)
    for usage in policy.usage_responses:
        if usage.endpoint == call:
            used, limit = _integer_at(body, usage.used_path), _integer_at(body, usage.limit_path)
            if used is not None and limit is not None:
                yield usage.quota, LimitReading(limit, max(0, limit - used), now + usage.valid_seconds)


def _from_limit_headers(names: LimitHeaders, headers: Mapping[str, str]) -> LimitReading | None:
    remaining = _integer(headers.get(names.remaining))
    if remaining is None or (names.policy_header and not _is_window(names, headers.get(names.policy_header, ""))):
        return None
    resets_at = _timestamp(headers.get(names.reset, ""), names.reset_format)
    return LimitReading(_integer(headers.get(names.limit)), remaining, resets_at)


def _is_window(names: LimitHeaders, policy: str) -> bool:
    """Return whether the window that a response states is the quota's."""
    match = re.search(r"\bw=(\d+)", policy)
    return match is not None and int(match[1]) == names.window_seconds


def _from_usage_header(usage: UsageHeader, value: str, now: float) -> LimitReading:
    """Return the highest of the percentages, and when calls are accepted again if the header says so."""
    used = max((float(percent) for percent in _USED_PERCENT.findall(value)), default=0.0)
    waits = re.findall(rf'"{usage.minutes_field}"\s*:\s*(\d+)', value) if usage.minutes_field else []
    minutes = max(map(int, waits), default=0)
    remaining = 0 if minutes else max(0, int(FULL_PERCENT - used))
    return LimitReading(FULL_PERCENT, remaining, now + (minutes * MINUTE or usage.valid_seconds))


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch("-?[0-9]{1,15}", text) else None


def _timestamp(text: str, format: str) -> float | None:
    if format == "epoch":
        return number_of_seconds(text)
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _integer_at(body: bytes, path: Sequence[str | int]) -> int | None:
    try:
        value: Any = json.loads(body)
        for step in path:
            value = value[step]
        return int(value)
    except (ValueError, LookupError, TypeError):
        return None


def _count_items(body: bytes, key: str) -> int:
    try:
        items = json.loads(body).get(key)
    except (ValueError, AttributeError):
        return 0
    return len(items) if isinstance(items, list) else 0
