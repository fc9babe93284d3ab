"""YouTube's resumable upload and the change from private to public."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.lab.process import Lab, Speaker, until

BODY = {
    "snippet": {"title": "Exportaciones", "description": "Cifras", "categoryId": "25"},
    "status": {"privacyStatus": "private"},
}
UPLOAD = "/resumable/upload/youtube/v3/videos"


@pytest.fixture
def channel(lab: Lab) -> Speaker:
    return Speaker(lab, lab.new_account("youtube"))


def session(channel: Speaker, body: dict[str, Any] = BODY) -> httpx.Response:
    return channel.http.post(UPLOAD, params={"uploadType": "resumable", "part": "snippet,status"}, json=body)


def asked(address: str, total: int) -> httpx.Response:
    """How far did it get?"""
    return httpx.put(address, headers={"Content-Range": f"bytes */{total}"})


def sent(address: str, film: bytes, start: int, end: int) -> httpx.Response:
    given = {"Content-Range": f"bytes {start}-{end - 1}/{len(film)}"}
    return httpx.put(address, content=film[start:end], headers=given)


def uploaded(channel: Speaker, film: bytes) -> str:
    id: str = httpx.put(session(channel).headers["Location"], content=film).json()["id"]
    return id


def privacy(channel: Speaker, id: str, status: str) -> httpx.Response:
    body = {"id": id, "status": {"privacyStatus": status}}
    return channel.http.put("/youtube/v3/videos", params={"part": "status"}, json=body)


def reason(answer: httpx.Response) -> Any:
    return answer.json()["error"]["errors"][0]["reason"]


def test_session_says_how_far_it_got_and_gives_the_video_when_it_has_it(channel: Speaker, film: bytes) -> None:
    address, half = session(channel).headers["Location"], len(film) // 2

    assert "range" not in asked(address, len(film)).headers
    piece = sent(address, film, 0, half)
    assert (piece.status_code, piece.headers["range"]) == (308, f"bytes=0-{half - 1}")
    assert asked(address, len(film)).headers["range"] == f"bytes=0-{half - 1}"
    done = sent(address, film, half, len(film))
    assert done.status_code == 200
    assert asked(address, len(film)).json()["id"] == done.json()["id"]


def test_bytes_that_come_again_are_counted_once(channel: Speaker, film: bytes) -> None:
    address, half = session(channel).headers["Location"], len(film) // 2

    for _ in range(2):
        assert sent(address, film, 0, half).headers["range"] == f"bytes=0-{half - 1}"

    assert sent(address, film, half, len(film)).status_code == 200


def test_making_it_public_twice_is_one_change(lab: Lab, channel: Speaker, film: bytes) -> None:
    id = uploaded(channel, film)
    assert lab.posts(account=channel.id) == []
    assert lab.client.get("/youtube/watch", params={"v": id}).status_code == 404

    for _ in range(2):
        assert privacy(channel, id, "public").json()["status"]["privacyStatus"] == "public"

    assert [post["id"] for post in lab.posts(account=channel.id)] == [id]
    assert "<video" in lab.client.get("/youtube/watch", params={"v": id}).text


def test_back_to_private_is_a_withdrawal(lab: Lab, channel: Speaker, film: bytes) -> None:
    id = uploaded(channel, film)
    privacy(channel, id, "public")

    privacy(channel, id, "private")

    counts = lab.client.get("/ledger.json", params={"account": channel.id}).json()["counts"]
    assert counts == {"published": 1, "withdrawn": 1, "public_now": 0}


def test_private_video_can_be_cleaned_up(channel: Speaker, film: bytes) -> None:
    id = uploaded(channel, film)

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
def test_metadata_beyond_the_limits_is_refused_before_the_upload(
    channel: Speaker, snippet: dict[str, Any], why: str
) -> None:
    refused = session(channel, {"snippet": snippet, "status": {"privacyStatus": "private"}})

    assert (refused.status_code, reason(refused)) == (400, why)


def test_video_is_processed_after_a_while(lab: Lab, channel: Speaker, film: bytes) -> None:
    id = uploaded(channel, film)

    def status() -> Any:
        found = channel.http.get("/youtube/v3/videos", params={"id": id, "part": "status"}).json()
        return found["items"][0]["status"]["uploadStatus"]

    until(lambda: status() == "processed")


def test_token_no_longer_valid_takes_nothing(lab: Lab, channel: Speaker, film: bytes) -> None:
    id = uploaded(channel, film)
    lab.client.post(f"/tokens/{channel.id}/expire")

    assert privacy(channel, id, "public").status_code == 401
    assert lab.posts(account=channel.id) == []


def test_token_is_renewed_at_googles_address(lab: Lab) -> None:
    channel = Speaker(lab, lab.new_account("youtube", refresh_token="renueva-yt"))
    lab.client.post(f"/tokens/{channel.id}/expire")
    app = {"id": "app-yt", "secret": "clave-de-la-app"}
    lab.client.post("/apps", json={**app, "redirects": [], "name": "Pregonero"}).raise_for_status()
    ask = {"grant_type": "refresh_token", "refresh_token": "renueva-yt"}
    ask |= {"client_id": app["id"], "client_secret": app["secret"]}

    fresh = channel.http.post("/token", data=ask).json()["access_token"]
    lab.client.post(f"/tokens/{channel.id}/revoke")

    assert fresh != channel.account["token"]
    assert channel.http.post("/token", data=ask).json()["error"] == "invalid_grant"


def test_moderation_that_cannot_be_undone_is_not_spoken(channel: Speaker) -> None:
    refused = channel.http.post(
        "/youtube/v3/comments/setModerationStatus", params={"id": "x", "moderationStatus": "rejected"}
    )

    assert refused.status_code == 501
