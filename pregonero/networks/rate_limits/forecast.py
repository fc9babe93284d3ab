"""When each thing that is programmed will really leave, with the limits as they stand: pure, for the programme (P-2).

An account's own order is kept; no window, wherever it begins, is given more than its limit; and nothing is lost: what
can never leave is said too.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pregonero.networks.rate_limits.capacity import BY_NETWORK, QuotaStatus
from pregonero.networks.rate_limits.policy import Budget, LimitScope, PostClass, RateLimitPolicy

MOST_MOVES = 60  # from window to window, until every limit takes it: beyond, it is as good as never


@dataclass(frozen=True)
class Planned:
    """Something that will be made public on an account: not before `at`, and worth nothing after `expires_at`."""

    key: int
    account: int
    at: datetime
    act: PostClass
    expires_at: datetime


@dataclass(frozen=True)
class Leaving:
    """When it will leave, and what it waits for: the key of a budget, or of what stops the account."""

    key: int
    at: datetime | None  # nothing: never, or nobody knows when
    waits_for: str = ""
    late: bool = False


@dataclass
class Track:
    """What is taken of one budget, past and foreseen. `past` leaves at its own moments."""

    budget: Budget
    limit: int
    past: Sequence[tuple[datetime, int]]
    _entries: list[tuple[datetime, int]] = field(init=False)
    _total: int = field(init=False)
    _periods: dict[datetime, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._entries = sorted(self.past)
        self._total = sum(amount for _, amount in self._entries)
        if self.budget.window.calendar:
            for leaves, amount in self.past:
                self._periods[leaves] = self._periods.get(leaves, 0) + amount

    def forget(self, before: datetime) -> None:
        """Leave out what counts no more from that moment on: nothing earlier will be asked."""
        gone = bisect_right(self._entries, before, key=lambda entry: entry[0])
        self._total -= sum(amount for _, amount in self._entries[:gone])
        del self._entries[:gone]

    def earliest(self, at: datetime, amount: int) -> datetime | None:
        """Return the first moment from `at` on that takes so much, or nothing when none ever will."""
        if amount > self.limit:
            return None
        return self._in_periods(at, amount) if self.budget.window.calendar else self._rolling(at, amount)

    def _rolling(self, at: datetime, amount: int) -> datetime | None:
        over = self._total + amount - self.limit
        for leaves, freed in self._entries:
            if over <= 0:
                return at
            over -= freed
            at = max(at, leaves)
        return at if over <= 0 else None

    def _in_periods(self, at: datetime, amount: int) -> datetime | None:
        for _ in range(MOST_MOVES):
            end = self.budget.window.ends(at)
            if end is None or self._periods.get(end, 0) + amount <= self.limit:
                return at
            at = end
        return None

    def take(self, at: datetime, amount: int) -> None:
        """Count so much as taken at that moment."""
        end = self.budget.window.ends(at)
        if end is not None:
            self._periods[end] = self._periods.get(end, 0) + amount
            return
        insort(self._entries, (at + timedelta(seconds=self.budget.window.seconds), amount))
        self._total += amount


def track_of(left: QuotaStatus, pieces: Iterable[tuple[datetime, int]]) -> Track | None:
    """Return the track of a budget as it stands: by the network's word until it starts again, else by our count."""
    if left.limit is None:
        return None
    window = left.budget.window
    if left.source == BY_NETWORK and left.until is not None:
        end = window.ends(left.until - timedelta(microseconds=1)) or left.until
        return Track(left.budget, left.limit, [(end, left.used)] if left.used else [])
    return Track(left.budget, left.limit, [(window.leaves(at), amount) for at, amount in pieces])


@dataclass
class Forecast:
    """The accounts of one network, as they will leave; `track` gives a budget's by its account (none: of them all).

    `stopped` holds, by account, until when something else stops it and what; nothing for the moment means that a
    person must say.
    """

    rates: RateLimitPolicy
    track: Callable[[int | None, str], Track | None]
    stopped: Mapping[int, tuple[datetime | None, str]]
    _last: dict[int, datetime] = field(default_factory=dict)
    _held: dict[int, str] = field(default_factory=dict)

    def of(self, planned: Iterable[Planned], *, now: datetime) -> list[Leaving]:
        """Return when each leaves, in the order of their minutes."""
        return [self._next(each, max(each.at, now)) for each in sorted(planned, key=lambda one: (one.at, one.key))]

    def _next(self, each: Planned, start: datetime) -> Leaving:
        leaving = self._leaves(each, start)
        if leaving.at is None:
            self._held[each.account] = leaving.waits_for  # what comes after it on its account waits behind it
        else:
            self._last[each.account] = leaving.at
        return leaving

    def _leaves(self, each: Planned, start: datetime) -> Leaving:
        if each.account in self._held:
            return Leaving(each.key, None, self._held[each.account])
        until, why = self.stopped.get(each.account, (start, ""))
        if until is None:
            return Leaving(each.key, None, why)
        tracks = list(self._tracks(each))
        for found, _ in tracks:
            found.forget(start)
        at, waits = _settle(max(start, until, self._last.get(each.account, start)), tracks)
        if at is None:
            return Leaving(each.key, None, waits)
        for found, amount in tracks:
            found.take(at, amount)
        return Leaving(each.key, at, waits or (why if at > start else ""), at > each.expires_at)

    def _tracks(self, each: Planned) -> Iterator[tuple[Track, int]]:
        for key, amount in self.rates.cost_of(each.act).items():
            owner = each.account if self.rates.budget(key).scope == LimitScope.ACCOUNT else None
            found = self.track(owner, key)
            if found is not None and amount:
                yield found, amount


def _settle(at: datetime, tracks: Sequence[tuple[Track, int]]) -> tuple[datetime | None, str]:
    """Return the first moment from `at` on that every budget takes, and the one that was waited for last."""
    waits = ""
    for _ in range(MOST_MOVES):
        before = at
        for found, amount in tracks:
            later = found.earliest(at, amount)
            if later is None:
                return None, found.budget.key
            if later > at:
                at, waits = later, found.budget.key
        if at == before:
            return at, waits
    return None, waits
