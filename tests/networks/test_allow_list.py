"""No connector can delete, hide or block what belongs to others: its table and every request are checked."""

import ast
import re
from pathlib import Path

import pytest

import pregonero
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import Endpoint, NetworkClient
from pregonero.networks.registry import NETWORKS, network
from tests.networks.allowed import ALLOWED, beyond, refused
from tests.networks.conftest import Watched
from tests.networks.peers import answering, peer

pytestmark = pytest.mark.procedure("N-3")
HOLD = "/youtube/v3/comments/setModerationStatus"
ROGUE = {
    "x": Endpoint("POST", "/2/users/{id}/blocking", "bloquear a alguien"),
    "facebook": Endpoint("POST", "/{version}/{page}/blocked", "bloquear a alguien"),
    "instagram": Endpoint("DELETE", "/{version}/{comment}", "borrar un comentario"),
    "youtube": Endpoint("DELETE", "/youtube/v3/comments", "borrar un comentario"),
    "bluesky": Endpoint("POST", "/xrpc/app.bsky.graph.muteActor", "silenciar a alguien"),
    "mastodon": Endpoint("POST", "/api/v1/accounts/{id}/block", "bloquear a alguien"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_call_of_a_connector_is_on_the_list_and_says_what_for(name: str) -> None:
    calls = network(name).endpoints

    assert beyond(name, calls) == []
    assert {f"{call.method} {call.path}" for call in calls} == set(ALLOWED[name]), "the list holds what nobody calls"
    assert all(call.why for call in calls)


@pytest.mark.parametrize("name", ROGUE)
def test_the_list_sees_a_call_that_is_not_on_it(name: str) -> None:
    found = beyond(name, (*network(name).endpoints, ROGUE[name]))

    assert found[0] == f"{ROGUE[name].method} {ROGUE[name].path}"


@pytest.mark.parametrize(
    ("name", "method", "path", "sent", "why"),
    [
        ("x", "DELETE", "/2/tweets/1", b"", ""),
        ("x", "DELETE", "/2/users/1/following/2", b"", "is not on the list"),
        ("x", "PUT", "/2/tweets/1/hidden", b'{"hidden": true}', ""),
        ("x", "PUT", "/2/tweets/1/hidden", b'{"hidden": true, "block": true}', "says block, hidden"),
        ("x", "POST", "/2/users/1/blocking", b'{"target_user_id": "2"}', "is not on the list"),
        ("x", "POST", "/2/users/1/muting", b'{"target_user_id": "2"}', "is not on the list"),
        ("facebook", "POST", "/v26.0/1_2", b"is_hidden=true", ""),
        ("facebook", "POST", "/v26.0/1/feed", b"is_hidden=true", "with is_hidden"),
        ("facebook", "POST", "/v26.0/1/blocked", b"user=2", "is not on the list"),
        ("instagram", "POST", "/v26.0/17", b"hide=true", ""),
        ("instagram", "POST", "/v26.0/17", b"comment_enabled=false", "says comment_enabled"),
        ("facebook", "DELETE", "/v26.0/1_2/comments", b"", "is not on the list"),
        ("youtube", "PUT", "/youtube/v3/videos?banAuthor=true", b"{}", "with banAuthor"),
        ("youtube", "POST", f"{HOLD}?id=1&moderationStatus=heldForReview", b"", ""),
        ("youtube", "POST", f"{HOLD}?id=1&moderationStatus=rejected", b"", "with moderationStatus=rejected"),
        ("youtube", "POST", f"{HOLD}?id=1&moderationStatus=published&banAuthor=true", b"", "with banAuthor"),
        ("bluesky", "POST", "/xrpc/com.atproto.repo.putRecord", b'{"collection": "app.bsky.graph.block"}', "it writes"),
        (
            "bluesky",
            "POST",
            "/xrpc/com.atproto.repo.deleteRecord",
            b'{"collection": "app.bsky.graph.follow"}',
            "it writes",
        ),
        ("x", "POST", "/2/tweets", b'{"text": "hide & ban"}', ""),
        ("facebook", "POST", "/graph/v26.0/1/feed", b"message=hidden", ""),
    ],
)
def test_a_request_is_told_by_its_address_and_by_what_it_says(
    name: str, method: str, path: str, sent: bytes, why: str
) -> None:
    found = refused(name, method, f"http://127.0.0.1:8810{path}", sent)

    assert (why in found) if why else found == ""


def test_a_request_that_a_connector_makes_outside_of_the_list_fails_the_test_that_made_it(watched: Watched) -> None:
    """Every test of this folder is watched in this way; this one proves that the watch works."""
    with peer(answering("200 OK", b"{}")) as server:
        line = NetworkClient(
            ApiCredentials("1", "cuenta", server.address, "secreto"), (*network("x").endpoints, ROGUE["x"])
        )
        line.request("POST", f"{server.address}/2/users/1/blocking")

    assert watched.refused == [": POST /2/users/1/blocking is not on the list"]
    watched.refused.clear()


RESTRICTING = re.compile(r"block|mut(e|ing)|\bban|restrict|admin_id|blacklist", re.IGNORECASE)
PACKAGE = Path(pregonero.__file__).parent


@pytest.mark.procedure("ALL-1")
@pytest.mark.parametrize("name", NETWORKS)
def test_no_call_of_a_network_blocks_mutes_or_restricts_anybody(name: str) -> None:
    named = [call for call in network(name).endpoints if RESTRICTING.search(call.path)]

    assert all(call.method == "GET" for call in named), "these lists are only read"


def called_names(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return {function.attr for function in calls if isinstance(function, ast.Attribute)}


@pytest.mark.procedure("ALL-1")
@pytest.mark.parametrize("name", NETWORKS)
def test_no_connector_calls_what_blocks_mutes_or_restricts(name: str) -> None:
    """The SDKs have such methods (`mute_user`, `block_dms`, `create_blocked`): no connector calls one."""
    paths = list((PACKAGE / "networks" / name).rglob("*.py"))

    assert paths
    assert {called for path in paths for called in called_names(path) if RESTRICTING.search(called)} == set()
