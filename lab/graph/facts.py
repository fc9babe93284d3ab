"""The parameters that Meta's SDK declares for each call of the Graph API, and the check of a request against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lab.graph import errors
from lab.messages import Call

# Of every call: the token, its proof, what an answer has, and the pages of a list.
SHARED = frozenset({"access_token", "appsecret_proof", "fields", "format", "locale", "metadata", "pretty", "summary"})
PAGING = frozenset({"limit", "after", "before", "since", "until", "offset"})
FLAGS = ("true", "false", "1", "0")
NUMBER = re.compile(r"-?[0-9]+")
INDEXED = re.compile(r"\[\d+\]$")  # attached_media[0]


@cache
def read_facts() -> dict[str, Any]:
    """Return the facts of `sdk_facts.json`: the source, its date, and the parameters of each call by their kind."""
    facts: dict[str, Any] = json.loads(Path(__file__).with_name("sdk_facts.json").read_text(encoding="utf-8"))
    return facts


def check_params(call: Call, kind: str, edge: str) -> None:
    """Raise ApiError (100) for a parameter, or a value of one, that the SDK does not have for the call.

    `kind` and `edge` are those of the node in the path. A call that the SDK does not have is not checked.
    """
    key = f"{call.method} {call.network} {kind}{'/' if edge else ''}{edge}"
    declared = read_facts()["calls"].get(key)
    if declared is None:
        return
    problem = next(_problems(call, declared), "")
    if problem:
        raise errors.invalid_parameter(problem)


def _problems(call: Call, declared: dict[str, Any]) -> Iterator[str]:
    kinds = {name: kind for kind, names in declared.items() for name in names}
    extra = SHARED | (PAGING if call.method == "GET" else frozenset())
    for given, value in {**call.query, **call.fields, **dict.fromkeys(call.files, "")}.items():
        name = INDEXED.sub("", given)
        if name in kinds:
            yield from _value_problems(name, value, kinds[name], declared)
        elif name not in extra:
            yield f"Param {name} is not allowed for this call"


def _value_problems(name: str, value: Any, kind: str, declared: dict[str, Any]) -> Iterator[str]:
    text = value if isinstance(value, str) else json.dumps(value)
    if kind == "flags" and text.lower() not in FLAGS:
        yield f"Param {name} must be a boolean"
    elif kind == "numbers" and not NUMBER.fullmatch(text):
        yield f"Param {name} must be an integer"
    elif kind == "enums" and text not in declared["enums"][name]:
        yield f"Param {name} must be one of {{{', '.join(declared['enums'][name])}}} - got {text!r}"
