"""The networks' limits, on the laboratory's clock: how many calls a window holds, for whom, and what is left of it.

They bind only where an account says so in its `extra`, since tests publish thousands: `limits` is a table of names and
numbers ({"posts": 5}, or {"posts": {"limit": 5, "window": 60}}), or "real" for the networks' own; `app` names the
application, whose limits all its accounts share; `credits` is its money in micro-dollars, of which X takes its prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from lab.accounts import Account
    from lab.messages import Call

PACIFIC = ZoneInfo("America/Los_Angeles")
REAL = "real"
UNBOUND = 100_000


@dataclass(frozen=True)
class Quota:
    """One limit of a network: of which calls, how many in how many seconds, and what each takes."""

    name: str
    calls: str  # a regular expression over "METHOD /path"
    limit: int
    window: float  # seconds from its first call; nothing: until midnight of the Pacific
    cost: int = 1
    shared: bool = False  # by all the accounts of an application
    headers: str = ""  # how their names begin, where the network tells of it in headers
    when: Callable[[Call], bool] = lambda call: True

    def concerns(self, call: Call) -> bool:
        return re.fullmatch(self.calls, call.address) is not None and self.when(call)


@dataclass
class State:
    """A window that runs."""

    started: float
    ends: float
    used: int = 0


@dataclass(frozen=True)
class Standing:
    """How a quota stands for an account: of its limit, what is left, and when it starts again."""

    quota: Quota
    limit: int
    left: int
    ends: float
    bound: bool


class Over(Exception):
    """One call more than a window holds; the dialect has the network's words for it."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.quota.name)
        self.standing = standing


class Limits:
    def __init__(self) -> None:
        self._states: dict[tuple[str, str, str], State] = {}
        self._spent: dict[str, int] = {}

    def take(self, quotas: Iterable[Quota], call: Call, now: float) -> None:
        """Count a call in every window that it concerns, or raise `Over` and count it in none."""
        account = call.account
        if account is None or not account.extra.get("limits"):
            return
        concerned = [quota for quota in quotas if quota.concerns(call)]
        for quota in concerned:
            standing = self.standing(quota, account, now)
            if standing.bound and standing.left < quota.cost:
                raise Over(standing)
        for quota in concerned:
            self._state(quota, account, now).used += quota.cost

    def standing(self, quota: Quota, account: Account, now: float) -> Standing:
        state, limit = self._state(quota, account, now), _limit_of(quota, account)
        if limit is None:
            return Standing(quota, UNBOUND, UNBOUND, state.ends, bound=False)
        return Standing(quota, limit, max(0, limit - state.used), state.ends, bound=True)

    def _state(self, quota: Quota, account: Account, now: float) -> State:
        key = (account.network, subject(account) if quota.shared else account.id, quota.name)
        found = self._states.get(key)
        if found is None or now >= found.ends:
            window = _window_of(quota, account)
            found = self._states[key] = State(now, now + window if window else midnight(now))
        return found

    def restart(self, account: Account) -> None:
        """Begin every window of an account and of its application afresh, as if its time had come."""
        ours = {account.id, subject(account)}
        self._states = {key: state for key, state in self._states.items() if key[1] not in ours}

    def charge(self, account: Account, micros: int) -> bool:
        """Take from the application's money; False, and nothing taken, when there is not so much."""
        credits = account.extra.get("credits")
        spent = self._spent.get(subject(account), 0)
        if credits is not None and spent + micros > credits:
            return False
        self._spent[subject(account)] = spent + micros
        return True

    def spent(self, account: Account) -> int:
        return self._spent.get(subject(account), 0)


def subject(account: Account) -> str:
    """The application that serves an account: its own, unless it says which."""
    return f"app:{account.extra.get('app', account.id)}"


def _own(quota: Quota, account: Account) -> Any:
    told = account.extra.get("limits")
    return told.get(quota.name) if isinstance(told, Mapping) else None


def _limit_of(quota: Quota, account: Account) -> int | None:
    own = _own(quota, account)
    if own is None:
        return quota.limit if account.extra.get("limits") == REAL else None
    return int(own["limit"] if isinstance(own, Mapping) else own)


def _window_of(quota: Quota, account: Account) -> float:
    own = _own(quota, account)
    return float(own.get("window", quota.window)) if isinstance(own, Mapping) else quota.window


def midnight(now: float) -> float:
    """The next midnight of the Pacific, when Google's quotas start again."""
    tomorrow = datetime.fromtimestamp(now, PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), PACIFIC).timestamp()
