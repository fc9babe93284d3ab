"""Google's own description of the YouTube Data API, as facts for checking requests.

The description is the discovery document that Google's client has in its package; `revision` is its date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from googleapiclient.discovery_cache import get_static_doc

from lab.request_schema import Schema

# Of Google's upload protocol, which the description leaves to its own page.
UPLOAD_PARAMETERS = {"uploadType": {"type": "string"}, "upload_id": {"type": "string"}}


def read_facts() -> dict[str, Any]:
    """Return the facts of every method, by HTTP method and path."""
    document: dict[str, Any] = json.loads(get_static_doc("youtube", "v3"))
    shared = {name: _schema_of(about) for name, about in document["parameters"].items()}
    endpoints: dict[str, Schema] = {}
    for method in _methods(document["resources"]):
        entry = _entry_of(method, shared)
        protocols = method.get("mediaUpload", {}).get("protocols", {}).values()
        for path in (f"/{method['path']}", *(protocol["path"] for protocol in protocols)):
            endpoints[f"{method['httpMethod']} {path}"] = entry
    return {
        "source": f"YouTube Data API {document['version']}, discovery document {document['revision']}",
        "read_on": document["revision"],
        "endpoints": endpoints,
        "schemas": {name: _schema_of(about) for name, about in document["schemas"].items()},
    }


def _methods(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _entry_of(method: dict[str, Any], shared: dict[str, Schema]) -> Schema:
    parameters = method.get("parameters", {})
    own = {name: _parameter(about) for name, about in parameters.items()}
    required = [name for name, about in parameters.items() if about.get("required")]
    query = {"type": "object", "required": required, "properties": shared | own | UPLOAD_PARAMETERS}
    entry: Schema = {"query": query, "files_apart": True}
    return entry | ({"body": {"$ref": method["request"]["$ref"]}} if "request" in method else {})


def _parameter(about: dict[str, Any]) -> Schema:
    schema = _schema_of(about)
    return {"type": "array", "items": schema} if about.get("repeated") else schema


def _schema_of(about: dict[str, Any]) -> Schema:
    """Return a schema of the description in the form of the lab's facts: its limits are written as text."""
    schema: Schema = {name: about[name] for name in ("$ref", "type", "enum", "pattern") if name in about}
    if schema.get("type") == "any":
        del schema["type"]
    if about.get("type") in ("integer", "number"):
        schema |= {name: float(about[name]) for name in ("minimum", "maximum") if name in about}
    if "items" in about:
        schema["items"] = _schema_of(about["items"])
    if "properties" in about:
        schema["properties"] = {name: _schema_of(entry) for name, entry in about["properties"].items()}
    return schema
