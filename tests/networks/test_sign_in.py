"""A credential that the network refuses is tried once, whatever waits for it, until a person gives another one."""

import base64
import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.networks import queries, tokens
from pregonero.networks.actions.credentials import connect_account, record_lost_authorization
from pregonero.networks.actions.register import register_account, save_application
from pregonero.networks.actions.tokens import lease_refresh, release_refresh
from pregonero.networks.base import ApiCredentials, NetworkError, Post, Transient, Unauthorized
from pregonero.networks.bluesky import client as sessions
from pregonero.networks.bluesky.records import new_key
from pregonero.networks.connection import connect_with_password
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests import conftest as cast
from tests.databases import as_default_database, fresh_database
from tests.networks.peers import Peer, peer

pytestmark = pytest.mark.procedure("M-3")
RIGHT, WRONG = "aaaa-bbbb-cccc-dddd", "wwww-wwww-wwww-wwww"
DID, HANDLE = "did:plc:entidad", "entidad.test"
WAITING, THREADS = 60, 30


class Server:
    """A Bluesky server or an OAuth network that accepts one secret, and counts the calls by method and path."""

    def __init__(self) -> None:
        self.accepts, self.calls, self._lock = RIGHT, Counter[str](), threading.Lock()
        self.peer: Peer

    def answer(self, connection: socket.socket, request: bytes, _over: threading.Event) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path = head.decode().split(" ")[:2]
        with self._lock:
            self.calls[f"{method} {path.partition('?')[0]}"] += 1
        status, answer = self._respond(path, head.decode(), body.decode())
        content = json.dumps(answer).encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close"]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    def _respond(self, path: str, head: str, body: str) -> tuple[str, dict[str, Any]]:
        if path.endswith("createSession") and json.loads(body)["password"] == self.accepts:
            return "200 OK", {"accessJwt": "a.b.c", "refreshJwt": "r.r.r", "did": DID, "handle": HANDLE}
        if path.endswith("/oauth2/token"):
            return (
                ("200 OK", {"access_token": RIGHT, "refresh_token": "otra", "expires_in": 7200})
                if ("client_secret=" + self.accepts in body or self._basic(head))
                else ("401 Unauthorized", {"error": "invalid_client"})
            )
        if re.search(rf"bearer (a\.b\.c|{self.accepts})\r\n", head + "\r\n", re.IGNORECASE):
            key = json.loads(body).get("rkey", "") if body.startswith("{") else ""
            uri = f"at://{DID}/app.bsky.feed.post/{key}"
            return "200 OK", {
                "did": DID,
                "handle": HANDLE,
                "uri": uri,
                "cid": "c",
                "data": {"id": "1", "username": "a"},
            }
        return "401 Unauthorized", {"error": "AuthenticationRequired", "message": "no"}

    def _basic(self, head: str) -> bool:
        found = re.search(r"authorization: basic (\S+)", head, re.IGNORECASE)
        return found is not None and base64.b64decode(found[1]).decode().endswith(":" + self.accepts)

    @property
    def sign_ins(self) -> int:
        return self.calls["POST /xrpc/com.atproto.server.createSession"]

    @property
    def refreshes(self) -> int:
        return self.calls["POST /2/oauth2/token"]


@pytest.fixture(autouse=True)
def _new_process() -> None:
    forget_in_memory()


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    made = Server()
    with peer(made.answer) as listening:
        made.peer = listening
        settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8"]
        settings.NETWORK_ADDRESSES = {**settings.NETWORK_ADDRESSES, "x": listening.address}
        settings.TOKEN_ADDRESSES = {**settings.TOKEN_ADDRESSES, "x": listening.address}
        yield made


@pytest.fixture
def carmen(django_db_blocker: DjangoDbBlocker) -> Iterator[Member]:
    """The coordinator, in a database of its own: the calls of these tests come from several threads."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        entity = cast.register_mincomercio(timezone.now())
        yield cast.member(entity, "carmen", "Carmen", Role.COORDINATOR)


@pytest.fixture
def account(server: Server, carmen: Member) -> Account:
    """An account on Bluesky whose stored password its server refuses."""
    return connected("bluesky", carmen, server.peer.address, WRONG, remote_id=DID)


@pytest.fixture
def x_account(server: Server, carmen: Member) -> Account:
    """An account on X whose token ended, and whose application has a secret that X refuses."""
    save_application(network="x", server="", client_id="app", secret=WRONG, by=carmen, now=timezone.now())
    return connected("x", carmen, "", WRONG, remote_id="1", refresh="renueva")


def connected(network: str, by: Member, server: str, token: str, *, remote_id: str, refresh: str = "") -> Account:
    now = timezone.now()
    account = register_account(
        entity=by.entity,
        network=network,
        handle=HANDLE,
        remote_id=remote_id,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=server,
        by=by,
        now=now,
    )
    return connect_account(account=account, token=token, refresh=refresh, expires_at=None, by=by, now=now)


def publish(credentials: ApiCredentials) -> Any:
    """Do what a worker does with each delivery that waits."""
    network = connector(credentials.network)
    post, prepared = Post(text="Hola"), {"key": new_key()}
    return tokens.with_token_refresh(credentials, lambda given: network.commit(given, post, prepared))


def all_at_once(act: Callable[[], Any]) -> list[Any]:
    """Do it for each delivery that waits, in the threads of a worker; return the results, or the network's errors."""

    def attempt(_: int) -> Any:
        try:
            return act()
        except NetworkError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(attempt, range(WAITING)))


