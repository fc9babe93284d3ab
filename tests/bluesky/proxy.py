"""A proxy in front of the real Bluesky server that applies the lab's faults to its calls.

It has the endpoints of the lab's admin API that the conformance suite uses: `/faults`, `/calls.json`, `/accounts`,
`/tokens/…`, and `/ledger.json`, which lists the records of the server.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from lab.accounts import Account
from lab.admin import Admin
from lab.messages import Call, Response
from lab.network_api import Operation
from lab.rate_limits import LimitExceeded, Quota
from lab.request_handler import RequestHandler
from lab.state import LabState

COLLECTION = "app.bsky.feed.post"
STAGES = {
    "com.atproto.repo.putRecord": "commit",
    "com.atproto.repo.createRecord": "commit",
    "com.atproto.repo.deleteRecord": "commit",
    "com.atproto.repo.uploadBlob": "prepare",
    "com.atproto.server.createSession": "session",
}
FORWARDED_HEADERS = ("Content-Type", "Authorization")
NAMES = {401: "AuthenticationRequired", 403: "Forbidden", 429: "RateLimitExceeded", 500: "InternalServerError"}
TOO_MANY = 429
STATES = {"expire": "expired", "revoke": "revoked", "restore": "valid"}


class BlueskyApi:
    """Bluesky's endpoints: each call is forwarded to the real server."""

    name = "bluesky"
    quotas: tuple[Quota, ...] = ()  # the server applies its own limits

    def __init__(self, server: str, secret: str) -> None:
        self._server, self._secret = server, secret

    def resolve(self, lab: LabState, call: Call) -> Operation:
        return Operation(self.forward, STAGES.get(call.path.removeprefix("/xrpc/"), "read"))

    def identify(self, lab: LabState, call: Call) -> None:
        """Set the account of the session's token, or of the record that is read."""
        owner = _claims(call.bearer())["sub"] if call.bearer().count(".") else call.query.get("repo", "")
        call.account = lab.accounts.get("bluesky", owner)

    def authorize(self, lab: LabState, call: Call) -> None:
        """Accept every call: the server checks the session."""

    async def forward(self, lab: LabState, call: Call) -> Response:
        """Send the call to the server and return its response."""
        assert lab.http is not None
        headers = {name: call.headers[name] for name in FORWARDED_HEADERS if name in call.headers}
        if call.account is not None and call.account.access != "valid" and "Authorization" in headers:
            headers["Authorization"] = f"Bearer {self._invalid_token(call.bearer(), call.account.access)}"
        url = self._server + call.path
        async with lab.http.request(
            call.method, url, params=dict(call.query), data=call.raw or None, headers=headers
        ) as response:
            headers = {name: value for name, value in response.headers.items() if "ratelimit" in name.lower()}
            body = await response.json() if await response.read() else None  # deleteSession has an empty response
            return Response(body, response.status, headers)

    def _invalid_token(self, token: str, state: str) -> str:
        """Return a session token that the server refuses: expired an hour ago, or signed with another secret."""
        claims, secret = _claims(token), self._secret if state == "expired" else "otro"
        if state == "expired":
            claims["exp"] = int(time.time()) - 3600
        signed = f"{token.partition('.')[0]}.{_encoded(json.dumps(claims).encode())}"
        return f"{signed}.{_encoded(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"

    def validate(self, lab: LabState, call: Call) -> None:
        """Nothing: the real server checks the call against its lexicons."""

    def fault_response(self, lab: LabState, call: Call, status: int) -> Response:
        headers = {"ratelimit-reset": str(int(time.time()) + 120)} if status == TOO_MANY else {}
        return Response({"error": NAMES.get(status, "Unknown"), "message": "asked for by a test"}, status, headers)

    def limit_response(self, lab: LabState, call: Call, exceeded: LimitExceeded) -> Response:
        return self.fault_response(lab, call, TOO_MANY)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return {}


