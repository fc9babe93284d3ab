"""The lab's private messages: conversations, sending within each network's rules, the citizen's page and notices."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.lab.process import ApiClient, Lab, start

DAY = 86_400
FIELDS = "id,updated_time,messages.limit(20){id,message,from,to,created_time}"
META = ("facebook", "instagram")


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A laboratory of its own, because the tests advance its clock."""
    running = start(tmp_path_factory.mktemp("apart"))
    yield running
    running.stop()


def write(lab: Lab, api: ApiClient, text: str, name: str = "Rosa Mejía") -> str:
    """Write privately as a citizen, and return the citizen's id."""
    path = f"/mensajes/{api.account['network']}/{api.account['handle']}"
    response = lab.client.post(path, data={"nombre": name, "texto": text})
    assert response.status_code == 303, response.text
    return response.headers["location"].partition("persona=")[2].partition("&")[0]


def client(lab: Lab, network: str, **extra: Any) -> ApiClient:
    return ApiClient(lab, lab.new_account(network, **extra))


def send(api: ApiClient, recipient: dict[str, str], text: str = "Hola", **more: str) -> httpx.Response:
    data = {"recipient": json.dumps(recipient), "message": json.dumps({"text": text}), **more}
    return api.http.post(f"/{api.id}/messages", data={"messaging_type": "RESPONSE"} | data)


def code(response: httpx.Response) -> tuple[int, int]:
    error = response.json()["error"]
    return error["code"], error.get("error_subcode", 0)


@pytest.mark.parametrize("network", META)
def test_a_conversation_has_what_the_citizen_wrote_and_what_was_answered(network: str, lab: Lab) -> None:
    api = client(lab, network)
    person = write(lab, api, "¿Hasta cuándo?")
    answer = send(api, {"id": person}, "Hasta el 15.").json()

    platform = "messenger" if network == "facebook" else "instagram"
    (thread,) = api.http.get(f"/{api.id}/conversations", params={"platform": platform, "fields": FIELDS}).json()["data"]
    newest, oldest = thread["messages"]["data"]
    assert answer == {"recipient_id": person, "message_id": newest["id"]}
    assert (oldest["message"], oldest["from"]["id"], newest["from"]["id"]) == ("¿Hasta cuándo?", person, api.id)
    assert [post["kind"] for post in lab.posts(account=api.id)] == ["message"]
    page = lab.client.get(f"/mensajes/{network}/{api.account['handle']}", params={"persona": person}).text
    assert "Hasta el 15." in page
    assert "Hasta el 15." not in lab.client.get(f"/{network}/{api.account['handle']}").text


@pytest.mark.parametrize(("network", "subcode"), [("facebook", 2018278), ("instagram", 2534022)])
def test_the_windows_close_at_24_hours_and_at_7_days(network: str, subcode: int, apart: Lab) -> None:
    api = client(apart, network)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    person = write(apart, api, "¿Hasta cuándo?")

    apart.advance(DAY - 5)
    assert send(api, {"id": person}).status_code == 200
    apart.advance(5)
    assert code(send(api, {"id": person})) == (10, subcode)
    assert send(api, {"id": person}, **tagged).status_code == 200
    apart.advance(6 * DAY)
    assert code(send(api, {"id": person}, **tagged)) == (10, subcode)


@pytest.mark.parametrize(("network", "second"), [("facebook", (10900, 0)), ("instagram", (100, 2534025))])
def test_a_comment_takes_one_private_reply_within_7_days(
    network: str, second: tuple[int, int], apart: Lab, photo_address: str
) -> None:
    api = client(apart, network)
    post = published(apart, api, photo_address)
    first, late = (comment(apart, network, post, text) for text in ("¿Y el enlace?", "¿Y ayer?"))

    assert send(api, {"comment_id": first}).status_code == 200
    assert code(send(api, {"comment_id": first})) == second
    apart.advance(7 * DAY)
    assert code(send(api, {"comment_id": late}))[0] in (10903, 100)


def published(lab: Lab, api: ApiClient, photo_address: str) -> str:
    if api.account["network"] == "facebook":
        return str(api.http.post(f"/{api.id}/feed", data={"message": "Hola"}).json()["id"])
    address = photo_address.replace(photo_address.partition("/sitio")[0], lab.url)
    made = api.http.post(f"/{api.id}/media", data={"image_url": address, "caption": "Hola"}).json()
    lab.advance(60)
    return str(api.http.post(f"/{api.id}/media_publish", data={"creation_id": made["id"]}).json()["id"])


