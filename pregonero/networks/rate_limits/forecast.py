"""When each scheduled post will really be sent, with the limits as they are; computed for the calendar (P-2).

The posts of an account keep their order, no window has more than its limit, and every post has an answer: also those
that will never be sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pregonero.networks.rate_limits.capacity import MAX_STEPS, QuotaTimeline
from pregonero.networks.rate_limits.policy import LimitScope, PostClass, RateLimitPolicy


@dataclass(frozen=True)
class PlannedPost:
    """A post to be sent on an account: not before `at`, nor after `expires_at`."""

    key: int
    account: int
    at: datetime
    post_class: PostClass
    expires_at: datetime


@dataclass(frozen=True)
class ExpectedSend:
    """When a post will be sent, and what it waits for: the key of a quota, or the code of a suspension."""

    key: int
    at: datetime | None  # None: never, or unknown
    waits_for: str = ""
    is_late: bool = False


@dataclass
class Forecast:
    """The expected sends of the accounts of one network.

    `timeline` returns the usage of a quota by its account (None for the application's) and key. `suspended` has, by
    account, until when it is suspended (None: until a person resumes it) and the code.
    """

    policy: RateLimitPolicy
    timeline: Callable[[int | None, str], QuotaTimeline | None]
    suspended: Mapping[int, tuple[datetime | None, str]]
    _last_send: dict[int, datetime] = field(default_factory=dict)
    _blocked: dict[int, str] = field(default_factory=dict)

    def of(self, planned: Iterable[PlannedPost], *, now: datetime) -> list[ExpectedSend]:
        """Return when each post will be sent, in the order of their scheduled times."""
        return [self._next(post, max(post.at, now)) for post in sorted(planned, key=lambda post: (post.at, post.key))]

    def _next(self, post: PlannedPost, start: datetime) -> ExpectedSend:
        expected = self._expect(post, start)
        if expected.at is None:
            self._blocked[post.account] = expected.waits_for  # the later posts of the account wait behind it
        else:
            self._last_send[post.account] = expected.at
        return expected

    def _expect(self, post: PlannedPost, start: datetime) -> ExpectedSend:
        if post.account in self._blocked:
            return ExpectedSend(post.key, None, self._blocked[post.account])
        until, code = self.suspended.get(post.account, (start, ""))
        if until is None:
            return ExpectedSend(post.key, None, code)
        timelines = list(self._timelines(post))
        for timeline, _ in timelines:
            timeline.forget(start)
        at, waits_for = _earliest_for_all(max(start, until, self._last_send.get(post.account, start)), timelines)
        if at is None:
            return ExpectedSend(post.key, None, waits_for)
        for timeline, amount in timelines:
            timeline.use(at, amount)
        return ExpectedSend(post.key, at, waits_for or (code if at > start else ""), at > post.expires_at)

    def _timelines(self, post: PlannedPost) -> Iterator[tuple[QuotaTimeline, int]]:
        for key, amount in self.policy.cost_of(post.post_class).items():
            account = post.account if self.policy.quota(key).scope == LimitScope.ACCOUNT else None
            timeline = self.timeline(account, key)
            if timeline is not None and amount:
                yield timeline, amount


def _earliest_for_all(at: datetime, timelines: Sequence[tuple[QuotaTimeline, int]]) -> tuple[datetime | None, str]:
    """Return the first moment from `at` on when every quota has room, and the quota that it waited for last."""
    waits_for = ""
    for _ in range(MAX_STEPS):
        before = at
        for timeline, amount in timelines:
            later = timeline.earliest(at, amount)
            if later is None:
                return None, timeline.rule.key
            if later > at:
                at, waits_for = later, timeline.rule.key
        if at == before:
            return at, waits_for
    return None, waits_for
