"""The requests of the Facebook and Instagram connectors, compared with the parameters that Meta's SDK declares."""

import re

import pytest

from lab.graph.facts import read_facts
from pregonero.networks.base import ApiCredentials
from tests.conformance import meta
from tests.conformance.lives import live
from tests.conformance.recorder import Recorder, Request
from tests.networks.subjects import MakeSubject

Factory = pytest.TempPathFactory
ADDRESS = re.compile(r"/v\d+\.\d+/(?P<id>[\w.-]+)(?:/(?P<edge>\w+))?/?")
BEYOND = {"video": {"post_id"}}  # a field that Meta's page of the Video node names and the SDK's class lacks


@pytest.fixture(scope="module", params=["facebook", "instagram"])
def sent(
    request: pytest.FixtureRequest,
    recorded: Recorder,
    recorded_subject: MakeSubject,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ApiCredentials, list[Request]]:
    subject = recorded_subject(request.param)
    begin = len(recorded.requests)
    live(subject, tmp_path_factory.mktemp(request.param))
    return subject.credentials, recorded.requests[begin:]


def _kind(credentials: ApiCredentials, network: str, id: str) -> str:
    """Return the kind of node that an id belongs to, by its form."""
    if id == credentials.remote_id:
        return "page" if network == "facebook" else "user"
    if network == "instagram":
        return {"1788": "container", "1790": "comment"}.get(id[:4], "media")
    return "post" if "_" in id else "video"


def test_every_request_is_one_that_the_sdk_knows(sent: tuple[ApiCredentials, list[Request]]) -> None:
    credentials, requests = sent
    network = "instagram" if any("media_publish" in each.path for each in requests) else "facebook"
    found: list[str] = []
    for request in requests:
        place = ADDRESS.fullmatch(request.path)
        if place is None:
            assert request.path.startswith("/video-upload/")  # the file of a reel: the SDK has no call for it
            continue
        kind, edge = _kind(credentials, network, place["id"]), place["edge"] or ""
        if request.method == "POST":
            found += meta.complaints(kind, edge, request)
        elif request.method == "GET":
            found += _unknown(network, kind, edge, request)

    assert found == []
    assert len(requests) > 10


def _unknown(network: str, kind: str, edge: str, request: Request) -> list[str]:
    name = {"media": "media_list", "comments": f"{network} comments"}.get(edge, edge) if edge else kind
    names = request.query.get("fields", "")
    return [f"{name}: {field}" for field in meta.fields_unknown(name, names) if field not in BEYOND.get(kind, set())]


NETWORK_OF = {"page": "facebook", "post": "facebook", "video": "facebook", "user": "instagram", "comment": "instagram"}


def test_the_labs_facts_are_those_of_the_sdk() -> None:
    calls = read_facts()["calls"]
    for (kind, edge), make in meta.MAKES.items():
        facts = calls[f"POST {NETWORK_OF[kind]} {kind}{'/' if edge else ''}{edge}"]
        own = {name: group for group, names in facts.items() for name in names}
        declared = make()._param_checker._type_check_info

        assert own.keys() == {*declared, *meta.BEYOND.get((kind, edge), {})}, (kind, edge)
        assert {name for name in own if own[name] == "flags"} == {n for n, type in declared.items() if type == "bool"}


def test_the_labs_lists_take_what_the_sdk_declares() -> None:
    for (kind, edge), make in meta.LISTS.items():
        facts = read_facts()["calls"][f"GET {NETWORK_OF[kind]} {kind}/{edge}"]
        assert {name for names in facts.values() for name in names} == set(make()._param_checker._type_check_info)


def test_the_check_sees_what_is_wrong() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    def said(kind: str, edge: str, body: bytes) -> list[str]:
        return meta.complaints(kind, edge, Request("POST", "/x", {}, form, body))

    assert said("page", "feed", b"message=Hola&publicada=true") == ["page/feed: no parameter publicada"]
    assert said("page", "video_reels", b"video_state=BORRADOR") == [
        "page/video_reels: video_state='BORRADOR' is no video_state_enum"
    ]
    assert said("page", "videos", b"file_size=mucho") == ["page/videos: file_size='mucho' is no unsigned int"]
    assert said("page", "nada", b"") == ["page/nada: the SDK has no such call"]
    assert meta.fields_unknown("post", "is_published,publicada") == ["publicada"]
