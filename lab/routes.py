"""A table of what a network is spoken of here: method, path, stage and who answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lab.messages import Call, Handler, Operation


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    deed: Operation


def route(
    method: str,
    path: str,
    do: Handler,
    stage: str | Callable[[Call], str] = "read",
    *,
    takes_pieces: bool = False,
    open_door: bool = False,
) -> Route:
    """`path` is written with {name} where the network has an identifier."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(method, re.compile(pattern), Operation(do, stage, takes_pieces, open_door))


def find(routes: list[Route], call: Call) -> Operation | None:
    """The deed for a call; the identifiers of its path become fields of `call.params`."""
    for candidate in routes:
        if candidate.method != call.method:
            continue
        match = candidate.path.fullmatch(call.path)
        if match is not None:
            call.params = match.groupdict()
            return candidate.deed
    return None
