"""How much of each quota is left now, and how many of the waiting posts may be sent; computed from rows already read.

The network's own report takes precedence over our count while it is current; a limit set by a person applies besides.
Posts being sent are in no report yet, and are subtracted.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pregonero.networks.rate_limits.policy import PostClass, QuotaRule, RateLimitPolicy

NEAR_PERCENT = 80
SOON = timedelta(seconds=5)  # within this time the posts being sent have a response, which reports the quota
MAX_STEPS = 60  # from window to window, until every quota has room: beyond it, the answer is never
BY_NETWORK, BY_US, BY_PERSON = "network", "count", "person"
Bucket = tuple[datetime, int]  # its start, and the amount used


@dataclass
class QuotaTimeline:
    """The usage of one quota over time: each used amount counts until its own expiry. `past` has (expiry, amount)."""

    rule: QuotaRule
    limit: int
    past: Sequence[tuple[datetime, int]]
    _entries: list[tuple[datetime, int]] = field(init=False)
    _total: int = field(init=False)
    _periods: dict[datetime, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._entries = sorted(self.past)
        self._total = sum(amount for _, amount in self._entries)
        if self.rule.window.calendar:
            for expiry, amount in self.past:
                self._periods[expiry] = self._periods.get(expiry, 0) + amount

    @property
    def used(self) -> int:
        """Return the amount that counts, of what has not been forgotten."""
        return self._total

    def forget(self, before: datetime) -> None:
        """Drop the amounts that expired by then; no earlier moment may be asked about afterwards."""
        expired = bisect_right(self._entries, before, key=lambda entry: entry[0])
        self._total -= sum(amount for _, amount in self._entries[:expired])
        del self._entries[:expired]

    def next_release(self, now: datetime) -> datetime | None:
        """Return when some of the used amount expires: the end of the calendar period, or of the first bucket."""
        end = self.rule.window.end(now)
        return end if end is not None else next((expiry for expiry, amount in self._entries if amount > 0), None)

    def earliest(self, at: datetime, amount: int) -> datetime | None:
        """Return the first moment from `at` on when the amount is available; None when it never is."""
        if amount > self.limit:
            return None
        return self._in_periods(at, amount) if self.rule.window.calendar else self._rolling(at, amount)

    def _rolling(self, at: datetime, amount: int) -> datetime | None:
        excess = self._total + amount - self.limit
        for expiry, freed in self._entries:
            if excess <= 0:
                return at
            excess -= freed
            at = max(at, expiry)
        return at if excess <= 0 else None

    def _in_periods(self, at: datetime, amount: int) -> datetime | None:
        for _ in range(MAX_STEPS):
            end = self.rule.window.end(at)
            if end is None or self._periods.get(end, 0) + amount <= self.limit:
                return at
            at = end
        return None

    def use(self, at: datetime, amount: int) -> None:
        """Count an amount as used at that moment."""
        expiry = self.rule.window.expiry(at)
        if self.rule.window.calendar:
            self._periods[expiry] = self._periods.get(expiry, 0) + amount
            return
        insort(self._entries, (expiry, amount))
        self._total += amount


@dataclass(frozen=True)
class QuotaReading:
    """The known values of a quota's row."""

    reported_limit: int | None = None
    reported_remaining: int | None = None
    reported_at: datetime | None = None
    resets_at: datetime | None = None
    used_since_report: int = 0
    own_limit: int | None = None

    def is_current(self, now: datetime) -> bool:
        """Return whether the network's report is of the window that runs now."""
        return self.reported_remaining is not None and (self.resets_at is None or now < self.resets_at)


