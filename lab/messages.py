"""What a client asks and what a network answers, in the words that all dialects share."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lab.accounts import Account
from lab.rate_limits import Over, Quota
from lab.state import LabState


@dataclass
class Call:
    """What the client asked."""

    network: str
    method: str
    path: str  # below the network's base address
    origin: str  # http://127.0.0.1:8810
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes = b""
    whole: bool = True  # False when the connection broke inside the body
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of the files, as their sender calls them
    params: dict[str, str] = field(default_factory=dict)  # identifiers inside the path
    account: Account | None = None
    stage: str = "read"
    wait: float = 2.0  # seconds until a limit is over, when a fault says there is one

    @property
    def address(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def account_id(self) -> str:
        return self.account.id if self.account else ""

    @property
    def who(self) -> Account:
        """The account whose token came with the call; only for handlers, which run after that was checked."""
        assert self.account is not None  # noqa: S101
        return self.account

    def field(self, name: str, default: str = "") -> str:
        """A parameter from the body or else the query, as text."""
        value = self.fields.get(name, self.query.get(name, default))
        return value if isinstance(value, str) else json.dumps(value)

    def beyond(self, *known: str) -> list[str]:
        """Names of parameters that a handler does not know: to be refused, never passed over."""
        given = (re.sub(r"\[\d+\]$", "", name) for name in (*self.fields, *self.files, *self.query))
        return sorted({name for name in given if name not in known})

    def bearer(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ").strip()


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The network says no, in its own words."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Cut(Exception):
    """The connection is to be broken without an answer."""


Handler = Callable[[LabState, Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Operation:
    """What a call means to the network: who does it, and at which stage of a publication it stands."""

    do: Handler
    stage: str | Callable[[Call], str]
    takes_pieces: bool = False  # keeps what arrived of a broken body
    open_door: bool = False  # needs no access token

    def stage_of(self, call: Call) -> str:
        return self.stage if isinstance(self.stage, str) else self.stage(call)


class Dialect(Protocol):
    """How one network understands calls and words its answers."""

    name: str

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What the network limits."""

    def resolve(self, lab: LabState, call: Call) -> Operation:
        """Find what the call means, from its head alone; raises Refusal (501) for what is not spoken here."""

    def identify(self, lab: LabState, call: Call) -> None:
        """Set `call.account` from the token, if it is a known one."""

    def admit(self, lab: LabState, call: Call) -> None:
        """Raise Refusal unless the call's account may act."""

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        """The network's own words for a status."""

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        """The network's own words for one call more than a window holds."""

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        """Headers that go with every answer (rate limits)."""
