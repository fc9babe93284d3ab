"""What each network says of its limits in its answers, as its own headers and bodies put it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pregonero.networks.rate_limits.header_buffer import LimitReading, RateLimitBuffer, readings_in
from pregonero.networks.registry import rate_limit_policy
from tests.networks.subjects import NETWORKS

pytestmark = pytest.mark.procedure("P-6")
NOW = 1_800_000_000.0
QUARTER = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "97", "x-rate-limit-reset": "1800000600"}
DAY = {
    "x-app-limit-24hour-limit": "10000",
    "x-app-limit-24hour-remaining": "12",
    "x-app-limit-24hour-reset": "1800050000",
}
BUSINESS = {
    "1780": [{
        "type": "instagram", "call_count": 40, "total_cputime": 95, "total_time": 12,
        "estimated_time_to_regain_access": 0,
    }],
}  # fmt: skip
SHUT = {
    "1780": [
        {"type": "pages", "call_count": 100, "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": 7}
    ]
}
PUBLISHED = {"data": [{"quota_usage": 42, "config": {"quota_total": 50, "quota_duration": 86400}}]}
LIMIT_OF = "GET /{version}/{user}/content_publishing_limit"


def heard(network: str, call: str, headers: dict[str, str], body: Any = None) -> dict[str, LimitReading]:
    raw = b"" if body is None else json.dumps(body).encode()
    return dict(readings_in(rate_limit_policy(network), call, headers, raw, NOW))


def test_x_tells_a_user_s_quarter_and_the_application_s_day_where_it_publishes() -> None:
    told = heard("x", "POST /2/tweets", QUARTER | DAY)

    assert told == {
        "posts": LimitReading(100, 97, 1_800_000_600.0),
        "app_posts": LimitReading(10_000, 12, 1_800_050_000.0),
    }


def test_x_s_headers_speak_of_the_address_that_was_asked() -> None:
    assert set(heard("x", "GET /2/users/{id}/tweets", QUARTER)) == {"own_reads"}
    assert heard("x", "POST /2/media/metadata", QUARTER) == {}


def test_meta_tells_percentages_of_the_application_and_of_each_account() -> None:
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":3,"total_cputime":25}',
        "x-business-use-case-usage": json.dumps(BUSINESS),
    }
    told = heard("instagram", "POST /{version}/{user}/media_publish", headers)

    assert told["app_calls"] == LimitReading(100, 72, NOW + 300)
    assert told["calls"] == LimitReading(100, 5, NOW + 300)


def test_meta_tells_in_minutes_when_it_opens_again() -> None:
    told = heard("facebook", "POST /{version}/{id}", {"x-business-use-case-usage": json.dumps(SHUT)})

    assert told["calls"] == LimitReading(100, 0, NOW + 7 * 60)


def test_instagram_tells_its_own_day_when_asked() -> None:
    assert heard("instagram", LIMIT_OF, {}, PUBLISHED)["posts"] == LimitReading(50, 8, NOW + 3600)
    assert heard("instagram", LIMIT_OF, {}, {"data": []}) == {}


def test_bluesky_and_mastodon_tell_theirs() -> None:
    bluesky = {
        "ratelimit-limit": "5000",
        "ratelimit-remaining": "4997",
        "ratelimit-reset": "1800001000",
        "ratelimit-policy": "5000;w=3600",
    }
    mastodon = {
        "x-ratelimit-limit": "300",
        "x-ratelimit-remaining": "1",
        "x-ratelimit-reset": "2027-01-15T08:05:00.000Z",
    }
    opens = datetime(2027, 1, 15, 8, 5, tzinfo=UTC).timestamp()

    assert heard("bluesky", "POST /xrpc/com.atproto.repo.putRecord", bluesky)["points"] == LimitReading(
        5000, 4997, 1800001000
    )
    day = bluesky | {"ratelimit-limit": "35000", "ratelimit-remaining": "40", "ratelimit-policy": "35000;w=86400"}
    told = heard("bluesky", "POST /xrpc/com.atproto.repo.putRecord", day)
    assert told == {"day_points": LimitReading(35000, 40, 1800001000)}
    assert heard("mastodon", "POST /api/v1/statuses", mastodon)["calls"] == LimitReading(300, 1, opens)


@pytest.mark.parametrize("network", NETWORKS)
def test_an_answer_that_tells_nothing_or_nonsense_is_no_word(network: str) -> None:
    told = {
        name: "pronto" for header in rate_limit_policy(network).headers for name in (header.limit, header.remaining)
    }

    assert dict(readings_in(rate_limit_policy(network), "POST /2/tweets", told, b"{", NOW)) == {}


def test_the_newest_word_of_a_window_is_the_one_with_least_left() -> None:
    later, less = LimitReading(100, 99, 2000.0), LimitReading(100, 3, 1000.0)

    assert less.is_newer_than(LimitReading(100, 4, 1000.5))
    assert not LimitReading(100, 4, 1000.0).is_newer_than(less)
    assert later.is_newer_than(less)


def test_what_presses_nobody_is_kept_later_and_together() -> None:
    clock = [0.0]
    ear = RateLimitBuffer(lambda: clock[0])
    easy = {"x-rate-limit-limit": "9999", "x-rate-limit-remaining": "9000", "x-rate-limit-reset": "1800000600"}
    ear.observe(account_id=7, network="x", call="POST /2/tweets", headers=easy, body=b"")
    assert ear.take_all() is not None  # the first word presses: what waits goes by the documents until it is kept
    for _ in range(3):
        ear.observe(account_id=7, network="x", call="POST /2/tweets", headers=easy, body=b"")
    assert ear.take_all() is None
    clock[0] = 3.0
    kept = ear.take_all()

    assert kept is not None
    assert kept.readings == {(7, "posts"): LimitReading(9999, 9000, 1_800_000_600.0)}
    assert ear.take_all() is None


def test_a_quota_that_runs_short_is_kept_at_once_and_calls_are_counted_with_their_items() -> None:
    ear = RateLimitBuffer(lambda: 0.0)
    ear.observe(account_id=7, network="x", call="POST /2/tweets", headers=QUARTER, body=b"")
    body = json.dumps({"data": [{"id": "1"}, {"id": "2"}]}).encode()
    ear.observe(account_id=7, network="x", call="GET /2/users/{id}/tweets", headers={}, body=body)
    kept = ear.take_all()

    assert kept is not None
    assert kept.calls == {(7, "GET /2/users/{id}/tweets"): 1, (7, "GET /2/users/{id}/tweets *"): 2}
    ear.put_back(kept)
    assert ear.take_all() == kept
