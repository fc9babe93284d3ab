"""The request that a client sends to an emulated network and the response that it gets."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.accounts import Account


@dataclass
class Call:
    """One request to an emulated network."""

    network: str
    method: str
    path: str  # below the network's base URL
    origin: str  # http://127.0.0.1:8810
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes = b""
    is_complete: bool = True  # False when the connection broke inside the body
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    filenames: dict[str, str] = field(default_factory=dict)  # the name that the client gave to each file
    params: dict[str, str] = field(default_factory=dict)  # identifiers inside the path
    account: Account | None = None
    stage: str = "read"
    retry_after: float = 2.0  # seconds, for a rate-limit response that a fault asks for

    @property
    def endpoint(self) -> str:
        """The method and the path, as the rules of quotas and faults match them."""
        return f"{self.method} {self.path}"

    @property
    def account_id(self) -> str:
        return self.account.id if self.account else ""

    @property
    def caller(self) -> Account:
        """The account of the access token. Only for handlers: they run after the token was checked."""
        assert self.account is not None  # noqa: S101
        return self.account

    @property
    def token(self) -> str:
        """The access token, wherever the call carries it."""
        return self.field("access_token") or self.bearer().removeprefix("OAuth ")

    def field(self, name: str, default: str = "") -> str:
        """Return a parameter of the body, or else of the query, as text."""
        value = self.fields.get(name, self.query.get(name, default))
        return value if isinstance(value, str) else json.dumps(value)

    def unknown_params(self, *known: str) -> list[str]:
        """Return the names of the parameters not in `known`, sorted; `name[0]` and `name[]` count as `name`."""
        given = (re.sub(r"\[\d*\]$", "", name) for name in (*self.fields, *self.files, *self.query))
        return sorted({name for name in given if name not in known})

    def bearer(self) -> str:
        """Return the token of the Authorization header, or an empty string."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ").strip()


@dataclass
class Response:
    """The status, the headers and the JSON body that the network answers with."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None  # a body that does not end; b"" while there is nothing to send


class ApiError(Exception):
    """The network refuses the call; `response` is the network's error response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class ConnectionCut(Exception):
    """The connection must be reset without a response."""