def comment(lab: Lab, network: str, post: str, text: str) -> str:
    response = lab.client.post(f"/comentarios/{network}/{post}", data={"nombre": "Rosa", "texto": text})
    return response.headers["location"].partition("#c")[2]


def test_meta_refuses_what_its_documents_do_not_have(lab: Lab) -> None:
    api = client(lab, "facebook")
    person = write(lab, api, "Hola")

    assert code(send(api, {"id": "123"})) == (100, 2018001)
    assert code(send(api, {"id": person, "otro": "1"}))[0] == 100
    assert code(send(api, {"id": person}, inventado="1"))[0] == 100
    assert code(send(api, {"id": person}, "a" * 2001))[0] == 100
    assert code(send(api, {"id": person}, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE"))[0] == 100
    assert code(send(client(lab, "facebook", scopes=["pages_manage_posts"]), {"id": person}))[0] == 230
    wrong = api.http.get(f"/{api.id}/conversations", params={"fields": "id,inventado"})
    assert code(wrong)[0] == 100


def test_x_lists_events_and_sends_to_who_wrote(lab: Lab) -> None:
    api = client(lab, "x")
    person = write(lab, api, "¿Dónde radico? https://www.mincit.gov.co/pqrsd")
    sent = api.http.post(f"/2/dm_conversations/with/{person}/messages", json={"text": "En la página."})
    fields = {"dm_event.fields": "created_at,dm_conversation_id,entities", "expansions": "sender_id"}
    listed = api.http.get("/2/dm_events", params=fields | {"max_results": 1}).json()
    rest = api.http.get("/2/dm_events", params=fields | {"pagination_token": listed["meta"]["next_token"]}).json()

    assert sent.status_code == 201
    assert listed["data"][0]["id"] == sent.json()["data"]["dm_event_id"]
    assert (listed["data"][0]["sender_id"], rest["data"][0]["sender_id"]) == (api.id, person)
    assert rest["data"][0]["entities"]["urls"][0]["expanded_url"] == "https://www.mincit.gov.co/pqrsd"
    thread = api.http.get(f"/2/dm_conversations/{sent.json()['data']['dm_conversation_id']}/dm_events").json()
    assert next(event["text"] for event in thread["data"]) == "En la página."
    assert api.http.post("/2/dm_conversations/with/99/messages", json={"text": "Hola"}).status_code == 403
    assert api.http.post(f"/2/dm_conversations/with/{person}/messages", json={"texto": "Hola"}).status_code == 400
    limited = client(lab, "x", scopes=["tweet.read"])
    assert limited.http.get("/2/dm_events").status_code == 403


def test_a_private_status_on_mastodon_is_on_no_page_but_the_persons(lab: Lab) -> None:
    api = client(lab, "mastodon")
    person = write(lab, api, "Solicito copia")
    body = {"status": f"@u{person[-12:]} Recibido", "visibility": "direct"}
    made = api.http.post("/api/v1/statuses", json=body).json()

    assert made["visibility"] == "direct"
    page = lab.client.get(f"/mensajes/mastodon/{api.account['handle']}", params={"persona": person}).text
    assert "Recibido" in page
    assert lab.client.get(f"/mastodon/@{api.account['handle']}/{made['id']}").status_code == 404
    assert "Recibido" not in lab.client.get(f"/mastodon/{api.account['handle']}").text
    own = api.http.get(f"/api/v1/accounts/{api.id}/statuses").json()
    other = client(lab, "mastodon").http.get(f"/api/v1/accounts/{api.id}/statuses").json()
    assert ([each["id"] for each in own], other) == ([made["id"]], [])


def test_the_notice_of_a_message_is_signed(lab: Lab) -> None:
    received: list[tuple[dict[str, str], bytes]] = []
    done = threading.Event()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            done.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log."""

    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        api = client(lab, "instagram")
        subscription = {"account": api.id, "url": f"http://127.0.0.1:{server.server_port}/", "secret": "s"}
        lab.client.post("/notices", json=subscription).raise_for_status()
        person = write(lab, api, "Hola")
        assert done.wait(20)
        server.shutdown()
        thread.join()

    headers, body = received[0]
    entry = json.loads(body)["entry"][0]
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()
    assert (entry["id"], entry["messaging"][0]["sender"]["id"]) == (api.id, person)
    assert entry["messaging"][0]["message"]["text"] == "Hola"
