"""What stands before the real Bluesky server: the laboratory's faults, for calls that the server itself answers.

It has the laboratory's own doors, so that the conformance suite needs no other: `/faults`, `/calls.json`, `/accounts`,
`/tokens/…`, and `/ledger.json`, which is nothing but the server's own list of records.
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
from lab.messages import Answer, Call, Operation
from lab.rate_limits import Over, Quota
from lab.request_handler import RequestHandler
from lab.state import LabState

COLLECTION = "app.bsky.feed.post"
STAGES = {
    "com.atproto.repo.putRecord": "commit",
    "com.atproto.repo.deleteRecord": "commit",
    "com.atproto.repo.uploadBlob": "prepare",
    "com.atproto.server.createSession": "session",
}
PASSED = ("Content-Type", "Authorization")
NAMES = {401: "AuthenticationRequired", 403: "Forbidden", 429: "RateLimitExceeded", 500: "InternalServerError"}
TOO_MANY = 429
STATES = {"expire": "expired", "revoke": "revoked", "restore": "valid"}


class Forwarding:
    """The dialect whose every deed is done by the real server."""

    name = "bluesky"
    quotas: tuple[Quota, ...] = ()  # the server has its own

    def __init__(self, server: str, secret: str) -> None:
        self._server, self._secret = server, secret

    def resolve(self, lab: LabState, call: Call) -> Operation:
        return Operation(self.forward, STAGES.get(call.path.removeprefix("/xrpc/"), "read"))

    def identify(self, lab: LabState, call: Call) -> None:
        """Find whose call it is: of the session's token, or of the record that is read."""
        owner = _about(call.bearer())["sub"] if call.bearer().count(".") else call.query.get("repo", "")
        call.account = lab.accounts.get("bluesky", owner)

    def admit(self, lab: LabState, call: Call) -> None:
        """Let everybody through: the server judges."""

    async def forward(self, lab: LabState, call: Call) -> Answer:
        assert lab.http is not None
        headers = {name: call.headers[name] for name in PASSED if name in call.headers}
        if call.account is not None and call.account.access != "valid" and "Authorization" in headers:
            headers["Authorization"] = f"Bearer {self._spoilt(call.bearer(), call.account.access)}"
        address = self._server + call.path
        async with lab.http.request(
            call.method, address, params=dict(call.query), data=call.raw or None, headers=headers
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if "ratelimit" in name.lower()}
            said = await answer.json() if await answer.read() else None  # ending a session is answered with nothing
            return Answer(said, answer.status, kept)

    def _spoilt(self, token: str, state: str) -> str:
        """A session as the server will refuse it: over an hour ago, or signed by somebody else."""
        about, secret = _about(token), self._secret if state == "expired" else "otro"
        if state == "expired":
            about["exp"] = int(time.time()) - 3600
        said = f"{token.partition('.')[0]}.{_encoded(json.dumps(about).encode())}"
        return f"{said}.{_encoded(hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest())}"

    def failure(self, lab: LabState, call: Call, status: int) -> Answer:
        headers = {"ratelimit-reset": str(int(time.time()) + 120)} if status == TOO_MANY else {}
        return Answer({"error": NAMES.get(status, "Unknown"), "message": "asked for by a test"}, status, headers)

    def over(self, lab: LabState, call: Call, excess: Over) -> Answer:
        return self.failure(lab, call, TOO_MANY)

    def headers(self, lab: LabState, call: Call) -> dict[str, str]:
        return {}


class Doors:
    """The laboratory's doors that are other here: accounts and records are the real server's."""

    def __init__(self, lab: LabState, dialect: Forwarding, server: str) -> None:
        self._lab, self._dialect, self._server = lab, dialect, server

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
        app.router.add_route("*", r"/{path:xrpc/.+}", self.listen)

    async def listen(self, request: web.Request) -> web.StreamResponse:
        return await RequestHandler(self._lab, self._dialect, request, "/" + request.match_info["path"]).run()

    async def add_account(self, request: web.Request) -> web.Response:
        """Open a real account, with a session and an app password."""
        name = str((await request.json())["handle"])
        about = {"handle": f"{name}.test", "email": f"{name}@prueba.test", "password": "una-clave-de-prueba"}
        made = await self._ask("com.atproto.server.createAccount", about)
        wanted = {"name": "pregonero"}
        password = await self._ask("com.atproto.server.createAppPassword", wanted, made["accessJwt"])
        account = Account("bluesky", made["did"], made["handle"], name, made["accessJwt"])
        self._lab.accounts.save(account)
        return web.json_response({**vars(account), "password": password["password"]}, status=201)

    async def _ask(self, name: str, about: dict[str, Any], token: str = "") -> Any:
        assert self._lab.http is not None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._lab.http.post(f"{self._server}/xrpc/{name}", json=about, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def change_token(self, request: web.Request) -> web.Response:
        account = self._lab.accounts.get("bluesky", request.match_info["account"])
        if account is None:
            raise web.HTTPNotFound
        account.access = STATES[request.match_info["act"]]
        return web.json_response(vars(self._lab.accounts.save(account)))

    async def ledger(self, request: web.Request) -> web.Response:
        """What is public on an account, as the real server lists it, oldest first."""
        assert self._lab.http is not None
        query = {"repo": request.query["account"], "collection": COLLECTION, "limit": "100", "reverse": "true"}
        address = f"{self._server}/xrpc/com.atproto.repo.listRecords"
        found: list[dict[str, Any]] = []
        while True:
            async with self._lab.http.get(address, params=query) as answer:
                page = await answer.json()
            found += page["records"]
            if "cursor" not in page:
                break
            query["cursor"] = page["cursor"]
        return web.json_response({"posts": [_shown(each, request.query["account"]) for each in found]})


def _about(token: str) -> dict[str, Any]:
    """What a session's token says of itself."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _shown(record: dict[str, Any], account: str) -> dict[str, Any]:
    key, value = record["uri"].rpartition("/")[2], record["value"]
    images = (value.get("embed") or {}).get("images") or []
    return {
        "id": key, "account": account, "text": value["text"], "media": [each["image"]["ref"] for each in images],
        "record": value, "url": f"https://bsky.app/profile/{account}/post/{key}",
    }  # fmt: skip


async def run(server: str, secret: str, folder: Path) -> None:
    lab, told = LabState(folder), asyncio.Event()
    dialect = Forwarding(server, secret)
    app = web.Application(client_max_size=1024**3)
    Doors(lab, dialect, server).add_to(app)
    app.cleanup_ctx.append(_client(lab))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(json.dumps({"event": "proxy.ready", "url": f"http://127.0.0.1:{runner.addresses[0][1]}"}) + "\n")
    sys.stdout.flush()
    await told.wait()
    lab.faults.release("cut")
    await runner.cleanup()
    lab.book.close()


def _client(lab: LabState) -> Any:
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