def forget_in_memory() -> None:
    """Forget what this process knows, as if it were another one."""
    sessions._SESSIONS.clear()
    tokens._REFUSED.clear()


def test_a_refused_password_is_tried_once_by_sixty_deliveries(server: Server, account: Account) -> None:
    credentials = queries.credentials_for(account)

    errors = all_at_once(lambda: publish(credentials))

    assert {type(error) for error in errors} == {Unauthorized}
    assert (server.sign_ins, sum(server.calls.values())) == (1, 1)
    account.refresh_from_db()
    assert (account.state, account.waits_for_connection) == (AccountState.PAUSED, True)


def test_another_process_does_not_try_a_password_that_was_refused(server: Server, account: Account) -> None:
    credentials = queries.credentials_for(account)
    with pytest.raises(Unauthorized):
        publish(credentials)

    forget_in_memory()
    errors = all_at_once(lambda: publish(credentials))

    assert {type(error) for error in errors} == {Unauthorized}
    assert server.sign_ins == 1


def test_the_right_password_given_on_the_screen_works_at_once(server: Server, account: Account, carmen: Member) -> None:
    refused = queries.credentials_for(account)
    all_at_once(lambda: publish(refused))

    connect_with_password(account=account, password=RIGHT, by=carmen, now=timezone.now())

    account.refresh_from_db()
    good = queries.credentials_for(account)
    assert account.state == AccountState.ACTIVE
    assert not [each for each in all_at_once(lambda: publish(good)) if isinstance(each, Exception)]
    # What was claimed with the old password goes out with the new one.
    assert not isinstance(publish(refused), Exception)
    assert server.sign_ins == 2


def test_a_person_may_try_the_refused_password_again(server: Server, account: Account, carmen: Member) -> None:
    all_at_once(lambda: publish(queries.credentials_for(account)))
    server.accepts = WRONG  # its owner made it valid again

    connect_with_password(account=account, password=WRONG, by=carmen, now=timezone.now())

    assert publish(queries.credentials_for(account)).remote_id


def test_one_process_signs_in_at_a_time(server: Server, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = queries.credentials_for(account)
    monkeypatch.setattr(tokens, "SIGN_IN_WAIT_SECONDS", 0.4)
    lease = lease_refresh(account_id=account.pk, now=timezone.now())  # another process is signing in
    assert lease is not None

    with pytest.raises(Transient) as waiting:
        publish(credentials)
    assert (waiting.value.code, server.sign_ins) == ("renewing", 0)

    record_lost_authorization(
        account_id=account.pk, generation=lease.generation, reason="La red no la acepta.", now=timezone.now()
    )
    with pytest.raises(Unauthorized):
        publish(credentials)
    assert server.sign_ins == 0


def test_a_sign_in_that_cannot_connect_is_no_refusal(server: Server, account: Account) -> None:
    credentials = queries.credentials_for(account)
    credentials = replace(credentials, address="http://127.0.0.1:1")

    with pytest.raises(Transient):
        publish(credentials)

    credential = Credential.objects.get()
    assert (credential.state, credential.refresh_leased_until) == (CredentialState.GOOD, None)


def test_a_refresh_that_the_network_refuses_is_tried_once_by_sixty_deliveries(
    server: Server, x_account: Account
) -> None:
    credentials = queries.credentials_for(x_account)

    errors = all_at_once(lambda: publish(credentials))

    assert {type(error) for error in errors} == {Transient}
    assert server.refreshes == 1
    assert server.calls["POST /2/tweets"] <= THREADS  # those that were in the air when the first was refused
    before = server.calls["POST /2/tweets"]
    all_at_once(lambda: publish(credentials))
    assert (server.calls["POST /2/tweets"], server.refreshes) == (before, 1)


def test_the_right_secret_of_the_application_works_at_once(server: Server, x_account: Account, carmen: Member) -> None:
    credentials = queries.credentials_for(x_account)
    all_at_once(lambda: publish(credentials))

    save_application(network="x", server="", client_id="app", secret=RIGHT, by=carmen, now=timezone.now())

    assert not [each for each in all_at_once(lambda: publish(credentials)) if isinstance(each, Unauthorized)]
    assert server.refreshes == 2
    assert queries.credentials_for(x_account).token == RIGHT


def test_a_lease_of_a_refresh_is_released_when_it_is_over(server: Server, account: Account) -> None:
    server.accepts = WRONG
    publish(queries.credentials_for(account))
    lease = lease_refresh(account_id=account.pk, now=timezone.now())
    assert lease is not None and not lease.is_busy
    release_refresh(account_id=account.pk, generation=lease.generation)
