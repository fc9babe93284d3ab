"""One call from a client and its answer: read it, let the faults have their way, answer as the network does, log it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from lab import bodies
from lab.accounts import Account
from lab.faults import Rule
from lab.laboratory import Laboratory

log = logging.getLogger("lab")

SERVER_ERROR = 500


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
    params: dict[str, str] = field(default_factory=dict)  # identifiers inside the path
    account: Account | None = None
    stage: str = "read"

    @property
    def address(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def who(self) -> Account:
        """The account whose token came with the call; only for handlers, which run after that was checked."""
        assert self.account is not None  # noqa: S101
        return self.account

    def field(self, name: str, default: str = "") -> str:
        """A parameter from the body or else the query, as text."""
        value = self.fields.get(name, self.query.get(name, default))
        return value if isinstance(value, str) else json.dumps(value)

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


Handler = Callable[[Laboratory, Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Deed:
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

    def resolve(self, lab: Laboratory, call: Call) -> Deed:
        """Find what the call means, from its head alone; raises Refusal (501) for what is not spoken here."""

    def identify(self, lab: Laboratory, call: Call) -> None:
        """Set `call.account` from the token, if it is a known one."""

    def admit(self, lab: Laboratory, call: Call) -> None:
        """Raise Refusal unless the call's account may act."""

    def failure(self, lab: Laboratory, call: Call, status: int) -> Answer:
        """The network's own words for a status."""

    def headers(self, lab: Laboratory, call: Call) -> dict[str, str]:
        """Headers that go with every answer (rate limits)."""


async def converse(lab: Laboratory, dialect: Dialect, request: web.Request, path: str) -> web.StreamResponse:
    call = Call(dialect.name, request.method, path, str(request.url.origin()), request.query, request.headers)
    at, started, fault = lab.clock.now(), time.perf_counter(), ""
    try:
        deed = dialect.resolve(lab, call)
        dialect.identify(lab, call)
        rule = await _read(lab, deed, call, request)
        fault = rule.kind if rule else ""
        answer = await _suffer(lab, dialect, deed, rule, call, request)
    except Refusal as refusal:
        answer = refusal.answer
    except Cut:
        _abort(request)
        answer = Answer(status=0)
    _log(lab, call, answer.status, fault, at, started)
    if not answer.status:
        return web.Response(status=SERVER_ERROR)  # goes nowhere: the connection is gone
    return _response(answer, dialect.headers(lab, call))


def _log(lab: Laboratory, call: Call, status: int, fault: str, at: float, started: float) -> None:
    account = call.account.id if call.account else ""
    millis = (time.perf_counter() - started) * 1000
    lab.publications.log_call(
        at=at, network=call.network, account=account, method=call.method, path=call.path, kind=call.stage,
        status=status, fault=fault, millis=round(millis, 2),
    )  # fmt: skip


def _response(answer: Answer, headers: dict[str, str]) -> web.Response:
    headers.update(answer.headers)
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    raw = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(body=raw, status=answer.status, headers=headers, content_type="application/json", charset="utf-8")


async def _read(lab: Laboratory, deed: Deed, call: Call, request: web.Request) -> Rule | None:
    """Read the body and say which fault befalls the call, if any."""
    half: Rule | None = None
    if request.can_read_body:
        if lab.faults.expects_half():
            call.stage = deed.stage if isinstance(deed.stage, str) else "prepare"
            half = _take(lab, call, half=True)
        call.raw, call.whole = await _receive(request, half)
        if call.whole:
            _parse(call)
    call.stage = deed.stage_of(call)
    return half or _take(lab, call)


def _take(lab: Laboratory, call: Call, half: bool = False) -> Rule | None:
    account = call.account.id if call.account else ""
    return lab.faults.take(network=call.network, account=account, stage=call.stage, address=call.address, half=half)


async def _receive(request: web.Request, half: Rule | None) -> tuple[bytes, bool]:
    """The body's bytes and whether they are all there; a client that dies midway leaves what had arrived."""
    if half is None and not request.headers.get("Content-Range"):
        try:
            return await request.read(), True
        except OSError as cause:
            raise Cut from cause
    received, limit = bytearray(), (request.content_length or 0) // 2
    try:
        while half is None or len(received) < limit:
            piece = await request.content.readany()
            if not piece:
                return bytes(received), half is None
            received += piece
    except OSError:
        return bytes(received), False
    return bytes(received[:limit]), False


def _parse(call: Call) -> None:
    try:
        body = bodies.parse(call.headers.get("Content-Type", ""), call.raw)
    except bodies.BadBody as cause:
        log.warning("%s %s: %s", call.network, call.address, cause)
        return
    call.fields, call.files = body.fields, body.files


async def _perform(lab: Laboratory, dialect: Dialect, deed: Deed, call: Call) -> Answer:
    try:
        if not deed.open_door:
            dialect.admit(lab, call)
        return await deed.do(lab, call)
    except Refusal as refusal:
        return refusal.answer


async def _suffer(
    lab: Laboratory, dialect: Dialect, deed: Deed, rule: Rule | None, call: Call, request: web.Request
) -> Answer:
    """Let the call go through the fault that befell it."""
    if not call.whole:
        if deed.takes_pieces:
            await _perform(lab, dialect, deed, call)
        raise Cut
    if rule is None:
        return await _perform(lab, dialect, deed, call)
    if rule.kind.startswith("accept_then") or rule.kind == "hold_after":
        return await _after(lab, dialect, rule, call, await _perform(lab, dialect, deed, call))
    if rule.kind == "status":
        return dialect.failure(lab, call, rule.code)
    await _before(lab, rule, call, request)
    return await _perform(lab, dialect, deed, call)


async def _before(lab: Laboratory, rule: Rule, call: Call, request: web.Request) -> None:
    if rule.kind == "cut_before":
        raise Cut
    if rule.kind == "slow":
        await asyncio.sleep(rule.ms / 1000)
        return
    verdict = await _hold(lab, rule, call)
    gone = request.transport is None or request.transport.is_closing()
    if verdict == "cut" or (verdict == "auto" and gone):
        raise Cut


async def _after(lab: Laboratory, dialect: Dialect, rule: Rule, call: Call, answer: Answer) -> Answer:
    """The network did it; whether the client learns of it is another matter."""
    if rule.kind == "accept_then_cut":
        raise Cut
    if rule.kind == "accept_then_500":
        return dialect.failure(lab, call, SERVER_ERROR)
    if await _hold(lab, rule, call) == "cut":
        raise Cut
    return answer


async def _hold(lab: Laboratory, rule: Rule, call: Call) -> str:
    account = call.account.id if call.account else ""
    return await lab.faults.hold(rule, network=call.network, account=account, stage=call.stage, address=call.address)


def _abort(request: web.Request) -> None:
    """Break the TCP connection with a reset, as a failing network does, not with a polite end."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
