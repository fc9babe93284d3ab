"""Calls that a network accepts after their client has given up: the state is read when the call is accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab, until

CLIENT_TIMEOUT = 0.3  # seconds
NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon")
BROKEN = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)

Send = Callable[..., httpx.Response]


@pytest.fixture(params=NETWORKS)
def client(request: pytest.FixtureRequest, lab: Lab) -> ApiClient:
    return ApiClient(lab, lab.new_account(request.param))


class Publisher:
    """Prepares a post, comment or withdrawal on one network, and returns the call that makes it public."""

    def __init__(self, lab: Lab, client: ApiClient, photo_address: str, film: bytes) -> None:
        self.lab, self.http, self.account = lab, client.http, client.id
        self.network: str = client.account["network"]
        self._photo_address, self._film = photo_address, film

    def prepare(self, text: str) -> tuple[str, Send]:
        """Return the id of the prepared object (empty where there is none) and the call that publishes it."""
        prepare: Callable[[str], tuple[str, Send]] = getattr(self, f"_prepare_{self.network}")
        return prepare(text)

    def _prepare_x(self, text: str) -> tuple[str, Send]:
        return "", lambda **options: self.http.post("/2/tweets", json={"text": text}, **options)

    def _prepare_mastodon(self, text: str) -> tuple[str, Send]:
        headers = {"Idempotency-Key": text}
        body = {"status": text}
        return "", lambda **options: self.http.post("/api/v1/statuses", json=body, headers=headers, **options)

    def _prepare_facebook(self, text: str) -> tuple[str, Send]:
        draft = {"message": text, "published": "false"}
        id = str(self.http.post(f"/{self.account}/feed", data=draft).json()["id"])
        return id, lambda **options: self.http.post(f"/{id}", data={"is_published": "true"}, **options)

    def _prepare_instagram(self, text: str) -> tuple[str, Send]:
        fields = {"image_url": self._photo_address, "caption": text}
        id = str(self.http.post(f"/{self.account}/media", data=fields).json()["id"])
        until(lambda: self.http.get(f"/{id}", params={"fields": "status_code"}).json()["status_code"] == "FINISHED")
        path = f"/{self.account}/media_publish"
        return id, lambda **options: self.http.post(path, data={"creation_id": id}, **options)

    def _prepare_youtube(self, text: str) -> tuple[str, Send]:
        body = {"snippet": {"title": text, "categoryId": "25"}, "status": {"privacyStatus": "private"}}
        path, query = "/upload/youtube/v3/videos", {"uploadType": "resumable", "part": "snippet,status"}
        session = self.http.post(path, params=query, json=body).headers["Location"]
        id = str(httpx.put(session, content=self._film).json()["id"])
        return id, lambda **options: self._set_privacy(id, "public", **options)

    def _set_privacy(self, id: str, privacy: str, **options: Any) -> httpx.Response:
        body = {"id": id, "status": {"privacyStatus": privacy}}
        return self.http.put("/youtube/v3/videos", params={"part": "status"}, json=body, **options)

    def publish(self, text: str) -> str:
        """Publish a post and return its id."""
        self.prepare(text)[1]().raise_for_status()
        return str(self.lab.posts(account=self.account, kind="post")[-1]["id"])

    def comment(self, post: str, text: str) -> Send:
        """Return the call that comments under a post."""
        requests: dict[str, tuple[str, dict[str, Any]]] = {
            "x": ("/2/tweets", {"json": {"text": text, "reply": {"in_reply_to_tweet_id": post}}}),
            "facebook": (f"/{post}/comments", {"data": {"message": text}}),
            "instagram": (f"/{post}/comments", {"data": {"message": text}}),
            "youtube": (
                "/youtube/v3/commentThreads?part=snippet",
                {"json": {"snippet": {"videoId": post, "topLevelComment": {"snippet": {"textOriginal": text}}}}},
            ),
            "mastodon": ("/api/v1/statuses", {"json": {"status": text, "in_reply_to_id": post}}),
        }
        path, body = requests[self.network]
        return lambda **options: self.http.post(path, **body, **options)

    def withdraw(self, post: str) -> Send:
        """Return the call that withdraws a post."""
        if self.network == "youtube":
            return lambda **options: self._set_privacy(post, "private", **options)
        path = {"x": "/2/tweets/", "facebook": "/", "mastodon": "/api/v1/statuses/"}[self.network] + post
        return lambda **options: self.http.delete(path, **options)


@pytest.fixture
def publisher(lab: Lab, client: ApiClient, photo_address: str, film: bytes) -> Publisher:
    return Publisher(lab, client, photo_address, film)


def new_publisher(lab: Lab, network: str, photo_address: str, film: bytes) -> Publisher:
    return Publisher(lab, ApiClient(lab, lab.new_account(network)), photo_address, film)


def send_and_give_up(publisher: Publisher, send: Send, **rule: Any) -> None:
    """Send a call that the network holds, and close the connection before the network accepts it."""
    publisher.lab.fault(kind="accept_late", endpoint="commit", account=publisher.account, times=1, **rule)
    with pytest.raises(httpx.ReadTimeout):
        send(timeout=httpx.Timeout(60, read=CLIENT_TIMEOUT))


def release(lab: Lab, verdict: str = "auto") -> None:
    state = lab.client.get("/faults", params={"wait_held": 1, "timeout": 30}).json()
    assert state["reached"], state
    assert lab.client.post("/faults/release", json={"verdict": verdict}).json() == {"released": 1}


def late_status(publisher: Publisher) -> int:
    """Return the status with which the network ended the call that it held."""
    calls = publisher.lab.client.get("/calls.json", params={"account": publisher.account}).json()["calls"]
    [call] = [call for call in calls if call["fault"] in ("accept_late", "cut_then_accept")]
    return int(call["status"])


def texts(publisher: Publisher) -> list[str]:
    return [post["text"] for post in publisher.lab.posts(account=publisher.account)]


def public_now(publisher: Publisher) -> int:
    ledger = publisher.lab.client.get("/ledger.json", params={"account": publisher.account}).json()
    return int(ledger["counts"]["public_now"])


def test_post_becomes_public_when_released_after_its_client_gave_up(publisher: Publisher) -> None:
    _, send = publisher.prepare("Tarde")

    send_and_give_up(publisher, send)
    assert texts(publisher) == []
    release(publisher.lab)

    assert texts(publisher) == ["Tarde"]


def test_post_becomes_public_by_itself_after_the_seconds_of_the_rule(publisher: Publisher) -> None:
    _, send = publisher.prepare("Tarde")

    send_and_give_up(publisher, send, ms=1500)
    assert texts(publisher) == []

    until(lambda: texts(publisher) == ["Tarde"])


def test_post_becomes_public_after_its_connection_was_reset(publisher: Publisher) -> None:
    _, send = publisher.prepare("Tarde")
    publisher.lab.fault(kind="cut_then_accept", endpoint="commit", account=publisher.account, times=1)

    with pytest.raises(BROKEN):
        send()
    assert texts(publisher) == []
    release(publisher.lab)

    assert texts(publisher) == ["Tarde"]


def test_client_that_still_waits_gets_the_response(publisher: Publisher) -> None:
    _, send = publisher.prepare("Esperado")
    publisher.lab.fault(kind="accept_late", endpoint="commit", account=publisher.account, ms=500, times=1)

    assert send().is_success
    assert texts(publisher) == ["Esperado"]


def test_held_call_released_with_cut_is_never_accepted(publisher: Publisher) -> None:
    _, send = publisher.prepare("Nunca")

    send_and_give_up(publisher, send)
    release(publisher.lab, verdict="cut")

    assert (late_status(publisher), texts(publisher)) == (0, [])


def test_held_call_reports_that_its_client_is_gone(publisher: Publisher) -> None:
    _, send = publisher.prepare("Tarde")

    send_and_give_up(publisher, send)

    until(lambda: publisher.lab.client.get("/faults").json()["holding"][0]["client_gone"])


def test_comment_becomes_public_late(publisher: Publisher) -> None:
    post = publisher.publish("Con comentario")

    send_and_give_up(publisher, publisher.comment(post, "Comentario tardío"))
    assert texts(publisher) == ["Con comentario"]
    release(publisher.lab)

    assert texts(publisher) == ["Con comentario", "Comentario tardío"]


@pytest.mark.parametrize("client", [name for name in NETWORKS if name != "instagram"], indirect=True)
def test_withdrawal_happens_late(publisher: Publisher) -> None:
    post = publisher.publish("Se retira tarde")

    send_and_give_up(publisher, publisher.withdraw(post))
    assert public_now(publisher) == 1
    release(publisher.lab)

    assert public_now(publisher) == 0


@pytest.mark.parametrize(("network", "status"), [("x", 403), ("facebook", 400), ("youtube", 404), ("mastodon", 404)])
def test_late_comment_under_a_post_that_was_withdrawn_is_refused(
    lab: Lab, photo_address: str, film: bytes, network: str, status: int
) -> None:
    publisher = new_publisher(lab, network, photo_address, film)
    post = publisher.publish("Se retira antes")

    send_and_give_up(publisher, publisher.comment(post, "Ya no cabe"))
    publisher.withdraw(post)().raise_for_status()
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (status, ["Se retira antes"])


@pytest.mark.parametrize(("network", "status"), [("x", 200), ("facebook", 400), ("youtube", 200), ("mastodon", 404)])
def test_late_withdrawal_of_a_post_that_was_withdrawn_is_no_second_one(
    lab: Lab, photo_address: str, film: bytes, network: str, status: int
) -> None:
    publisher = new_publisher(lab, network, photo_address, film)
    post = publisher.publish("Se retira una vez")

    send_and_give_up(publisher, publisher.withdraw(post))
    publisher.withdraw(post)().raise_for_status()
    release(lab)

    counts = lab.client.get("/ledger.json", params={"account": publisher.account}).json()["counts"]
    assert (late_status(publisher), counts["withdrawn"]) == (status, 1)


def test_late_post_on_x_is_refused_as_a_duplicate_of_one_published_meanwhile(
    lab: Lab, photo_address: str, film: bytes
) -> None:
    publisher = new_publisher(lab, "x", photo_address, film)
    _, send = publisher.prepare("Igual")

    send_and_give_up(publisher, send)
    send().raise_for_status()
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (403, ["Igual"])


def test_late_post_on_mastodon_returns_the_one_published_meanwhile_with_its_key(
    lab: Lab, photo_address: str, film: bytes
) -> None:
    publisher = new_publisher(lab, "mastodon", photo_address, film)
    _, send = publisher.prepare("Una clave")

    send_and_give_up(publisher, send)
    send().raise_for_status()
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (200, ["Una clave"])


def test_late_publication_on_instagram_of_a_container_published_meanwhile_is_refused(
    lab: Lab, photo_address: str, film: bytes
) -> None:
    publisher = new_publisher(lab, "instagram", photo_address, film)
    _, send = publisher.prepare("Un contenedor")

    send_and_give_up(publisher, send)
    send().raise_for_status()
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (400, ["Un contenedor"])


def test_late_publication_on_instagram_of_a_container_expired_meanwhile_is_refused(
    lab: Lab, photo_address: str, film: bytes
) -> None:
    publisher = new_publisher(lab, "instagram", photo_address, film)
    _, send = publisher.prepare("Vencido")

    send_and_give_up(publisher, send)
    lab.advance(24 * 3600 + 1)
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (400, [])


@pytest.mark.parametrize(("network", "status"), [("facebook", 400), ("youtube", 404)])
def test_late_publication_of_a_draft_deleted_meanwhile_is_refused(
    lab: Lab, photo_address: str, film: bytes, network: str, status: int
) -> None:
    publisher = new_publisher(lab, network, photo_address, film)
    id, send = publisher.prepare("Borrado")

    send_and_give_up(publisher, send)
    if network == "facebook":
        publisher.http.delete(f"/{id}").raise_for_status()
    else:
        publisher.http.delete("/youtube/v3/videos", params={"id": id}).raise_for_status()
    release(lab)

    assert (late_status(publisher), texts(publisher)) == (status, [])


@pytest.mark.parametrize("client", ["facebook", "youtube"], indirect=True)
def test_late_publication_of_a_draft_published_meanwhile_changes_nothing(publisher: Publisher) -> None:
    _, send = publisher.prepare("Una vez")

    send_and_give_up(publisher, send)
    send().raise_for_status()
    release(publisher.lab)

    assert (late_status(publisher), texts(publisher)) == (200, ["Una vez"])


def test_late_call_is_refused_when_its_token_was_revoked_meanwhile(publisher: Publisher) -> None:
    _, send = publisher.prepare("Sin permiso")

    send_and_give_up(publisher, send)
    publisher.lab.client.post(f"/tokens/{publisher.account}/revoke").raise_for_status()
    release(publisher.lab)

    assert late_status(publisher) in (400, 401)
    assert texts(publisher) == []
