"""The requests of the YouTube connector, compared with the API description in Google's client."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.discovery_cache import get_static_doc

from tests.conformance.lives import live
from tests.conformance.recorder import Recorder, Request
from tests.networks.subjects import MakeSubject

DOCUMENT: dict[str, Any] = json.loads(get_static_doc("youtube", "v3"))
UPLOAD = {"uploadType", "upload_id"}  # of Google's upload protocol, which the description leaves to its own page
JSON_TYPES: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@pytest.fixture(scope="module")
def sent(recorded: Recorder, recorded_subject: MakeSubject, tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    subject = recorded_subject("youtube")
    begin = len(recorded.requests)
    live(subject, tmp_path_factory.mktemp("youtube"))
    return recorded.requests[begin:]


def _methods(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _method(request: Request) -> dict[str, Any] | None:
    for method in _methods(DOCUMENT["resources"]):
        protocols = method.get("mediaUpload", {}).get("protocols", {}).values()
        uploads = {protocol["path"] for protocol in protocols}
        upload = request.path in uploads and request.method in (method["httpMethod"], "PUT")
        if upload or (request.method == method["httpMethod"] and request.path == f"/{method['path']}"):
            return dict(method)
    return None


def complaints(request: Request) -> list[str]:
    """Return the parts of a request that the API description does not declare."""
    method = _method(request)
    if method is None:
        return [f"{request.method} {request.path}: no such method"]
    known = {**DOCUMENT["parameters"], **method.get("parameters", {})}
    found = [
        f"{method['id']}: no parameter {name}" for name in request.query if name not in known and name not in UPLOAD
    ]
    if "upload_id" not in request.query:  # a piece of an upload that was opened with all of them
        needed = [name for name, about in method.get("parameters", {}).items() if about.get("required")]
        found += [f"{method['id']}: {name} is missing" for name in needed if name not in request.query]
    if request.fields:
        found += _unlike(request.fields, DOCUMENT["schemas"][method["request"]["$ref"]], method["id"])
    return found


def _unlike(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    if "$ref" in schema:
        schema = DOCUMENT["schemas"][schema["$ref"]]
    if not isinstance(value, JSON_TYPES[schema["type"]]):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    if not isinstance(value, dict):
        return []
    properties = schema.get("properties", {})
    found = [f"{at}.{name}: no such field" for name in value if name not in properties]
    for name in value.keys() & properties.keys():
        found += _unlike(value[name], properties[name], f"{at}.{name}")
    return found


def test_every_request_is_one_that_googles_own_description_knows(sent: list[Request]) -> None:
    assert [complaint for request in sent for complaint in complaints(request)] == []
    ids = {(_method(request) or {}).get("id") for request in sent}
    assert ids == {
        "youtube.videos.insert",
        "youtube.videos.list",
        "youtube.videos.update",
        "youtube.videos.delete",
        "youtube.thumbnails.set",
        "youtube.captions.insert",
        "youtube.commentThreads.list",
        "youtube.comments.list",
        "youtube.comments.insert",
    }


def test_the_check_sees_what_is_wrong() -> None:
    def said(method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> list[str]:
        kind = {"content-type": "application/json"}
        return complaints(Request(method, path, query, kind, json.dumps(body).encode()))

    update, part = ("PUT", "/youtube/v3/videos"), {"part": "status"}
    assert said("POST", "/youtube/v3/nada", {}, {}) == ["POST /youtube/v3/nada: no such method"]
    assert said(*update, {}, {"id": "a"}) == ["youtube.videos.update: part is missing"]
    assert said(*update, part | {"parte": "x"}, {"id": "a"}) == ["youtube.videos.update: no parameter parte"]
    assert said(*update, part, {"status": {"privacyStatus": "pública"}})[0].startswith("youtube.videos.update.status")
    assert said(*update, part, {"estado": 1}) == ["youtube.videos.update.estado: no such field"]
