"""The networks' limits in the laboratory: each refuses in its own words, says when it opens, and opens then."""

from typing import Any

import httpx
import pytest

from tests.lab.process import Lab, Speaker


def posted(x: Speaker, text: str) -> httpx.Response:
    return x.http.post("/2/tweets", json={"text": text})


def set_for(lab: Lab, account: str, **about: Any) -> None:
    lab.client.post("/limits", json={"account": account, **about}).raise_for_status()


def test_x_counts_an_account_s_quarter_and_its_application_s_day(lab: Lab) -> None:
    limits = {"posts": 2, "app_posts": 3}
    one, other = (Speaker(lab, lab.new_account("x", app="ministerio", limits=limits)) for _ in range(2))
    told = [posted(one, str(number)).headers for number in range(2)]

    assert [headers["x-rate-limit-remaining"] for headers in told] == ["1", "0"]
    assert told[-1]["x-app-limit-24hour-remaining"] == "1"
    refused = posted(one, "tres")
    assert (refused.status_code, refused.headers["x-rate-limit-remaining"]) == (429, "0")
    assert posted(other, "otra").headers["x-app-limit-24hour-remaining"] == "0"
    shared = posted(other, "y otra")
    assert (shared.status_code, shared.headers["x-app-limit-24hour-remaining"]) == (429, "0")


def test_a_window_begins_with_its_first_call_and_ends_when_it_said(lab: Lab) -> None:
    x = Speaker(lab, lab.new_account("x", limits={"posts": {"limit": 1, "window": 600}}))
    posted(x, "una")
    refused = posted(x, "otra")

    assert 590 <= int(refused.headers["retry-after"]) <= 600
    lab.advance(int(refused.headers["retry-after"]))
    assert posted(x, "otra").status_code == 201


def test_a_person_can_begin_the_windows_afresh(lab: Lab) -> None:
    x = Speaker(lab, lab.new_account("x", limits={"posts": 1}))
    posted(x, "una")
    assert posted(x, "otra").status_code == 429
    lab.client.post("/limits/restart", json={"account": x.id}).raise_for_status()

    assert posted(x, "otra").status_code == 201


def test_x_takes_its_prices_from_the_credits_and_publishes_nothing_unpaid(lab: Lab) -> None:
    x = Speaker(lab, lab.new_account("x", credits=226_000))
    assert posted(x, "Con enlace https://www.mincit.gov.co/a").status_code == 201
    first = posted(x, "Sin enlace")
    assert first.status_code == 201
    refused = posted(x, "Sin con qué")

    assert (refused.status_code, refused.json()["title"]) == (402, "CreditsDepleted")
    assert x.http.post("/2/tweets", json={
        "text": "parte", "reply": {"in_reply_to_tweet_id": first.json()["data"]["id"]}
    }).status_code == 201  # fmt: skip
    assert len(lab.posts(account=x.id)) == 3
    assert x.http.get(f"/2/users/{x.id}/tweets").status_code == 402  # three posts are three thousandths
    set_for(lab, x.id, credits=1_000_000)
    assert x.http.get(f"/2/users/{x.id}/tweets").status_code == 200


def test_x_s_spending_cap_is_a_429_of_its_own(lab: Lab) -> None:
    x = Speaker(lab, lab.new_account("x", spend_cap=15_000))
    posted(x, "una")
    refused = posted(x, "otra")

    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/usage-capped")


def test_meta_tells_hundredths_and_refuses_by_application_and_by_page(lab: Lab) -> None:
    page = Speaker(lab, lab.new_account("facebook", limits={"calls": 2, "app_calls": 4}))
    asked = page.http.get(f"/{page.id}")
    assert asked.json()["id"] == page.id
    assert '"call_count": 25' in asked.headers["x-app-usage"]
    assert '"call_count": 50' in asked.headers["x-business-use-case-usage"]
    page.http.get(f"/{page.id}")
    refused = page.http.get(f"/{page.id}")

    assert refused.json()["error"]["code"] == 32
    assert '"estimated_time_to_regain_access": 60' in refused.headers["x-business-use-case-usage"]
    set_for(lab, page.id, limits={"app_calls": 2})
    assert page.http.get(f"/{page.id}").json()["error"]["code"] == 4


def test_google_s_units_last_until_midnight_of_the_pacific(lab: Lab) -> None:
    channel = Speaker(lab, lab.new_account("youtube", limits={"units": 2}))
    asked = {"part": "status", "id": "nada"}
    answers = [channel.http.get("/youtube/v3/videos", params=asked) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[-1].json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    lab.advance(25 * 3600)
    assert channel.http.get("/youtube/v3/videos", params=asked).status_code == 200


@pytest.mark.parametrize("network", ["x", "mastodon"])
def test_an_account_that_nothing_binds_is_told_a_large_number(lab: Lab, network: str) -> None:
    speaker = Speaker(lab, lab.new_account(network))
    path, about = {"x": ("/2/tweets", {"text": "a"}), "mastodon": ("/api/v1/statuses", {"status": "a"})}[network]
    headers = speaker.http.post(path, json=about).headers
    left = headers.get("x-rate-limit-remaining") or headers.get("x-ratelimit-remaining")

    assert int(left or 0) >= 100_000
