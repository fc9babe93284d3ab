"""Rate limits of the emulated networks, on the lab's clock.

An account is limited only when its `extra` says so, because tests publish thousands of posts. `limits` maps the names
of quotas to numbers ({"posts": 5}, or {"posts": {"limit": 5, "window": 60}}), or is "real" for the networks' own
numbers. `app` names the application whose shared quotas the account uses. `credits` is the application's balance in
micro-dollars, from which X deducts its prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lab.accounts import Account
from lab.messages import Call

PACIFIC = ZoneInfo("America/Los_Angeles")
REAL = "real"
UNLIMITED = 100_000


@dataclass(frozen=True)
class Quota:
    """One limit of a network: which calls it counts and how many it allows in a window."""

    name: str
    calls: str  # a regular expression over "METHOD /path"
    limit: int
    window: float  # seconds from the first call; 0 means until midnight in Pacific time
    cost: int = 1  # units of each call
    shared: bool = False  # by all accounts of an application
    headers: str = ""  # prefix of the response headers that report it, on networks that have them
    when: Callable[[Call], bool] = lambda call: True

    def matches(self, call: Call) -> bool:
        """Whether the quota counts this call."""
        return re.fullmatch(self.calls, call.endpoint) is not None and self.when(call)


@dataclass
class Window:
    """The current window of a quota for one account or application."""

    started: float
    resets_at: float
    used: int = 0


@dataclass(frozen=True)
class QuotaStatus:
    """What is left of a quota for an account, and when its window resets."""

    quota: Quota
    limit: int
    remaining: int
    resets_at: float
    is_limited: bool


class LimitExceeded(Exception):
    """A call is above a quota; the network's API turns this into its own error response."""

    def __init__(self, status: QuotaStatus) -> None:
        super().__init__(status.quota.name)
        self.status = status


class RateLimiter:
    """Counts calls per quota, and the money that each application has spent."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str, str], Window] = {}
        self._spent: dict[str, int] = {}

    def count(self, quotas: Iterable[Quota], call: Call, now: float) -> None:
        """Count a call in every quota that matches it. Raises LimitExceeded, and counts nothing, above a limit."""
        account = call.account
        if account is None or not account.extra.get("limits"):
            return
        matching = [quota for quota in quotas if quota.matches(call)]
        for quota in matching:
            status = self.status(quota, account, now)
            if status.is_limited and status.remaining < quota.cost:
                raise LimitExceeded(status)
        for quota in matching:
            self._window(quota, account, now).used += quota.cost

    def status(self, quota: Quota, account: Account, now: float) -> QuotaStatus:
        """Return what is left of a quota; an account without that limit gets a large number."""
        window, limit = self._window(quota, account, now), _limit_of(quota, account)
        if limit is None:
            return QuotaStatus(quota, UNLIMITED, UNLIMITED, window.resets_at, is_limited=False)
        return QuotaStatus(quota, limit, max(0, limit - window.used), window.resets_at, is_limited=True)

    def _window(self, quota: Quota, account: Account, now: float) -> Window:
        key = (account.network, app_key(account) if quota.shared else account.id, quota.name)
        window = self._windows.get(key)
        if window is None or now >= window.resets_at:
            seconds = _window_seconds(quota, account)
            window = self._windows[key] = Window(now, now + seconds if seconds else next_pacific_midnight(now))
        return window

    def reset(self, account: Account) -> None:
        """Start new windows for an account and for its application."""
        owners = {account.id, app_key(account)}
        self._windows = {key: window for key, window in self._windows.items() if key[1] not in owners}

    def charge(self, account: Account, micros: int) -> bool:
        """Deduct micro-dollars from the application's credits; return False when they are too few."""
        credits = account.extra.get("credits")
        spent = self._spent.get(app_key(account), 0)
        if credits is not None and spent + micros > credits:
            return False
        self._spent[app_key(account)] = spent + micros
        return True

    def spent(self, account: Account) -> int:
        """Return what the account's application has spent, in micro-dollars."""
        return self._spent.get(app_key(account), 0)


def app_key(account: Account) -> str:
    """Return the key of the account's application: the account is its own application unless `app` names another."""
    return f"app:{account.extra.get('app', account.id)}"


def _configured(quota: Quota, account: Account) -> Any:
    limits = account.extra.get("limits")
    return limits.get(quota.name) if isinstance(limits, Mapping) else None


def _limit_of(quota: Quota, account: Account) -> int | None:
    configured = _configured(quota, account)
    if configured is None:
        return quota.limit if account.extra.get("limits") == REAL else None
    return int(configured["limit"] if isinstance(configured, Mapping) else configured)


def _window_seconds(quota: Quota, account: Account) -> float:
    configured = _configured(quota, account)
    return float(configured.get("window", quota.window)) if isinstance(configured, Mapping) else quota.window


def next_pacific_midnight(now: float) -> float:
    """Return the next midnight in Pacific time, when Google's daily quotas reset."""
    tomorrow = datetime.fromtimestamp(now, PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), PACIFIC).timestamp()
