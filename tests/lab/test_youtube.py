"""The lab's YouTube: resumable uploads, publication, deletion and moderation."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab, until

BODY = {
    "snippet": {"title": "Exportaciones", "description": "Cifras", "categoryId": "25"},
    "status": {"privacyStatus": "private"},
}
UPLOAD = "/resumable/upload/youtube/v3/videos"


@pytest.fixture
def channel(lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account("youtube"))


def session(channel: ApiClient, body: dict[str, Any] = BODY) -> httpx.Response:
    return channel.http.post(UPLOAD, params={"uploadType": "resumable", "part": "snippet,status"}, json=body)


def query_progress(address: str, total: int) -> httpx.Response:
    """Ask an upload session how many bytes it has."""
    return httpx.put(address, headers={"Content-Range": f"bytes */{total}"})


def send_bytes(address: str, film: bytes, start: int, end: int) -> httpx.Response:
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(film)}"}
    return httpx.put(address, content=film[start:end], headers=headers)


def upload_video(channel: ApiClient, film: bytes) -> str:
    id: str = httpx.put(session(channel).headers["Location"], content=film).json()["id"]
    return id


def set_privacy(channel: ApiClient, id: str, status: str) -> httpx.Response:
    body = {"id": id, "status": {"privacyStatus": status}}
    return channel.http.put("/youtube/v3/videos", params={"part": "status"}, json=body)


def reason(response: httpx.Response) -> Any:
    return response.json()["error"]["errors"][0]["reason"]


def test_session_reports_its_progress_and_returns_the_video(channel: ApiClient, film: bytes) -> None:
    address, half = session(channel).headers["Location"], len(film) // 2

    assert "range" not in query_progress(address, len(film)).headers
    piece = send_bytes(address, film, 0, half)
    assert (piece.status_code, piece.headers["range"]) == (308, f"bytes=0-{half - 1}")
    assert query_progress(address, len(film)).headers["range"] == f"bytes=0-{half - 1}"
    done = send_bytes(address, film, half, len(film))
    assert done.status_code == 200
    assert query_progress(address, len(film)).json()["id"] == done.json()["id"]


def test_repeated_bytes_are_stored_once(channel: ApiClient, film: bytes) -> None:
    address, half = session(channel).headers["Location"], len(film) // 2

    for _ in range(2):
        assert send_bytes(address, film, 0, half).headers["range"] == f"bytes=0-{half - 1}"

    assert send_bytes(address, film, half, len(film)).status_code == 200


def test_publishing_a_video_twice_makes_one_post(lab: Lab, channel: ApiClient, film: bytes) -> None:
    id = upload_video(channel, film)
    assert lab.posts(account=channel.id) == []
    assert lab.client.get("/youtube/watch", params={"v": id}).status_code == 404

    for _ in range(2):
        assert set_privacy(channel, id, "public").json()["status"]["privacyStatus"] == "public"

    assert [post["id"] for post in lab.posts(account=channel.id)] == [id]
    assert "<video" in lab.client.get("/youtube/watch", params={"v": id}).text


def test_setting_a_public_video_to_private_withdraws_it(lab: Lab, channel: ApiClient, film: bytes) -> None:
    id = upload_video(channel, film)
    set_privacy(channel, id, "public")

    set_privacy(channel, id, "private")

    counts = lab.client.get("/ledger.json", params={"account": channel.id}).json()["counts"]
    assert counts == {"published": 1, "withdrawn": 1, "public_now": 0}


def test_private_video_can_be_deleted(channel: ApiClient, film: bytes) -> None:
    id = upload_video(channel, film)

    assert channel.http.delete("/youtube/v3/videos", params={"id": id}).status_code == 204
    found = channel.http.get("/youtube/v3/videos", params={"id": id, "part": "status"}).json()
    assert found["items"] == []


@pytest.mark.parametrize(
    ("snippet", "why"),
    [
        ({"title": "a" * 101}, "invalidTitle"),
        ({"title": ""}, "invalidTitle"),
        ({"title": "a < b"}, "invalidTitle"),
        ({"title": "a", "description": "ñ" * 2501}, "invalidDescription"),
        ({"title": "a", "description": "a > b"}, "invalidDescription"),
        ({"title": "a", "tags": ["b" * 501]}, "invalidTags"),
    ],
)
def test_invalid_metadata_is_refused_before_the_upload(channel: ApiClient, snippet: dict[str, Any], why: str) -> None:
    refused = session(channel, {"snippet": snippet, "status": {"privacyStatus": "private"}})

    assert (refused.status_code, reason(refused)) == (400, why)


def test_video_becomes_processed(lab: Lab, channel: ApiClient, film: bytes) -> None:
    id = upload_video(channel, film)

    def status() -> Any:
        found = channel.http.get("/youtube/v3/videos", params={"id": id, "part": "status"}).json()
        return found["items"][0]["status"]["uploadStatus"]

    until(lambda: status() == "processed")


def test_invalid_token_is_refused_and_publishes_nothing(lab: Lab, channel: ApiClient, film: bytes) -> None:
    id = upload_video(channel, film)
    lab.client.post(f"/tokens/{channel.id}/expire")

    assert set_privacy(channel, id, "public").status_code == 401
    assert lab.posts(account=channel.id) == []


def test_expired_token_is_refreshed(lab: Lab) -> None:
    channel = ApiClient(lab, lab.new_account("youtube", refresh_token="renueva-yt"))
    lab.client.post(f"/tokens/{channel.id}/expire")
    app = {"id": "app-yt", "secret": "clave-de-la-app"}
    lab.client.post("/apps", json={**app, "redirects": [], "name": "Pregonero"}).raise_for_status()
    ask = {"grant_type": "refresh_token", "refresh_token": "renueva-yt"}
    ask |= {"client_id": app["id"], "client_secret": app["secret"]}

    fresh = channel.http.post("/token", data=ask).json()["access_token"]
    lab.client.post(f"/tokens/{channel.id}/revoke")

    assert fresh != channel.account["token"]
    assert channel.http.post("/token", data=ask).json()["error"] == "invalid_grant"


def test_irreversible_moderation_is_refused_with_501(channel: ApiClient) -> None:
    refused = channel.http.post(
        "/youtube/v3/comments/setModerationStatus", params={"id": "x", "moderationStatus": "rejected"}
    )

    assert refused.status_code == 501


@pytest.mark.parametrize(
    ("params", "body", "name"),
    [
        ({"part": "status", "parte": "x"}, {"id": "a"}, "parte"),
        ({}, {"id": "a"}, "part"),
        ({"part": "status"}, {"id": "a", "estado": {}}, "estado"),
        ({"part": "status"}, {"id": "a", "status": {"privacyStatus": "pública"}}, "status.privacyStatus"),
        ({"part": "status"}, {"id": "a", "status": {"embeddable": "sí"}}, "status.embeddable"),
        ({"part": "snippet"}, {"id": "a", "snippet": {"tags": "café"}}, "snippet.tags"),
    ],
)
def test_what_googles_description_does_not_have_is_refused(
    channel: ApiClient, params: dict[str, str], body: dict[str, object], name: str
) -> None:
    refused = channel.http.put("/youtube/v3/videos", params=params, json=body)

    error = refused.json()["error"]
    assert (refused.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert [violation["field"] for violation in error["details"][0]["fieldViolations"]] == [name]


@pytest.mark.procedure("YT-5")
def test_a_live_chat_is_read_by_pages_at_its_pace_and_nothing_else_can_be_done_to_it(
    lab: Lab, channel: ApiClient
) -> None:
    api = channel.http
    body = {"account": channel.id, "title": "Rueda de prensa"}
    live = lab.client.post("/broadcasts", json=body).raise_for_status().json()
    written = lab.client.post(f"/broadcasts/{live['id']}/chat", data={"nombre": "Rosa", "texto": "Hola"}).json()

    active = {"part": "id,snippet,status", "broadcastStatus": "active", "broadcastType": "all"}
    (broadcast,) = api.get("/youtube/v3/liveBroadcasts", params=active).json()["items"]
    video = api.get("/youtube/v3/videos", params={"part": "liveStreamingDetails", "id": live["id"]}).json()["items"][0]
    assert broadcast["snippet"]["liveChatId"] == video["liveStreamingDetails"]["activeLiveChatId"] == live["chat"]
    messages, query = "/youtube/v3/liveChat/messages", {"liveChatId": live["chat"], "part": "id,snippet,authorDetails"}
    page = api.get(messages, params=query).json()
    (message,) = page["items"]
    assert (message["id"], message["snippet"]["displayMessage"]) == (written["id"], "Hola")
    assert (message["snippet"]["type"], message["authorDetails"]["displayName"]) == ("textMessageEvent", "Rosa")
    soon = api.get(messages, params=query | {"pageToken": page["nextPageToken"]})
    assert (soon.status_code, reason(soon)) == (403, "rateLimitExceeded")
    lab.advance(page["pollingIntervalMillis"] / 1000 + 1)
    assert api.get(messages, params=query | {"pageToken": page["nextPageToken"]}).json()["items"] == []

    assert api.delete(messages, params={"id": message["id"]}).status_code == 501
    assert api.post("/youtube/v3/liveChat/bans", params={"part": "snippet"}, json={}).status_code == 501
    assert api.get("/youtube/v3/liveBroadcasts", params={"part": "id"}).status_code == 400
    lab.client.post(f"/broadcasts/{live['id']}/end")
    ended = api.get(messages, params=query)
    assert (ended.status_code, reason(ended)) == (403, "liveChatEnded")
    assert api.get("/youtube/v3/liveBroadcasts", params=active).json()["items"] == []
