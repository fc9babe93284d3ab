"""Answers in 2xx without a body: a write that needs nothing from it is taken; one that publishes is then looked up."""

from dataclasses import replace

import pytest

from pregonero.http_client import ResponseLost
from pregonero.networks.base import ApiCredentials, Post, Unknown
from pregonero.networks.client import NetworkClient
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.network import ENDPOINTS
from pregonero.networks.registry import connector, network
from tests.lab.process import Lab
from tests.networks.peers import answering, peer
from tests.networks.subjects import lab_credentials

EMPTY = [("200 OK", b""), ("201 Created", b" \n"), ("204 No Content", b"")]


def client_at(lab: Lab, address: str) -> NetworkClient:
    return NetworkClient(at(lab, "x", address), network("x").endpoints)


def at(lab: Lab, name: str, address: str) -> ApiCredentials:
    return replace(lab_credentials(lab, name), address=address)


@pytest.mark.parametrize(("status", "body"), EMPTY)
@pytest.mark.parametrize(("method", "path"), [("POST", "/2/tweets"), ("DELETE", "/2/tweets/7")])
def test_a_write_without_a_body_is_taken(lab: Lab, method: str, path: str, status: str, body: bytes) -> None:
    with peer(answering(status, body)) as server:
        response = client_at(lab, server.address).request(method, server.address + path)

    assert response.json() == {}


@pytest.mark.parametrize(("status", "body"), EMPTY)
def test_a_read_without_a_body_is_lost(lab: Lab, status: str, body: bytes) -> None:
    """Taken for an empty list, it would deny a post that exists."""
    with peer(answering(status, body)) as server:
        response = client_at(lab, server.address).get(f"{server.address}/2/tweets/7")

        with pytest.raises(ResponseLost):
            response.json()


@pytest.mark.parametrize(("status", "body"), EMPTY)
def test_a_withdrawal_without_a_body_is_done(lab: Lab, status: str, body: bytes) -> None:
    with peer(answering(status, body)) as server:
        connector("x").withdraw(at(lab, "x", server.address), "7")


@pytest.mark.parametrize(("status", "body"), [("200 OK", b""), ("204 No Content", b"")])
def test_a_deletion_at_meta_without_a_body_is_done(lab: Lab, status: str, body: bytes) -> None:
    with peer(answering(status, body)) as server:
        assert Graph(at(lab, "facebook", server.address), ENDPOINTS).delete("7_8") == {}


@pytest.mark.parametrize(("status", "body"), EMPTY)
@pytest.mark.parametrize("name", ["x", "mastodon", "facebook", "instagram", "youtube"])
def test_a_publication_without_a_body_is_uncertain(lab: Lab, name: str, status: str, body: bytes) -> None:
    prepared = {"key": "k", "container": "1", "container_id": "1", "creation_id": "1", "video_id": "1", "status": {}}
    post = Post("Segunda", reply_to="7_8", root="7_8") if name == "facebook" else Post("Hola")
    with peer(answering(status, body)) as server, pytest.raises(Unknown):
        connector(name).commit(at(lab, name, server.address), post, prepared)