class ProxyAdmin:
    """The lab's admin API, with the accounts and the records of the real server."""

    def __init__(self, lab: LabState, api: BlueskyApi, server: str) -> None:
        self._lab, self._api, self._server = lab, api, server

    def add_to(self, app: web.Application) -> None:
        admin = Admin(self._lab)
        app.router.add_get("/faults", admin.faults)
        app.router.add_post("/faults", admin.add_faults)
        app.router.add_delete("/faults", admin.clear_faults)
        app.router.add_post("/faults/release", admin.release)
        app.router.add_get("/calls.json", admin.calls)
        app.router.add_get("/ledger.json", self.ledger)
        app.router.add_post("/accounts", self.add_account)
        app.router.add_post("/tokens/{account}/{act:expire|revoke|restore}", self.change_token)
        app.router.add_route("*", r"/{path:xrpc/.+}", self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return await RequestHandler(self._lab, self._api, request, "/" + request.match_info["path"]).run()

    async def add_account(self, request: web.Request) -> web.Response:
        """Create an account on the server, with a session and an app password."""
        name = str((await request.json())["handle"])
        fields = {"handle": f"{name}.test", "email": f"{name}@prueba.test", "password": "una-clave-de-prueba"}
        created = await self._post("com.atproto.server.createAccount", fields)
        app = {"name": "pregonero"}
        password = await self._post("com.atproto.server.createAppPassword", app, created["accessJwt"])
        account = Account("bluesky", created["did"], created["handle"], name, created["accessJwt"])
        self._lab.accounts.save(account)
        return web.json_response({**vars(account), "password": password["password"]}, status=201)

    async def _post(self, method: str, fields: dict[str, Any], token: str = "") -> Any:
        assert self._lab.http is not None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._lab.http.post(f"{self._server}/xrpc/{method}", json=fields, headers=headers) as response:
            response.raise_for_status()
            return await response.json()

    async def change_token(self, request: web.Request) -> web.Response:
        account = self._lab.accounts.get("bluesky", request.match_info["account"])
        if account is None:
            raise web.HTTPNotFound
        account.access = STATES[request.match_info["act"]]
        return web.json_response(vars(self._lab.accounts.save(account)))

    async def ledger(self, request: web.Request) -> web.Response:
        """List the posts of an account on the server, oldest first."""
        assert self._lab.http is not None
        query = {"repo": request.query["account"], "collection": COLLECTION, "limit": "100", "reverse": "true"}
        address = f"{self._server}/xrpc/com.atproto.repo.listRecords"
        records: list[dict[str, Any]] = []
        while True:
            async with self._lab.http.get(address, params=query) as response:
                page = await response.json()
            records += page["records"]
            if "cursor" not in page:
                break
            query["cursor"] = page["cursor"]
        return web.json_response({"posts": [_entry(record, request.query["account"]) for record in records]})


def _claims(token: str) -> dict[str, Any]:
    """Return the claims of a session token."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _entry(record: dict[str, Any], account: str) -> dict[str, Any]:
    key, value = record["uri"].rpartition("/")[2], record["value"]
    images = (value.get("embed") or {}).get("images") or []
    return {
        "id": key,
        "account": account,
        "text": value["text"],
        "media": [image["image"]["ref"] for image in images],
        "record": value,
        "url": f"https://bsky.app/profile/{account}/post/{key}",
    }


async def run(server: str, secret: str, folder: Path) -> None:
    """Run the proxy until SIGTERM; `secret` is the one with which the server signs sessions."""
    lab, stop_requested = LabState(folder), asyncio.Event()
    api = BlueskyApi(server, secret)
    app = web.Application(client_max_size=1024**3)
    ProxyAdmin(lab, api, server).add_to(app)
    app.cleanup_ctx.append(_http_client(lab))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop_requested.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(json.dumps({"event": "proxy.ready", "url": f"http://127.0.0.1:{runner.addresses[0][1]}"}) + "\n")
    sys.stdout.flush()
    await stop_requested.wait()
    lab.faults.release("cut")
    await runner.cleanup()
    lab.database.close()


def _http_client(lab: LabState) -> Any:
    async def ready(_: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as lab.http:
            yield

    return ready


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("secret")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(options.server, options.secret, options.folder))
