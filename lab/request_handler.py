"""Handles one call: reads it, applies a fault, runs the operation, responds, and logs the call."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import time
from typing import Any

from aiohttp import web

from lab import request_body
from lab.faults import LATE_KINDS, HeldCall, Rule
from lab.messages import ApiError, Call, ConnectionCut, Response
from lab.network_api import NetworkApi, Operation
from lab.rate_limits import LimitExceeded
from lab.state import LabState

log = logging.getLogger("lab")

SERVER_ERROR = 500
NOT_IMPLEMENTED = 501


class RequestHandler:
    def __init__(self, lab: LabState, api: NetworkApi, request: web.Request, path: str) -> None:
        self._lab = lab
        self._api = api
        self._request = request
        self._held: HeldCall | None = None
        origin = str(request.url.origin())
        self._call = Call(api.name, request.method, path, origin, request.query, request.headers)

    async def run(self) -> web.StreamResponse:
        """Handle the call and return the HTTP response."""
        try:
            return await self._run()
        finally:
            if self._held is not None:
                self._held.finished.set()

    async def _run(self) -> web.StreamResponse:
        at, started = self._lab.clock.now(), time.perf_counter()
        rule: Rule | None = None
        try:
            operation = self._resolve()
            rule = await self._read(operation)
            response = await self._apply_fault(operation, rule)
        except ApiError as error:
            response = error.response
        except ConnectionCut:
            self._abort()
            response = Response(status=0)
        self._log(response, rule.kind if rule else "", at, time.perf_counter() - started)
        return await self._send_stream(response) if response.stream else self._http_response(response)

    async def _send_stream(self, response: Response) -> web.StreamResponse:
        """Send a body that does not end, until the network ends it or the client is gone."""
        answer = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
        await answer.prepare(self._request)
        assert response.stream is not None  # noqa: S101
        try:
            async for piece in response.stream:
                if self._is_client_gone():
                    break
                if piece:
                    await answer.write(piece)
        except ConnectionCut:
            self._abort()
        except ConnectionError:
            log.debug("%s: the client closed the stream", self._call.network)
        finally:
            await response.stream.aclose()  # type: ignore[attr-defined]
        return answer

    def _resolve(self) -> Operation:
        operation = self._api.resolve(self._lab, self._call)
        self._api.identify(self._lab, self._call)
        return operation

    async def _read(self, operation: Operation) -> Rule | None:
        """Read the body and return the fault that applies to the call, if any."""
        half: Rule | None = None
        if self._request.can_read_body:
            if self._lab.faults.expects_half():
                self._call.stage = operation.stage if isinstance(operation.stage, str) else "prepare"
                half = self._lab.faults.match(self._call, half=True)
            self._call.raw, self._call.is_complete = await self._receive(half)
            if self._call.is_complete:
                self._parse()
        self._call.stage = operation.stage_of(self._lab, self._call)
        return half or self._lab.faults.match(self._call)

    async def _receive(self, half: Rule | None) -> tuple[bytes, bool]:
        """Return the bytes of the body that arrived, and whether they are all of it.

        With a `half` rule, reading stops in the middle. When the client dies, the bytes before its death are returned.
        """
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
            body = request_body.parse(call.headers.get("Content-Type", ""), call.raw)
        except request_body.BadBody as cause:
            log.warning("%s %s: %s", call.network, call.endpoint, cause)
            return
        call.fields, call.files, call.filenames = body.fields, body.files, body.filenames

    async def _execute(self, operation: Operation) -> Response:
        try:
            if not operation.allows_anonymous:
                self._api.authorize(self._lab, self._call)
            self._api.validate(self._lab, self._call)
            self._lab.rate_limits.count(self._api.quotas, self._call, self._lab.clock.now())
            return await operation.handler(self._lab, self._call)
        except ApiError as error:
            return error.response
        except LimitExceeded as exceeded:
            return self._api.limit_response(self._lab, self._call, exceeded)

    async def _apply_fault(self, operation: Operation, rule: Rule | None) -> Response:
        """Run the operation with the fault of a rule. Raises ConnectionCut when the client must get no response."""
        if not self._call.is_complete:
            if operation.accepts_partial_body:
                await self._execute(operation)
            raise ConnectionCut
        if rule is None:
            return await self._execute(operation)
        if rule.kind.startswith("accept_then") or rule.kind == "hold_after":
            return await self._after(rule, await self._execute(operation))
        if rule.kind in ("status", "echo"):
            self._call.retry_after = rule.ms / 1000 or self._call.retry_after
            response = self._api.fault_response(self._lab, self._call, rule.code)
            return response if rule.kind == "status" else _with_echo(response, self._call)
        await self._before(rule)
        # The network reads its state when it accepts the call, not when the call arrived.
        return await self._execute(self._resolve())

    async def _before(self, rule: Rule) -> None:
        """Cut or delay a call that the network has not accepted yet."""
        if rule.kind == "cut_before":
            raise ConnectionCut
        if rule.kind == "slow":
            await asyncio.sleep(rule.ms / 1000)
            return
        if rule.kind == "cut_then_accept":
            self._abort()
        verdict = await self._hold(rule)
        is_dropped = verdict == "auto" and self._is_client_gone() and rule.kind not in LATE_KINDS
        if verdict == "cut" or is_dropped:
            raise ConnectionCut

    async def _after(self, rule: Rule, response: Response) -> Response:
        """Cut, replace or delay the response to a call that the network has accepted."""
        if rule.kind == "accept_then_cut":
            raise ConnectionCut
        if rule.kind == "accept_then_500":
            return self._api.fault_response(self._lab, self._call, SERVER_ERROR)
        if rule.kind == "accept_then_slow":
            await asyncio.sleep(rule.ms / 1000)
            return response
        if await self._hold(rule) == "cut":
            raise ConnectionCut
        return response

    async def _hold(self, rule: Rule) -> str:
        self._held = await self._lab.faults.hold(rule, self._call, self._is_client_gone)
        return self._held.verdict.result()

    def _is_client_gone(self) -> bool:
        return self._request.transport is None or self._request.transport.is_closing()

    def _log(self, response: Response, fault: str, at: float, seconds: float) -> None:
        call = self._call
        if response.status == NOT_IMPLEMENTED:
            log.warning("not implemented: %s %s", call.network, call.endpoint)
        self._lab.audit_log.log_call(
            at=at,
            network=call.network,
            account=call.account_id,
            method=call.method,
            path=call.path,
            kind=call.stage,
            status=response.status,
            fault=fault,
            millis=round(seconds * 1000, 2),
        )

    def _http_response(self, response: Response) -> web.Response:
        if not response.status:
            return web.Response(status=SERVER_ERROR)  # never sent: the connection is gone
        headers = self._api.headers(self._lab, self._call) | response.headers
        if response.body is None:
            return web.Response(status=response.status, headers=headers)
        raw = json.dumps(response.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers["Content-Type"] = "application/json; charset=utf-8"
        return web.Response(body=raw, status=response.status, headers=headers)

    def _abort(self) -> None:
        """Reset the TCP connection (RST), as a network failure does, instead of closing it."""
        transport = self._request.transport
        if transport is None:
            return
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def _with_echo(response: Response, call: Call) -> Response:
    """Return an error response whose texts repeat the request and its token, as some servers do."""
    token = call.headers.get("Authorization", "")
    request = json.dumps([token, dict(call.query), call.fields], ensure_ascii=False, default=str)
    return Response(_append_to_texts(response.body, request), response.status, {**response.headers, "X-Echo": token})


def _append_to_texts(body: Any, suffix: str) -> Any:
    if isinstance(body, dict):
        return {name: _append_to_texts(value, suffix) for name, value in body.items()}
    if isinstance(body, list):
        return [_append_to_texts(value, suffix) for value in body]
    return f"{body} {suffix}" if isinstance(body, str) else body
