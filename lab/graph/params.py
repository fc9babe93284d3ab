"""Small things of the Graph that both networks read the same: fields, flags, lists, files by address."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from lab.graph import errors
from lab.messages import Call
from lab.state import LabState

MAX_PAGE = 100


class NotFetched(Exception):
    """The address gave no file."""


async def fetch(lab: LabState, address: str) -> bytes:
    """Meta fetches media from a public address; here from whatever address answers."""
    assert lab.http is not None  # noqa: S101
    try:
        async with lab.http.get(address) as response:
            if response.status != 200:  # noqa: PLR2004
                raise NotFetched(f"HTTP {response.status}")
            return await response.read()
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as cause:
        raise NotFetched(str(cause)) from cause


def refuse_beyond(call: Call, *known: str) -> None:
    """What a call brings and nobody here understands is refused: passing it over would be a lie."""
    beyond = call.beyond(*known, "access_token", "appsecret_proof", "fields")
    if beyond:
        raise errors.not_spoken(f"{call.address} with {', '.join(beyond)}")


def flag(call: Call, name: str, default: bool) -> bool:
    value = call.field(name, "true" if default else "false").lower()
    return value not in ("false", "0", "")


def items(value: Any) -> list[Any]:
    """A list as Graph takes it: JSON, comma-separated, or already a list."""
    if isinstance(value, list):
        return value
    if not value:
        return []
    try:
        found = json.loads(value)
    except ValueError:
        return [piece.strip() for piece in str(value).split(",") if piece.strip()]
    return found if isinstance(found, list) else [str(found)]


def asked(call: Call, kind: str, known: dict[str, Any], default: tuple[str, ...]) -> dict[str, Any]:
    """Only the fields asked for; one that is not known is refused, as Graph does."""
    wanted = _names(call.field("fields")) or list(default)
    for name in wanted:
        if name not in known:
            raise errors.parameter(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
    found = {name: known[name] for name in wanted if known[name] is not None}
    return {**found, "id": known["id"]}


def _names(fields: str) -> list[str]:
    """Top-level names of `a,b{c,d},e.limit(3)`."""
    names, name, depth = [], "", 0
    for letter in fields + ",":
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and depth == 0:
            names.append(name.partition("{")[0].partition(".")[0].strip())
            name = ""
        else:
            name += letter
    return [name for name in names if name]


def limit(call: Call) -> int:
    wanted = call.field("limit", "25")
    return min(int(wanted), MAX_PAGE) if wanted.isdigit() else MAX_PAGE


def paged(call: Call, data: list[dict[str, Any]], cursors: list[int], more: bool) -> dict[str, Any]:
    """A list with Graph's cursors; the cursor is the sequence number of the last one."""
    body: dict[str, Any] = {"data": data}
    if data:
        body["paging"] = {"cursors": {"before": str(cursors[0]), "after": str(cursors[-1])}}
        if more:
            body["paging"]["next"] = f"{call.origin}/graph{call.path}?limit={limit(call)}&after={cursors[-1]}"
    return body
