"""Parameters and pagination of the Graph API, which Facebook and Instagram share."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from lab.graph import errors
from lab.messages import Call
from lab.state import LabState

MAX_PAGE_SIZE = 100


class FetchFailed(Exception):
    """The URL of a media file could not be fetched."""


async def fetch(lab: LabState, address: str) -> bytes:
    """Return the file of a URL. Raises FetchFailed. Meta accepts public URLs only; the lab accepts any."""
    assert lab.http is not None  # noqa: S101
    try:
        async with lab.http.get(address) as response:
            if response.status != 200:  # noqa: PLR2004
                raise FetchFailed(f"HTTP {response.status}")
            return await response.read()
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as cause:
        raise FetchFailed(str(cause)) from cause


def reject_unknown_params(call: Call, *known: str) -> None:
    """Raise ApiError (501) for a parameter that the lab does not implement, instead of ignoring it."""
    unknown = call.unknown_params(*known, "access_token", "appsecret_proof", "fields")
    if unknown:
        raise errors.not_supported(f"{call.endpoint} with {', '.join(unknown)}")


def bool_param(call: Call, name: str, default: bool) -> bool:
    """Return a boolean parameter; everything but `false`, `0` and an empty value is true."""
    value = call.field(name, "true" if default else "false").lower()
    return value not in ("false", "0", "")


def list_param(value: Any) -> list[Any]:
    """Return a list that is given as JSON, as comma-separated text or as a list."""
    if isinstance(value, list):
        return value
    if not value:
        return []
    try:
        parsed = json.loads(value)
    except ValueError:
        return [piece.strip() for piece in str(value).split(",") if piece.strip()]
    return parsed if isinstance(parsed, list) else [str(parsed)]


def select_fields(call: Call, kind: str, fields: dict[str, Any], default: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields that the call requests, without those that are None. Raises ApiError for an unknown field."""
    return select_names(call.field("fields") or ",".join(default), kind, fields)


def select_names(names: str, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a field list, without those that are None. Raises ApiError for an unknown field."""
    requested = _names(names)
    for name in requested:
        if name not in fields:
            raise errors.invalid_parameter(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
    selected = {name: fields[name] for name in requested if fields[name] is not None}
    return {**selected, "id": fields["id"]}


def _names(fields: str) -> list[str]:
    """Return the top-level names of a field list such as `a,b{c,d},e.limit(3)`."""
    return [entry.partition("{")[0].partition(".")[0] for entry in _split(fields)]


def _split(fields: str) -> list[str]:
    """Split a field list at its top-level commas."""
    entries, entry, depth = [], "", 0
    for letter in fields + ",":
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and depth == 0:
            entries.append(entry.strip())
            entry = ""
        else:
            entry += letter
    return [entry for entry in entries if entry]


EXPANSION = re.compile(r"(?P<calls>(?:\.\w+\([^()]*\))*)(?:\{(?P<fields>.*)\})?", re.DOTALL)
EXPANSION_CALL = re.compile(r"\.(\w+)\(([^()]*)\)")


@dataclass(frozen=True)
class Expansion:
    """A field of a list that is expanded, such as `comments.limit(5).order(…){id,from}`."""

    options: dict[str, str]
    fields: str


def expansion_of(call: Call, name: str) -> Expansion | None:
    """Return how the call expands a field; None when it does not ask for it. Raises ApiError for another form."""
    for entry in _split(call.field("fields")):
        if entry == name or entry.startswith((f"{name}.", f"{name}{{")):
            match = EXPANSION.fullmatch(entry[len(name) :])
            if match is None:
                raise errors.invalid_parameter(f"Syntax error in the field expansion {entry!r}")
            return Expansion(dict(EXPANSION_CALL.findall(match["calls"])), match["fields"] or "")
    return None


def page_size(call: Call) -> int:
    """Return the `limit` of a list: 25 by default, MAX_PAGE_SIZE at most."""
    limit = call.field("limit", "25")
    return min(int(limit), MAX_PAGE_SIZE) if limit.isdigit() else MAX_PAGE_SIZE


def paginated(call: Call, data: list[dict[str, Any]], cursors: list[int], has_more: bool) -> dict[str, Any]:
    """Return a page of a list in Graph's format; `cursors` has a number for each entry."""
    body: dict[str, Any] = {"data": data}
    if data:
        body["paging"] = {"cursors": {"before": str(cursors[0]), "after": str(cursors[-1])}}
        if has_more:
            body["paging"]["next"] = f"{call.origin}/graph{call.path}?limit={page_size(call)}&after={cursors[-1]}"
    return body
