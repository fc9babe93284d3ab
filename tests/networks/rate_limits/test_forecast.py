"""The forecast: the order is kept, no window is given more than its limit, and nothing is lost."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.networks.base import Limit
from pregonero.networks.rate_limits.capacity import QuotaTimeline
from pregonero.networks.rate_limits.forecast import ExpectedSend, Forecast, PlannedPost
from pregonero.networks.rate_limits.policy import LimitScope, PostClass, QuotaRule, RateLimitPolicy, Unit, Window

pytestmark = pytest.mark.procedure("P-2")
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
LIMIT = Limit(5, NOW.date(), "prueba")
OWN = QuotaRule("own", "Por cuarto de hora", LimitScope.ACCOUNT, Unit.POSTS, Window(900), LIMIT)
APP = QuotaRule("app", "Por día", LimitScope.APP, Unit.POSTS, Window(86_400), LIMIT)
MONEY = QuotaRule("money", "Gasto", LimitScope.APP, Unit.MONEY, Window(0, "month", "America/Bogota"))
RATES = RateLimitPolicy(
    quotas=(OWN, APP, MONEY),
    post_costs={
        PostClass.POST: {"own": 1, "app": 1, "money": 15},
        PostClass.LINK_POST: {"own": 1, "app": 1, "money": 200},
    },
)


def foreseen(
    planned: list[PlannedPost],
    limits: dict[str, int],
    past: dict[tuple[int | None, str], list[tuple[datetime, int]]],
    stopped: dict[int, tuple[datetime | None, str]] | None = None,
) -> list[ExpectedSend]:
    tracks: dict[tuple[int | None, str], QuotaTimeline] = {}

    def track(owner: int | None, key: str) -> QuotaTimeline | None:
        if key not in limits:
            return None
        if (owner, key) not in tracks:
            rule = RATES.quota(key)
            past_usage = [(rule.window.bucket_expiry(at), amount) for at, amount in past.get((owner, key), [])]
            tracks[owner, key] = QuotaTimeline(rule, limits[key], past_usage)
        return tracks[owner, key]

    return Forecast(RATES, track, stopped or {}).of(planned, now=NOW)


def at_minutes(*minutes: int, account: int = 1, post_class: PostClass = PostClass.POST) -> list[PlannedPost]:
    return [
        PlannedPost(number, account, NOW + timedelta(minutes=minute), post_class, NOW + timedelta(minutes=minute + 60))
        for number, minute in enumerate(minutes)
    ]


def test_what_fits_leaves_at_its_minute() -> None:
    leavings = foreseen(at_minutes(0, 0, 5), {"own": 5}, {})

    assert [leaving.at for leaving in leavings] == [NOW, NOW, NOW + timedelta(minutes=5)]
    assert not any(leaving.waits_for or leaving.is_late for leaving in leavings)


def test_the_sixth_waits_until_the_window_of_the_first_is_over() -> None:
    leavings = foreseen(at_minutes(0, 0, 0, 0, 0, 0), {"own": 5}, {})

    assert leavings[5].at == NOW + timedelta(minutes=15)
    assert leavings[5].waits_for == "own"


def test_one_that_would_pass_its_hour_is_said() -> None:
    leavings = foreseen(at_minutes(*[0] * 26), {"own": 5}, {})

    assert [leaving.is_late for leaving in leavings] == [False] * 25 + [True]


def test_what_a_person_must_let_go_has_no_hour_and_what_follows_waits_behind_it() -> None:
    leavings = foreseen(at_minutes(0, 10), {}, {}, {1: (None, "402")})

    assert [(leaving.at, leaving.waits_for) for leaving in leavings] == [(None, "402")] * 2


def test_the_month_s_money_starts_again_with_the_month() -> None:
    planned = at_minutes(0, 1, post_class=PostClass.LINK_POST)
    leavings = foreseen(planned, {"money": 200}, {})

    assert leavings[0].at == NOW
    assert leavings[1].at == datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


def test_what_no_month_will_ever_pay_is_said_too() -> None:
    assert foreseen(at_minutes(0, post_class=PostClass.LINK_POST), {"money": 199}, {})[0] == ExpectedSend(
        0, None, "money"
    )


MOMENTS = st.integers(0, 36 * 60)
PLANS = st.lists(
    st.tuples(st.integers(1, 3), MOMENTS, st.sampled_from([PostClass.POST, PostClass.LINK_POST])), max_size=60
)
PAST = st.dictionaries(
    st.sampled_from([(1, "own"), (2, "own"), (None, "app")]),
    st.lists(st.tuples(st.integers(-1440, 0), st.integers(1, 3)), max_size=5),
)


@settings(max_examples=150, deadline=None)
@given(PLANS, PAST, st.integers(1, 6), st.integers(1, 12))
def test_order_is_kept_no_window_passes_its_limit_and_nothing_is_lost(
    plans: list[tuple[int, int, PostClass]], past: dict[Any, list[tuple[int, int]]], own: int, app: int
) -> None:
    planned = [
        PlannedPost(key, account, NOW + timedelta(minutes=minute), post_class, NOW + timedelta(minutes=minute + 60))
        for key, (account, minute, post_class) in enumerate(plans)
    ]
    before = {key: [(NOW + timedelta(minutes=at), amount) for at, amount in pieces] for key, pieces in past.items()}
    leavings = foreseen(planned, {"own": own, "app": app}, before)

    assert sorted(leaving.key for leaving in leavings) == list(range(len(plans)))
    account_of = {one.key: one.account for one in planned}
    due = {one.key: one.at for one in planned}
    times: dict[int, list[datetime]] = defaultdict(list)
    for leaving in leavings:
        assert leaving.at is not None  # each takes one, and every limit is at least that
        assert leaving.at >= due[leaving.key]
        times[account_of[leaving.key]].append(leaving.at)
    for ours in times.values():
        assert ours == sorted(ours)
        assert most_in_any(ours, timedelta(seconds=900)) <= own
    assert most_in_any([at for ours in times.values() for at in ours], timedelta(days=1)) <= app


def most_in_any(times: list[datetime], window: timedelta) -> int:
    return max((sum(end - window < at <= end for at in times) for end in times), default=0)
