"""The names of form fields as Mastodon's server reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lab.messages import Call

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
KEY = re.compile(r"\[([^\[\]]*)\]")


def with_nested_fields(call: Call) -> Call:
    """Return the call with the fields of its form nested, as `nested_fields` does; JSON is nested already."""
    if call.headers.get("Content-Type", "").startswith("application/json"):
        return call
    return replace(call, fields=nested_fields(call.fields), query=nested_fields(call.query))


def nested_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form: "media_ids[]" is a list, and "poll[multiple]" a field of an object."""
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        match = NAME.fullmatch(name)
        keys = [match[1], *KEY.findall(match[2])] if match else [name]
        _put(nested, keys, value)
    return nested


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    """Put a value below its keys; an empty last key makes a list of it."""
    if keys[-1] == "" and len(keys) > 1:
        keys, value = keys[:-1], value if isinstance(value, list) else [value]
    for key in keys[:-1]:
        child = target.setdefault(key, {})
        target = child if isinstance(child, dict) else target
    target[keys[-1]] = value
