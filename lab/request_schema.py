"""Checks a request against the facts of a network's own document: parameters, fields, types and values.

The facts are JSON files beside each network (`lab/x/openapi.json`), in a subset of JSON Schema: `type`, `enum`,
`pattern`, `format`, limits, `items`, `properties` and `required`. An object with `properties` has no others. `list`
names an entry of the file's `lists`, for enumerations that many parameters share, and `$ref` one of its `schemas`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.clock import parse_instant
from lab.messages import Call

Schema = dict[str, Any]
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
WHOLE_NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Problem:
    """A part of a request that the document does not have; `reason` ends a sentence that begins with the name."""

    place: str  # "path", "query" or "body"
    name: str  # "post.fields", or "media.media_ids" inside a body
    value: str
    reason: str
    is_unknown: bool = False  # the document has no parameter or field of this name


class RequestFacts:
    """The facts of one network's endpoints."""

    @classmethod
    def from_file(cls, path: Path) -> RequestFacts:
        """Read the facts of a JSON file."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def __init__(self, facts: dict[str, Any]) -> None:
        self.source, self.read_on = str(facts["source"]), str(facts["read_on"])
        self._lists: dict[str, list[str]] = facts.get("lists", {})
        self._schemas: dict[str, Schema] = facts.get("schemas", {})
        self._endpoints = [(_pattern(key), entry) for key, entry in facts["endpoints"].items()]

    def problems(self, call: Call) -> list[Problem]:
        """Return what the document does not have in a call; nothing when it does not have the endpoint."""
        found = self._find(call)
        if found is None:
            return []
        entry, path = found
        return [*self._in_address(entry, path, call.query), *self._in_body(entry, call)]

    def has_endpoint(self, call: Call) -> bool:
        """Return whether the document has the method and path of a call."""
        return self._find(call) is not None

    def _find(self, call: Call) -> tuple[Schema, dict[str, str]] | None:
        """Return the facts of a call's endpoint and the values inside its path."""
        matches = ((entry, pattern.fullmatch(call.endpoint)) for pattern, entry in self._endpoints)
        return next(((entry, match.groupdict()) for entry, match in matches if match), None)

    def _in_address(self, entry: Schema, path: Mapping[str, str], query: Mapping[str, str]) -> Iterator[Problem]:
        for place, values in (("path", path), ("query", query)):
            schema = entry.get(place, {"type": "object", "properties": {}})
            read = {name: _from_text(schema["properties"].get(name, {}), text) for name, text in values.items()}
            if place == "query" or place in entry:
                yield from self._problems(schema, read, place, "")

    def _in_body(self, entry: Schema, call: Call) -> Iterator[Problem]:
        schema = self._resolved(entry.get("body", {"type": "object", "properties": {}}))
        is_json = call.headers.get("Content-Type", "").startswith(("application/json", "multipart/related"))
        fields = dict(call.fields)
        if not is_json:
            fields = {name: _from_text(schema["properties"].get(name, {}), text) for name, text in fields.items()}
        files = {} if entry.get("files_apart") else dict.fromkeys(call.files, "")
        yield from self._problems(schema, fields | files, "body", "")

    def _resolved(self, schema: Schema) -> Schema:
        return self._schemas[schema["$ref"]] if "$ref" in schema else schema

    def _problems(self, schema: Schema, value: Any, place: str, name: str) -> Iterator[Problem]:
        schema = self._resolved(schema)
        kind = schema.get("type", "")
        is_flag = isinstance(value, bool) and kind != "boolean"  # Python counts a boolean as a whole number
        if kind and (is_flag or not isinstance(value, JSON_TYPES[kind])):
            yield Problem(place, name, _shown(value), f"is not of type {kind}")
        elif kind == "object" and "properties" in schema:
            yield from self._in_object(schema, value, place, name)
        elif kind == "array":
            yield from self._in_array(schema, value, place, name)
        else:
            yield from (Problem(place, name, _shown(value), reason) for reason in self._value_reasons(schema, value))

    def _in_object(self, schema: Schema, value: dict[str, Any], place: str, name: str) -> Iterator[Problem]:
        properties = schema["properties"]
        prefix = f"{name}." if name else ""
        for missing in (key for key in schema.get("required", ()) if key not in value):
            yield Problem(place, f"{prefix}{missing}", "", "is required")
        for key, entry in value.items():
            if key not in properties:
                reason = f"is not one of [{','.join(properties)}]"
                yield Problem(place, f"{prefix}{key}", _shown(entry), reason, is_unknown=True)
            else:
                yield from self._problems(properties[key], entry, place, f"{prefix}{key}")

    def _in_array(self, schema: Schema, value: list[Any], place: str, name: str) -> Iterator[Problem]:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield Problem(place, name, _shown(value), "has too few or too many entries")
        for entry in value:
            yield from self._problems(schema.get("items", {}), entry, place, name)

    def _value_reasons(self, schema: Schema, value: Any) -> Iterator[str]:
        allowed = self._lists[schema["list"]] if "list" in schema else schema.get("enum")
        if allowed is not None and value not in allowed:
            yield f"is not one of [{','.join(map(str, allowed))}]"
        if isinstance(value, str):
            if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
                yield "is too short or too long"
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"does not match {schema['pattern']}"
            if schema.get("format") == "date-time" and not _is_instant(value):
                yield "is not a valid instant"
        elif isinstance(value, int | float) and not (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
        ):
            yield f"is not between {schema.get('minimum')} and {schema.get('maximum')}"


def _pattern(endpoint: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", endpoint.replace(".", r"\.")))


def _from_text(schema: Schema, text: Any) -> Any:
    """Return a parameter of a query or a form as the type of its schema; text that does not fit stays as it is.

    A form may have lists and objects inside (`nested_fields`); their texts are converted too.
    """
    kind = schema.get("type")
    if isinstance(text, dict):
        return {name: _from_text(schema.get("properties", {}).get(name, {}), value) for name, value in text.items()}
    if isinstance(text, list):
        return [_from_text(schema.get("items", {}), value) for value in text]
    if kind == "array":
        return text.split(",")
    if kind == "integer" and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