@dataclass(frozen=True)
class QuotaStatus:
    """How much of a quota is used and left now; `limit` and `remaining` are None when it has no limit."""

    rule: QuotaRule
    limit: int | None
    used: int
    remaining: int | None
    more_at: datetime | None  # when more of it becomes available
    source: str  # BY_NETWORK, BY_US or BY_PERSON
    reported_at: datetime | None = None
    is_report_coming: bool = False  # the response to a post being sent will report whether there is more
    next_post_reports: bool = False  # the response to the next post will, since none has reported it yet

    @property
    def percent_used(self) -> int:
        """Return the percentage that is used, at most 100."""
        return min(100, 100 * self.used // self.limit) if self.limit else (100 if self.limit == 0 else 0)

    @property
    def is_near_limit(self) -> bool:
        """Return whether at least `NEAR_PERCENT` is used."""
        return self.limit is not None and self.percent_used >= NEAR_PERCENT

    def after(self, policy: RateLimitPolicy, post_classes: Sequence[PostClass]) -> "QuotaStatus":
        """Return the status after posts of these classes."""
        amount = sum(policy.cost_of(post_class).get(self.rule.key, 0) for post_class in post_classes)
        remaining = None if self.remaining is None else self.remaining - amount
        return replace(self, used=self.used + amount, remaining=remaining)

    def timeline(self, buckets: Iterable[Bucket]) -> QuotaTimeline | None:
        """Return the usage over time, by the network's report or else our own count; None without a limit."""
        if self.limit is None:
            return None
        if self.source == BY_NETWORK and self.more_at is not None:
            expiry = self.rule.window.end(self.more_at - timedelta(microseconds=1)) or self.more_at
            return QuotaTimeline(self.rule, self.limit, [(expiry, self.used)] if self.used else [])
        return timeline_of_buckets(self.rule, self.limit, buckets)


def timeline_of_buckets(rule: QuotaRule, limit: int, buckets: Iterable[Bucket]) -> QuotaTimeline:
    """Return the usage over time by our own count."""
    return QuotaTimeline(rule, limit, [(rule.window.bucket_expiry(start), amount) for start, amount in buckets])


def quota_status(
    rule: QuotaRule,
    reading: QuotaReading,
    buckets: Sequence[Bucket],
    in_flight: int,
    now: datetime,
    *,
    is_reported_with_posts: bool = False,
) -> QuotaStatus:
    """Return how much of a quota is left.

    `buckets` is our own count in the running window, in order; `in_flight` is what the posts being sent use.
    """
    counted = _status_by_count(rule, reading.own_limit, buckets, now)
    reported = _status_by_report(rule, reading, in_flight, now)
    if reported is None:
        next_post_reports = is_reported_with_posts and reading.own_limit is None
        is_report_coming = next_post_reports and in_flight > 0
        return replace(counted, is_report_coming=is_report_coming, next_post_reports=next_post_reports)
    if reading.own_limit is None:
        return reported
    return min(reported, counted, key=lambda status: status.remaining or 0)


def _status_by_report(rule: QuotaRule, reading: QuotaReading, in_flight: int, now: datetime) -> QuotaStatus | None:
    if reading.reported_remaining is None or reading.reported_at is None:
        return None
    documented = rule.limit.value if rule.limit else reading.reported_remaining
    limit = documented if reading.reported_limit is None else reading.reported_limit
    unused = max(0, reading.reported_remaining - reading.used_since_report) if reading.is_current(now) else limit
    remaining = max(0, unused - in_flight)
    more_at = reading.resets_at if unused <= 0 else now + SOON
    used = max(0, limit - remaining)
    return QuotaStatus(
        rule, limit, used, remaining, more_at, BY_NETWORK, reading.reported_at, is_report_coming=unused > 0
    )


def _status_by_count(rule: QuotaRule, own_limit: int | None, buckets: Sequence[Bucket], now: datetime) -> QuotaStatus:
    source = BY_US if own_limit is None else BY_PERSON
    limit = own_limit if own_limit is not None else rule.limit.value if rule.limit else None
    timeline = timeline_of_buckets(rule, limit or 0, buckets)
    if limit is None:
        return QuotaStatus(rule, None, timeline.used, None, None, source)
    remaining = max(0, limit - timeline.used)
    return QuotaStatus(rule, limit, timeline.used, remaining, timeline.next_release(now), source)


@dataclass(frozen=True)
class Admission:
    """How many posts may be sent now, and why the next one may not: the Spanish reason, until when, and which quota.

    `until` is None when nobody knows. `quota` is the key of a quota, or the error code of a suspension.
    """

    admitted: int
    reason: str = ""
    until: datetime | None = None
    quota: str = ""
    awaits_response: bool = False  # it waits only for the responses to posts being sent


def admit_within(
    policy: RateLimitPolicy, post_classes: Sequence[PostClass], statuses: Iterable[QuotaStatus]
) -> Admission:
    """Return how many of the posts, in their order, every quota has room for; no post overtakes another."""
    status_of = {status.rule.key: status for status in statuses}
    remaining = {key: status.remaining for key, status in status_of.items()}
    for position, post_class in enumerate(post_classes):
        cost = policy.cost_of(post_class)
        exhausted = _exhausted_quota(cost, remaining)
        if exhausted:
            status = status_of[exhausted]
            awaits_response = status.is_report_coming or (status.next_post_reports and position > 0)
            return Admission(position, waiting_reason(status), status.more_at, exhausted, awaits_response)
        for key, amount in cost.items():
            left = remaining.get(key)
            if left is not None:
                remaining[key] = left - amount
    return Admission(len(post_classes))


def _exhausted_quota(cost: Mapping[str, int], remaining: Mapping[str, int | None]) -> str:
    """Return the first quota without room for the cost; one with nothing left has no room even for a cost of 0."""
    for key, amount in cost.items():
        left = remaining.get(key)
        if left is not None and left < max(amount, 1):
            return key
    return ""


def waiting_reason(status: QuotaStatus) -> str:
    """Return why a post waits for a quota, in Spanish."""
    name = status.rule.label[0].lower() + status.rule.label[1:]
    if status.source == BY_PERSON:
        return f"Espera: se llegó al límite fijado por la entidad ({name})."
    cause = "la red dice que se llegó a su límite" if status.source == BY_NETWORK else "se llegó al límite de la red"
    return f"Espera: {cause} ({name})."
