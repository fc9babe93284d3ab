"""The proxy in front of the real Bluesky server forwards a held call late, after its client has given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.bluesky.harness import Bluesky
from tests.lab.process import until

COLLECTION = "app.bsky.feed.post"
BROKEN = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)

Send = Callable[[float], httpx.Response]


class Repository:
    """One account's records on the server."""

    def __init__(self, bluesky: Bluesky) -> None:
        account = bluesky.new_account(f"tarde{uuid4().hex[:10]}")
        self.bluesky, self.did = bluesky, account["id"]
        self._headers = {"Authorization": f"Bearer {account['token']}"}

    def _post(self, method: str, fields: dict[str, Any], timeout: float) -> httpx.Response:
        body = {"repo": self.did, "collection": COLLECTION} | fields
        url = f"{self.bluesky.url}/xrpc/com.atproto.repo.{method}"
        return httpx.post(url, json=body, headers=self._headers, timeout=httpx.Timeout(60, read=timeout))

    def put(self, key: str, text: str, timeout: float = 60, **fields: Any) -> httpx.Response:
        record = {"$type": COLLECTION, "text": text, "createdAt": "2026-11-30T12:00:00Z"} | fields
        return self._post("putRecord", {"rkey": key, "record": record}, timeout)

    def delete(self, key: str, timeout: float = 60) -> httpx.Response:
        return self._post("deleteRecord", {"rkey": key}, timeout)

    def texts(self) -> list[str]:
        return [post["text"] for post in self.bluesky.posts(account=self.did)]


@pytest.fixture
def repository(bluesky: Bluesky) -> Repository:
    return Repository(bluesky)


def send_post(repository: Repository) -> Send:
    return lambda timeout: repository.put("3mtarde222222", "Tarde", timeout)


def send_reply(repository: Repository) -> Send:
    root = repository.put("3mraiz2222222", "Raíz").json()
    reference = {"uri": root["uri"], "cid": root["cid"]}
    reply = {"root": reference, "parent": reference}
    return lambda timeout: repository.put("3mtarde222222", "Tarde", timeout, reply=reply)


def send_withdrawal(repository: Repository) -> Send:
    repository.put("3mretiro22222", "Se retira")
    return lambda timeout: repository.delete("3mretiro22222", timeout)


OPERATIONS = pytest.mark.parametrize(
    ("prepare", "before", "after"),
    [(send_post, [], ["Tarde"]), (send_reply, ["Raíz"], ["Raíz", "Tarde"]), (send_withdrawal, ["Se retira"], [])],
    ids=["post", "reply", "withdrawal"],
)


@OPERATIONS
def test_server_gets_a_held_call_when_it_is_released(
    repository: Repository, prepare: Callable[[Repository], Send], before: list[str], after: list[str]
) -> None:
    send = prepare(repository)
    repository.bluesky.fault(kind="accept_late", endpoint="commit", account=repository.did, times=1)

    with pytest.raises(httpx.ReadTimeout):
        send(0.3)
    assert repository.texts() == before
    released = repository.bluesky.client.post("/faults/release", json={}).json()["released"]

    assert (released, sorted(repository.texts())) == (1, after)


@OPERATIONS
def test_server_gets_a_call_after_its_connection_was_reset(
    repository: Repository, prepare: Callable[[Repository], Send], before: list[str], after: list[str]
) -> None:
    send = prepare(repository)
    repository.bluesky.fault(kind="cut_then_accept", endpoint="commit", account=repository.did, times=1, ms=1000)

    with pytest.raises(BROKEN):
        send(60)
    assert repository.texts() == before

    until(lambda: sorted(repository.texts()) == after)
