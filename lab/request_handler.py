"""One call and its answer: read it, let the faults have their way, answer as the network does, log it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import time
from typing import Any

from aiohttp import web

from lab import body_parsing
from lab.faults import Rule
from lab.messages import Answer, Call, Cut, Dialect, Operation, Refusal
from lab.rate_limits import Over
from lab.state import LabState

log = logging.getLogger("lab")

SERVER_ERROR = 500
NOT_SPOKEN = 501


class RequestHandler:
    def __init__(self, lab: LabState, dialect: Dialect, request: web.Request, path: str) -> None:
        self._lab = lab
        self._dialect = dialect
        self._request = request
        origin = str(request.url.origin())
        self._call = Call(dialect.name, request.method, path, origin, request.query, request.headers)

    async def run(self) -> web.StreamResponse:
        at, started = self._lab.clock.now(), time.perf_counter()
        rule: Rule | None = None
        try:
            deed = self._dialect.resolve(self._lab, self._call)
            self._dialect.identify(self._lab, self._call)
            rule = await self._read(deed)
            answer = await self._suffer(deed, rule)
        except Refusal as refusal:
            answer = refusal.answer
        except Cut:
            self._abort()
            answer = Answer(status=0)
        self._log(answer, rule.kind if rule else "", at, time.perf_counter() - started)
        return self._response(answer)

    async def _read(self, deed: Operation) -> Rule | None:
        """Read the body and say which fault befalls the call, if any."""
        half: Rule | None = None
        if self._request.can_read_body:
            if self._lab.faults.expects_half():
                self._call.stage = deed.stage if isinstance(deed.stage, str) else "prepare"
                half = self._take(half=True)
            self._call.raw, self._call.whole = await self._receive(half)
            if self._call.whole:
                self._parse()
        self._call.stage = deed.stage_of(self._call)
        return half or self._take()

    def _take(self, half: bool = False) -> Rule | None:
        call = self._call
        return self._lab.faults.take(
            network=call.network, account=call.account_id, stage=call.stage, address=call.address, half=half
        )

    async def _receive(self, half: Rule | None) -> tuple[bytes, bool]:
        """The body's bytes and whether they are all there; what had arrived when the client died is kept."""
        received, limit = bytearray(), (self._request.content_length or 0) // 2
        try:
            while half is None or len(received) < limit:
                piece = await self._request.content.readany()
                if not piece:
                    return bytes(received), half is None
                received += piece
        except (OSError, web.PayloadAccessError, asyncio.CancelledError):
            return bytes(received), False
        return bytes(received[:limit]), False

    def _parse(self) -> None:
        call = self._call
        try:
            body = body_parsing.parse(call.headers.get("Content-Type", ""), call.raw)
        except body_parsing.BadBody as cause:
            log.warning("%s %s: %s", call.network, call.address, cause)
            return
        call.fields, call.files, call.names = body.fields, body.files, body.names

    async def _perform(self, deed: Operation) -> Answer:
        try:
            if not deed.open_door:
                self._dialect.admit(self._lab, self._call)
            self._lab.rate_limits.take(self._dialect.quotas, self._call, self._lab.clock.now())
            return await deed.do(self._lab, self._call)
        except Refusal as refusal:
            return refusal.answer
        except Over as excess:
            return self._dialect.over(self._lab, self._call, excess)

    async def _suffer(self, deed: Operation, rule: Rule | None) -> Answer:
        """Let the call go through the fault that befell it."""
        if not self._call.whole:
            if deed.takes_pieces:
                await self._perform(deed)
            raise Cut
        if rule is None:
            return await self._perform(deed)
        if rule.kind.startswith("accept_then") or rule.kind == "hold_after":
            return await self._after(rule, await self._perform(deed))
        if rule.kind in ("status", "echo"):
            self._call.wait = rule.ms / 1000 or self._call.wait
            answer = self._dialect.failure(self._lab, self._call, rule.code)
            return answer if rule.kind == "status" else _echoed(answer, self._call)
        await self._before(rule)
        return await self._perform(deed)

    async def _before(self, rule: Rule) -> None:
        if rule.kind == "cut_before":
            raise Cut
        if rule.kind == "slow":
            await asyncio.sleep(rule.ms / 1000)
            return
        verdict = await self._hold(rule)
        gone = self._request.transport is None or self._request.transport.is_closing()
        if verdict == "cut" or (verdict == "auto" and gone):
            raise Cut

    async def _after(self, rule: Rule, answer: Answer) -> Answer:
        """The network did it; whether the client learns of it is another matter."""
        if rule.kind == "accept_then_cut":
            raise Cut
        if rule.kind == "accept_then_500":
            return self._dialect.failure(self._lab, self._call, SERVER_ERROR)
        if rule.kind == "accept_then_slow":
            await asyncio.sleep(rule.ms / 1000)
            return answer
        if await self._hold(rule) == "cut":
            raise Cut
        return answer

    async def _hold(self, rule: Rule) -> str:
        call = self._call
        return await self._lab.faults.hold(
            rule, network=call.network, account=call.account_id, stage=call.stage, address=call.address
        )

    def _log(self, answer: Answer, fault: str, at: float, seconds: float) -> None:
        call = self._call
        if answer.status == NOT_SPOKEN:
            log.warning("not spoken here: %s %s", call.network, call.address)
        self._lab.publications.log_call(
            at=at, network=call.network, account=call.account_id, method=call.method, path=call.path, kind=call.stage,
            status=answer.status, fault=fault, millis=round(seconds * 1000, 2),
        )  # fmt: skip

    def _response(self, answer: Answer) -> web.Response:
        if not answer.status:
            return web.Response(status=SERVER_ERROR)  # goes nowhere: the connection is gone
        headers = self._dialect.headers(self._lab, self._call) | answer.headers
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        raw = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers["Content-Type"] = "application/json; charset=utf-8"
        return web.Response(body=raw, status=answer.status, headers=headers)

    def _abort(self) -> None:
        """Break the TCP connection with a reset, as a failing network does, not with a polite end."""
        transport = self._request.transport
        if transport is None:
            return
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def _echoed(answer: Answer, call: Call) -> Answer:
    """A refusal that repeats what it was asked with, secrets and all, wherever it has words: some servers do."""
    token = call.headers.get("Authorization", "")
    asked = json.dumps([token, dict(call.query), call.fields], ensure_ascii=False, default=str)
    return Answer(_after_each(answer.body, asked), answer.status, {**answer.headers, "X-Echo": token})


def _after_each(body: Any, asked: str) -> Any:
    if isinstance(body, dict):
        return {name: _after_each(value, asked) for name, value in body.items()}
    if isinstance(body, list):
        return [_after_each(value, asked) for value in body]
    return f"{body} {asked}" if isinstance(body, str) else body
