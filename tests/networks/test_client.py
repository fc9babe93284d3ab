"""The HTTP client of the networks: the time limit is of the whole call, nothing is repeated, no secret is disclosed."""

import json
import logging
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pregonero.http_client import ResponseLost
from pregonero.networks.base import NetworkError, Transient, Unauthorized, Unknown
from pregonero.networks.client import Endpoint, EndpointNotAllowed, HttpError, NetworkClient
from tests.networks.peers import HANG, Behaviour, answering, drip, drip_body, peer, silent
from tests.networks.subjects import MakeSubject, Subject

SECONDS = 0.6
GOOD = Endpoint("GET", "/2/users/{id}/tweets", "una lectura")


@pytest.mark.parametrize("behaviour", [silent, drip, drip_body])
def test_a_call_is_over_in_its_time_whatever_the_peer_does(subject: Subject, behaviour: Behaviour) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    with peer(behaviour) as elsewhere:
        credentials = replace(subject.credentials, address=elsewhere.address, seconds=SECONDS)
        started = time.monotonic()

        with pytest.raises(Unknown):
            subject.connector.commit(credentials, post, prepared)

        assert SECONDS * 0.9 < time.monotonic() - started < HANG


def test_a_call_that_the_network_holds_ends_uncertain(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    subject.fault("hold_before", "commit")

    with pytest.raises(Unknown):
        subject.connector.commit(replace(subject.credentials, seconds=SECONDS), post, prepared)


def test_nothing_was_taken_where_nobody_answers(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    with peer(silent) as gone:
        address = gone.address

    with pytest.raises(Transient) as caught:
        subject.connector.commit(replace(subject.credentials, address=address), post, prepared)

    assert caught.value.code == "no_connection"


def test_a_call_is_made_once_though_the_peer_hangs_up(subject: Subject) -> None:
    """Google's client and `httplib2` would send it again; a publication sent again may be a second one."""
    post = subject.post()
    prepared = subject.prepare(post)
    with peer(lambda *_: None) as rude:
        with pytest.raises(Unknown):
            subject.connector.commit(replace(subject.credentials, address=rude.address), post, prepared)

        assert len(rude.received) == 1


def test_a_redirection_is_not_followed(subject: Subject) -> None:
    post = subject.post()
    prepared = subject.prepare(post)
    with peer(answering("200 OK", b"{}")) as other:
        moved = answering("307 Temporary Redirect", b"", f"Location: {other.address}/x")
        with peer(moved) as first, pytest.raises(NetworkError):
            subject.connector.commit(replace(subject.credentials, address=first.address), post, prepared)

        assert other.received == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": ', b'{"data": {}}', b"{}"])
def test_an_answer_that_is_not_understood_is_uncertain(subject: Subject, body: bytes) -> None:
    """Also a page of a proxy in between, with status 200, which one SDK takes for a yes."""
    post = subject.post()
    prepared = subject.prepare(post)
    with peer(answering("200 OK", body)) as odd, pytest.raises(Unknown):
        subject.connector.commit(replace(subject.credentials, address=odd.address), post, prepared)


@pytest.mark.procedure("ALL-1")
def test_the_token_is_in_no_message_log_or_address(subject: Subject, caplog: pytest.LogCaptureFixture) -> None:
    token = subject.credentials.token
    post = subject.post()
    with caplog.at_level(logging.DEBUG):
        prepared = subject.prepare(post)
        told = [_told(partial(_commit_to, subject, post, prepared, each)) for each in _REFUSING]
        subject.publish(subject.post())

    assert all(told)
    assert token not in "".join(told)
    assert token not in caplog.text
    assert token not in repr(subject.credentials)
    assert token not in repr(prepared)


def _commit_to(subject: Subject, post: Any, prepared: Any, behaviour: Behaviour) -> None:
    with peer(behaviour) as elsewhere:
        try:
            credentials = replace(subject.credentials, address=elsewhere.address, seconds=SECONDS)
            subject.connector.commit(credentials, post, prepared)
        finally:
            head = elsewhere.received[0].partition(b"\r\n\r\n")[0]
            assert subject.credentials.token.encode() not in head.split(b"\r\n")[0]
            assert f"authorization: bearer {subject.credentials.token}".lower().encode() in head.lower()


_REFUSING = [
    answering("401 Unauthorized", b'{"error": {"code": 190, "message": "no"}}'),
    answering("400 Bad Request", json.dumps({"title": "no", "detail": "no"}).encode()),
    answering("500 Internal Server Error", b"no"),
    silent,
]


def _told(call: Callable[[], Any]) -> str:
    try:
        call()
    except NetworkError as error:
        return "".join(traceback.format_exception(error)) + error.reason + repr(error)
    return ""


def test_a_call_that_is_not_on_the_table_does_not_go_out(subject: Subject) -> None:
    with peer(answering("200 OK", b"{}")) as server:
        line = NetworkClient(replace(subject.credentials, address=server.address), (GOOD,))

        for method, path in (("GET", "/2/users/1/mentions"), ("DELETE", "/2/users/1/tweets"), ("GET", "/2/users/1")):
            with pytest.raises(EndpointNotAllowed):
                line.request(method, server.address + path)
        with pytest.raises(EndpointNotAllowed):
            line.request("GET", "http://127.0.0.1:9/2/users/1/tweets")
        assert server.received == []
        assert line.request("GET", f"{server.address}/2/users/1/tweets").status_code == 200


def test_the_line_says_what_the_network_answered(subject: Subject) -> None:
    with peer(answering("403 Forbidden", b'{"detail": "no"}', "X-Rate-Limit-Reset: 5")) as server:
        line = NetworkClient(replace(subject.credentials, address=server.address), (GOOD,))

        with pytest.raises(HttpError) as caught:
            line.get(f"{server.address}/2/users/1/tweets")

    assert (caught.value.status, caught.value.body) == (403, {"detail": "no"})
    assert caught.value.headers["x-rate-limit-reset"] == "5"


def test_an_endless_answer_is_cut(subject: Subject) -> None:
    with peer(answering("200 OK", b" " * (9 * 1024 * 1024))) as server:
        line = NetworkClient(replace(subject.credentials, address=server.address), (GOOD,))

        with pytest.raises(ResponseLost):
            line.get(f"{server.address}/2/users/1/tweets")


@pytest.mark.parametrize("name", ["x", "facebook"])
def test_accounts_in_several_threads_at_once_do_not_mix(subject_of: MakeSubject, name: str) -> None:
    subjects = [subject_of(name) for _ in range(4)]
    work = [(subject, subject.post(media=())) for subject in subjects for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pair: pair[0].publish(pair[1]), work))

    for subject in subjects:
        expected = {post.text for each, post in work if each is subject}
        assert {entry["text"] for entry in subject.public()} == expected
        assert len(subject.public()) == 5


def test_an_account_is_never_answered_with_another_ones_token(subject_of: MakeSubject) -> None:
    good, revoked = subject_of("x"), subject_of("x")
    good.lab.client.post(f"/tokens/{revoked.credentials.remote_id}/revoke").raise_for_status()
    good.publish(good.post(media=()))

    with pytest.raises(Unauthorized):
        revoked.publish(revoked.post(media=()))
