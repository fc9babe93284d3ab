"""The lab's rate limits, prices and credits on each network."""

from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab


def post(x: ApiClient, text: str) -> httpx.Response:
    return x.http.post("/2/tweets", json={"text": text})


def set_limits(lab: Lab, account: str, **limits: Any) -> None:
    lab.client.post("/limits", json={"account": account, **limits}).raise_for_status()


def test_x_limits_each_account_and_its_application(lab: Lab) -> None:
    limits = {"posts": 2, "app_posts": 3}
    one, other = (ApiClient(lab, lab.new_account("x", app="ministerio", limits=limits)) for _ in range(2))
    headers = [post(one, str(number)).headers for number in range(2)]

    assert [values["x-rate-limit-remaining"] for values in headers] == ["1", "0"]
    assert headers[-1]["x-app-limit-24hour-remaining"] == "1"
    refused = post(one, "tres")
    assert (refused.status_code, refused.headers["x-rate-limit-remaining"]) == (429, "0")
    assert post(other, "otra").headers["x-app-limit-24hour-remaining"] == "0"
    shared = post(other, "y otra")
    assert (shared.status_code, shared.headers["x-app-limit-24hour-remaining"]) == (429, "0")


def test_window_resets_after_the_seconds_of_retry_after(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", limits={"posts": {"limit": 1, "window": 600}}))
    post(x, "una")
    refused = post(x, "otra")

    assert 590 <= int(refused.headers["retry-after"]) <= 600
    lab.advance(int(refused.headers["retry-after"]))
    assert post(x, "otra").status_code == 201


def test_restart_resets_the_windows(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", limits={"posts": 1}))
    post(x, "una")
    assert post(x, "otra").status_code == 429
    lab.client.post("/limits/restart", json={"account": x.id}).raise_for_status()

    assert post(x, "otra").status_code == 201


def test_x_refuses_a_post_that_the_credits_do_not_cover(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", credits=226_000))
    assert post(x, "Con enlace https://www.mincit.gov.co/a").status_code == 201
    first = post(x, "Sin enlace")
    assert first.status_code == 201
    refused = post(x, "Sin con qué")

    assert (refused.status_code, refused.json()["title"]) == (402, "CreditsDepleted")
    assert (
        x.http.post(
            "/2/tweets", json={"text": "parte", "reply": {"in_reply_to_tweet_id": first.json()["data"]["id"]}}
        ).status_code
        == 201
    )
    assert len(lab.posts(account=x.id)) == 3
    assert x.http.get(f"/2/users/{x.id}/tweets").status_code == 402  # each post read costs 1,000 micro-dollars
    set_limits(lab, x.id, credits=1_000_000)
    assert x.http.get(f"/2/users/{x.id}/tweets").status_code == 200


def test_x_spending_cap_returns_usage_capped(lab: Lab) -> None:
    x = ApiClient(lab, lab.new_account("x", spend_cap=15_000))
    post(x, "una")
    refused = post(x, "otra")

    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/usage-capped")


def test_meta_reports_percentages_and_limits_page_and_application(lab: Lab) -> None:
    page = ApiClient(lab, lab.new_account("facebook", limits={"calls": 2, "app_calls": 4}))
    response = page.http.get(f"/{page.id}")
    assert response.json()["id"] == page.id
    assert '"call_count": 25' in response.headers["x-app-usage"]
    assert '"call_count": 50' in response.headers["x-business-use-case-usage"]
    page.http.get(f"/{page.id}")
    refused = page.http.get(f"/{page.id}")

    assert refused.json()["error"]["code"] == 32
    assert '"estimated_time_to_regain_access": 60' in refused.headers["x-business-use-case-usage"]
    set_limits(lab, page.id, limits={"app_calls": 2})
    assert page.http.get(f"/{page.id}").json()["error"]["code"] == 4


def test_google_quota_resets_at_midnight_in_pacific_time(lab: Lab) -> None:
    channel = ApiClient(lab, lab.new_account("youtube", limits={"units": 2}))
    query = {"part": "status", "id": "nada"}
    responses = [channel.http.get("/youtube/v3/videos", params=query) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 403]
    assert responses[-1].json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    lab.advance(25 * 3600)
    assert channel.http.get("/youtube/v3/videos", params=query).status_code == 200


@pytest.mark.parametrize("network", ["x", "mastodon"])
def test_account_without_limits_gets_a_large_number(lab: Lab, network: str) -> None:
    client = ApiClient(lab, lab.new_account(network))
    path, body = {"x": ("/2/tweets", {"text": "a"}), "mastodon": ("/api/v1/statuses", {"status": "a"})}[network]
    headers = client.http.post(path, json=body).headers
    left = headers.get("x-rate-limit-remaining") or headers.get("x-ratelimit-remaining")

    assert int(left or 0) >= 100_000
