"""The requests of the X connector, compared with X's own OpenAPI document and the request types of its SDK."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from xdk.direct_messages import models as direct_messages
from xdk.media import models as media
from xdk.posts import models as posts

from lab.messages import Call
from lab.x.api import FACTS
from pregonero.networks.registry import manual_posting
from pregonero.networks.x.network import ENDPOINTS
from tests.conformance.lives import live
from tests.conformance.recorder import Recorder, Request
from tests.networks.subjects import ROOT, SHARED, MakeSubject

OPENAPI = SHARED / "x" / "endpoints.json"
# Of X's whole document, and not among the endpoints of that extract.
LEFT_OUT = {
    "GET /2/tweets/search/stream",
    "GET /2/tweets/search/stream/rules",
    "POST /2/tweets/search/stream/rules",
}
MODELS: dict[tuple[str, str], type[BaseModel]] = {
    ("POST", "/2/media/upload/initialize"): media.InitializeUploadRequest,
    ("POST", "/2/media/upload/{id}/append"): media.AppendUploadRequest,
    ("POST", "/2/media/metadata"): media.CreateMetadataRequest,
    ("POST", "/2/media/subtitles"): media.CreateSubtitlesRequest,
    ("POST", "/2/tweets"): posts.CreateRequest,
    ("POST", "/2/dm_conversations/{id}/messages"): direct_messages.CreateByConversationIdRequest,
}
WITHOUT_BODY = {
    ("POST", "/2/media/upload/{id}/finalize"),
    ("GET", "/2/media/upload"),
    ("GET", "/2/users/{id}/tweets"),
    ("GET", "/2/users/{id}/mentions"),
    ("GET", "/2/dm_events"),
    ("GET", "/2/dm_conversations/{id}/dm_events"),
    ("GET", "/2/tweets/{id}"),
    ("GET", "/2/users/me"),
    ("DELETE", "/2/tweets/{id}"),
}


@pytest.fixture(scope="module")
def sent(recorded: Recorder, recorded_subject: MakeSubject, tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    subject = recorded_subject("x")
    begin = len(recorded.requests)
    live(subject, tmp_path_factory.mktemp("x"))
    published = subject.publish(subject.post(media=()))
    subject.connector.probe(subject.credentials)
    manual_posting("x").read(subject.credentials, published.remote_id, "")
    subject.connector.withdraw(subject.credentials, published.remote_id)
    return recorded.requests[begin:]


def beyond(model: BaseModel, at: str = "") -> list[str]:
    """Return the fields of a body that its type does not declare: the SDK accepts them, but X may not."""
    found = [f"{at}{name}" for name in model.model_extra or {}]
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                found += beyond(each, f"{at}{name}.")
    return found


def test_every_body_is_of_the_type_that_the_sdk_has_for_it(sent: list[Request]) -> None:
    seen = set()
    for request in sent:
        call = next(call for call in (*MODELS, *WITHOUT_BODY) if request.matches(*call) is not None)
        seen.add(call)
        if call in WITHOUT_BODY:
            assert request.raw == b"", request
        else:
            assert beyond(MODELS[call].model_validate(request.fields)) == [], request

    assert seen == {*MODELS, *WITHOUT_BODY}


def as_call(request: Request) -> Call:
    return Call(
        "x",
        request.method,
        request.path,
        "",
        request.query,
        {"Content-Type": request.headers.get("content-type", "")},
        fields=request.fields,
    )


def test_every_request_is_one_that_xs_own_document_has(sent: list[Request]) -> None:
    calls = [as_call(request) for request in sent]

    assert [problem for call in calls for problem in FACTS.problems(call)] == []
    assert all(FACTS.has_endpoint(call) for call in calls)


def test_every_endpoint_of_the_connector_is_in_the_document() -> None:
    """The token endpoints are of OAuth 2, which the document leaves to its own pages."""
    own = [endpoint for endpoint in ENDPOINTS if "/oauth2/" not in endpoint.path]

    calls = [Call("x", endpoint.method, endpoint.path.replace("{id}", "1"), "", {}, {}) for endpoint in own]
    assert [call.endpoint for call in calls if not FACTS.has_endpoint(call)] == []


@pytest.mark.skipif(not OPENAPI.is_file(), reason="PREGONERO_SHARED_DATA no apunta a los datos de X")
def test_the_facts_are_those_of_the_document() -> None:
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))["endpoints"]
    facts = json.loads((ROOT / "lab" / "x" / "openapi.json").read_text(encoding="utf-8"))

    assert facts["endpoints"].keys() - document.keys() == LEFT_OUT
    for name in facts["endpoints"].keys() - LEFT_OUT:
        entry = facts["endpoints"][name]
        asked = {each["name"]: each["schema"] for each in document[name]["parameters"] if each["in"] == "query"}
        assert entry.get("query", {"properties": {}})["properties"].keys() == asked.keys(), name
        for parameter, schema in asked.items():
            own = entry["query"]["properties"][parameter].get("items", entry["query"]["properties"][parameter])
            values = schema.get("items", schema).get("enum")
            assert facts["lists"].get(own.get("list"), own.get("enum")) == values, (name, parameter)


def test_the_check_sees_what_is_wrong() -> None:
    assert beyond(posts.CreateRequest.model_validate({"text": "a", "medios": {}})) == ["medios"]
    assert beyond(posts.CreateRequest.model_validate({"media": {"media_ids": ["1"], "x": 1}})) == ["media.x"]
    with pytest.raises(ValidationError):
        media.InitializeUploadRequest.model_validate({"media_category": "video_de_la_casa"})
