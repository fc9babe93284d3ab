"""Each kind of fault: its effect on the connection and on the audit log."""

from __future__ import annotations

import json
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab, until

BROKEN = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)


@pytest.fixture
def x(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("x"))


def tweet(x: ApiClient, text: str = "Hola") -> httpx.Response:
    return x.http.post("/2/tweets", json={"text": text})


def raw_tweet(lab: Lab, x: ApiClient, text: str = "Hola") -> socket.socket:
    """Send the same call on a socket of the test, which can be reset and read byte by byte."""
    body = json.dumps({"text": text}).encode()
    head = (
        f"POST /x/2/tweets HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {x.account['token']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", lab.port), timeout=10)
    connection.sendall(head.encode() + body)
    return connection


def reset(connection: socket.socket) -> None:
    """Close the connection with a reset, as the death of a process does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def held(lab: Lab, number: int = 1) -> dict[str, Any]:
    state: dict[str, Any] = lab.client.get("/faults", params={"wait_held": number, "timeout": 10}).json()
    assert state["reached"], state
    return state


def release(lab: Lab, verdict: str = "auto") -> int:
    released: int = lab.client.post("/faults/release", json={"verdict": verdict}).json()["released"]
    return released


def test_cut_before_resets_the_connection_and_publishes_nothing(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="cut_before", network="x", endpoint="commit", account=x.id, times=1)

    with raw_tweet(lab, x) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)

    assert lab.posts(account=x.id) == []
    assert tweet(x).status_code == 201


def test_accept_then_cut_publishes_and_resets_the_connection(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="accept_then_cut", network="x", endpoint="commit", account=x.id, times=1)

    with pytest.raises(BROKEN):
        tweet(x)

    assert [post["text"] for post in lab.posts(account=x.id)] == ["Hola"]


def test_accept_then_500_publishes_and_returns_a_server_error(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="accept_then_500", account=x.id, endpoint="commit", times=1)

    response = tweet(x)

    assert (response.status_code, response.json()["title"]) == (500, "Internal Server Error")
    assert len(lab.posts(account=x.id)) == 1


def test_accept_then_slow_publishes_before_the_response(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="accept_then_slow", account=x.id, endpoint="commit", ms=600_000, times=1)

    with pytest.raises(httpx.ReadTimeout):
        x.http.post("/2/tweets", json={"text": "Hola"}, timeout=httpx.Timeout(60, read=0.2))

    until(lambda: len(lab.posts(account=x.id)) == 1)


def test_hold_before_drops_the_call_when_the_client_has_died(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_before", account=x.id, endpoint="commit", times=1)
    connection = raw_tweet(lab, x)
    [holding] = held(lab)["holding"]
    assert (holding["account"], holding["endpoint"]) == (x.id, "POST /2/tweets")

    reset(connection)
    until(lambda: tweet(x, "Otra").status_code == 201)
    assert release(lab) == 1

    until(lambda: held(lab, 0)["held"] == 0)
    assert [post["text"] for post in lab.posts(account=x.id)] == ["Otra"]


def test_hold_before_released_with_process_publishes_after_the_client_died(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_before", account=x.id, endpoint="commit", times=1)
    connection = raw_tweet(lab, x)
    held(lab)

    reset(connection)
    release(lab, verdict="process")

    until(lambda: len(lab.posts(account=x.id)) == 1)


def test_hold_before_publishes_on_release_when_the_client_waits(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_before", account=x.id, endpoint="commit", times=1)

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(tweet, x)
        held(lab)
        assert lab.posts(account=x.id) == []
        release(lab)
        assert waiting.result(timeout=60).status_code == 201


def test_hold_after_publishes_before_the_response(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_after", account=x.id, endpoint="commit", times=1)

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(tweet, x)
        held(lab)
        assert len(lab.posts(account=x.id)) == 1
        assert not waiting.done()
        release(lab)
        assert waiting.result(timeout=60).status_code == 201


def test_release_with_cut_resets_the_connection(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_before", account=x.id, endpoint="commit", times=1)

    with raw_tweet(lab, x) as connection:
        held(lab)
        release(lab, verdict="cut")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)

    assert lab.posts(account=x.id) == []


def test_deleting_the_faults_releases_the_held_calls(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="hold_before", account=x.id)

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(tweet, x)
        held(lab)
        lab.client.delete("/faults")
        assert waiting.result(timeout=60).status_code == 201


def test_slow_delays_the_call_and_then_publishes(x: ApiClient, lab: Lab) -> None:
    lab.fault(kind="slow", account=x.id, endpoint="commit", ms=300, times=1)

    response = tweet(x)

    assert response.elapsed.total_seconds() >= 0.3
    assert response.status_code == 201


def test_slow_call_is_published_after_its_client_gave_up(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="slow", account=x.id, endpoint="commit", ms=400, times=1)

    with pytest.raises(httpx.ReadTimeout):
        x.http.post("/2/tweets", json={"text": "Hola"}, timeout=0.1)

    until(lambda: len(lab.posts(account=x.id)) == 1)


@pytest.mark.parametrize(
    ("network", "path", "code", "expected"),
    [
        ("x", "/2/users/me", 429, (429, "Too Many Requests")),
        ("x", "/2/users/me", 402, (402, "CreditsDepleted")),
        ("x", "/2/users/me", 401, (401, "Unauthorized")),
        ("facebook", "/{id}", 429, (403, 4)),
        ("facebook", "/{id}", 401, (400, 190)),
        ("instagram", "/{id}", 368, (400, 368)),
        ("instagram", "/{id}", 500, (500, 2)),
        ("youtube", "/youtube/v3/channels?part=id&mine=true", 403, (403, "quotaExceeded")),
        ("youtube", "/youtube/v3/channels?part=id&mine=true", 401, (401, "authError")),
    ],
)
def test_status_returns_the_error_of_each_network(
    lab: Lab, network: str, path: str, code: int, expected: tuple[int, object]
) -> None:
    client = ApiClient(lab, lab.new_account(network))
    lab.fault(kind="status", network=network, account=client.id, code=code, times=1)
    address = path.replace("{id}", client.id)

    response = client.http.get(address)

    assert (response.status_code, _error_name(response.json())) == expected
    assert client.http.get(address).status_code == 200


def _error_name(body: dict[str, Any]) -> Any:
    if "title" in body:
        return body["title"]
    error = body["error"]
    return error["errors"][0]["reason"] if "errors" in error else error["code"]


def test_rate_limit_fault_on_x_has_its_headers(lab: Lab, x: ApiClient) -> None:
    lab.fault(kind="status", account=x.id, code=429, times=1)

    headers = x.http.get("/2/users/me").headers

    assert headers["x-rate-limit-remaining"] == "0"
    assert int(headers["x-rate-limit-reset"]) > 0


def test_half_upload_on_youtube_stores_the_first_half(lab: Lab, film: bytes) -> None:
    channel = ApiClient(lab, lab.new_account("youtube"))
    body = {"snippet": {"title": "Video"}, "status": {"privacyStatus": "private"}}
    session = channel.http.post(
        "/upload/youtube/v3/videos", params={"uploadType": "resumable", "part": "snippet,status"}, json=body
    )
    address = session.headers["Location"]
    lab.fault(kind="half_upload", network="youtube", endpoint="^PUT /upload", times=1)

    with pytest.raises(BROKEN):
        httpx.put(address, content=film)

    half = len(film) // 2
    progress = httpx.put(address, headers={"Content-Range": f"bytes */{len(film)}"})
    assert (progress.status_code, progress.headers["range"]) == (308, f"bytes=0-{half - 1}")
    headers = {"Content-Range": f"bytes {half}-{len(film) - 1}/{len(film)}"}
    assert httpx.put(address, content=film[half:], headers=headers).status_code == 200


def test_upload_of_a_client_that_dies_in_the_middle_stores_the_first_half(lab: Lab, film: bytes) -> None:
    channel = ApiClient(lab, lab.new_account("youtube"))
    body = {"snippet": {"title": "Video"}, "status": {"privacyStatus": "private"}}
    session = channel.http.post(
        "/upload/youtube/v3/videos", params={"uploadType": "resumable", "part": "snippet,status"}, json=body
    )
    address = session.headers["Location"]
    half = len(film) // 2
    path = address.removeprefix(lab.url)
    head = f"PUT {path} HTTP/1.1\r\nHost: lab\r\nContent-Range: bytes 0-{len(film) - 1}/{len(film)}\r\n"

    with socket.create_connection(("127.0.0.1", lab.port)) as connection:
        connection.sendall(f"{head}Content-Length: {len(film)}\r\n\r\n".encode() + film[:half])

    def has_arrived() -> bool:
        progress = httpx.put(address, headers={"Content-Range": f"bytes */{len(film)}"})
        return bool(progress.headers.get("range") == f"bytes=0-{half - 1}")

    until(has_arrived)


def test_half_upload_of_a_photo_on_facebook_stores_nothing(lab: Lab, photo: bytes) -> None:
    page = ApiClient(lab, lab.new_account("facebook"))
    lab.fault(kind="half_upload", network="facebook", account=page.id, times=1)

    with pytest.raises(BROKEN):
        page.http.post(f"/{page.id}/photos", files={"source": ("f.jpg", photo)})

    assert lab.posts(account=page.id) == []


def test_rule_applies_only_to_its_account_and_stage(lab: Lab, x: ApiClient) -> None:
    other = ApiClient(lab, lab.new_account("x"))
    lab.fault(kind="status", code=500, account=x.id, endpoint="commit")

    assert tweet(other).status_code == 201
    assert x.http.get("/2/users/me").status_code == 200
    assert tweet(x).status_code == 500


def test_probability_with_the_same_seed_fails_the_same_calls(lab: Lab, x: ApiClient) -> None:
    def run() -> list[int]:
        lab.client.delete("/faults")
        lab.fault(kind="status", code=500, account=x.id, probability=0.5, seed=7)
        return [x.http.get("/2/users/me").status_code for _ in range(20)]

    first, second = run(), run()

    assert first == second
    assert set(first) == {200, 500}


def test_commit_stage_on_facebook_is_the_publication_of_the_draft(lab: Lab) -> None:
    page = ApiClient(lab, lab.new_account("facebook"))
    lab.fault(kind="accept_then_cut", network="facebook", endpoint="commit", account=page.id, times=1)
    id = page.http.post(f"/{page.id}/feed", data={"message": "Hola", "published": "false"}).json()["id"]

    with pytest.raises(BROKEN):
        page.http.post(f"/{id}", data={"is_published": "true"})

    assert page.http.get(f"/{id}", params={"fields": "is_published"}).json()["is_published"] is True
    page.http.post(f"/{id}", data={"is_published": "true"})
    assert len(lab.posts(account=page.id)) == 1


def test_invalid_rule_is_refused(lab: Lab) -> None:
    for rule in (
        {"kind": "otra"},
        {"kind": "status", "code": 999},
        {"kind": "slow", "sabor": 1},
        {"kind": "slow", "endpoint": "("},
    ):
        assert lab.client.post("/faults", json=[rule]).status_code == 400


def test_invalid_release_is_refused(lab: Lab) -> None:
    for body in ({"verdict": "otro"}, {"then": "cut"}):
        assert lab.client.post("/faults/release", json=body).status_code == 400


def test_wait_for_held_calls_ends_at_its_timeout(lab: Lab) -> None:
    state = lab.client.get("/faults", params={"wait_held": 1, "timeout": 0.2}).json()

    assert state["reached"] is False
