"""The interface that each emulated network implements, and the table that maps its endpoints to handlers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from lab.messages import Call, Response
from lab.rate_limits import LimitExceeded, Quota
from lab.state import LabState

PREPARE, COMMIT, READ = "prepare", "commit", "read"

Handler = Callable[[LabState, Call], Awaitable[Response]]
Stage = str | Callable[[LabState, Call], str]


@dataclass(frozen=True)
class Operation:
    """The handler of an endpoint and the stage of a publication that the endpoint belongs to.

    The stages are `prepare` (nothing is public yet), `commit` (changes what the public sees) and `read`.
    """

    handler: Handler
    stage: Stage = READ
    accepts_partial_body: bool = False  # what arrived of a broken body is stored
    allows_anonymous: bool = False  # the call needs no access token

    def stage_of(self, lab: LabState, call: Call) -> str:
        """Return the stage of a call; some endpoints publish or prepare, depending on a parameter."""
        return self.stage if isinstance(self.stage, str) else self.stage(lab, call)


class NetworkApi(Protocol):
    """One network's endpoints, access tokens, rate limits and error responses."""

    name: str

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The network's rate limits."""

    def resolve(self, lab: LabState, call: Call) -> Operation:
        """Return the operation of a call, from its method, path and headers only.

        Raises ApiError with status 501 when the lab does not implement the endpoint.
        """

    def identify(self, lab: LabState, call: Call) -> None:
        """Set `call.account` from the access token, if the token is known."""

    def authorize(self, lab: LabState, call: Call) -> None:
        """Raise ApiError unless the access token is valid and gives access to the account."""

    def validate(self, lab: LabState, call: Call) -> None:
        """Raise ApiError for a parameter, field or value that the network's own document does not have."""

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        """Return the network's error response for a status that a fault rule asks for."""

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        """Return the network's error response for a call above a rate limit."""

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        """Return the headers of every response, such as those of the rate limits."""


@dataclass(frozen=True)
class Route:
    """One endpoint of a network that has a fixed list of paths."""

    method: str
    path: re.Pattern[str]
    operation: Operation


def route(
    method: str,
    path: str,
    handler: Handler,
    stage: Stage = READ,
    *,
    accepts_partial_body: bool = False,
    allows_anonymous: bool = False,
) -> Route:
    """Return a route; `path` is a regular expression in which {name} stands for an identifier."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(method, re.compile(pattern), Operation(handler, stage, accepts_partial_body, allows_anonymous))


def find_operation(routes: list[Route], call: Call) -> Operation | None:
    """Return the operation of the first route that matches, and store the path's identifiers in `call.params`."""
    for candidate in routes:
        if candidate.method != call.method:
            continue
        match = candidate.path.fullmatch(call.path)
        if match is not None:
            call.params = match.groupdict()
            return candidate.operation
    return None
