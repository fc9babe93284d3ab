"""Start the laboratory and stop it: one process, one loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from lab import graph, mastodon, x, youtube
from lab.accounts import DEMO_SEED
from lab.admin import Admin
from lab.messages import Dialect
from lab.oauth.pages import ConsentPages
from lab.pages import Pages
from lab.request_handler import RequestHandler
from lab.site import Site
from lab.state import LabState

MAX_BODY = 1024**3
# A held or slow call must not delay the end: what still runs after this long is cut.
PATIENCE = 0.05
BASES: dict[str, tuple[str, Dialect]] = {
    "x": (r"/x/{path:2/.+}", x.DIALECT),
    "graph": (r"/graph/{path:.*}", graph.DIALECT),
    "mastodon": (r"/mastodon/{path:(?:api|oauth)/.+}", mastodon.DIALECT),
    "youtube": (r"/youtube/{path:(?:youtube/v3|upload|resumable|token|revoke|v3).*}", youtube.DIALECT),
}


def serve(host: str, port: int, data: Path, demo: bool = True, seeds: tuple[Path, ...] = (), *, seed: int = 0) -> None:
    """Run until SIGTERM or SIGINT; says {"event": "lab.ready", "port": …} on standard output when it listens."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    asyncio.run(_run(host, port, data, ((DEMO_SEED,) if demo else ()) + seeds, seed))


async def _run(host: str, port: int, data: Path, seeds: tuple[Path, ...], seed: int) -> None:
    lab = LabState(data, seed)
    for accounts in seeds:
        lab.accounts.seed(accounts)
    runner = web.AppRunner(build(lab), access_log=None, shutdown_timeout=PATIENCE)
    told_to_stop = _on_signal()
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=1024).start()
        _announce(host, runner)
        await told_to_stop.wait()
    finally:
        lab.faults.release("cut")
        await runner.cleanup()
        lab.book.close()


def _announce(host: str, runner: web.AppRunner) -> None:
    port = runner.addresses[0][1]
    ready = {"event": "lab.ready", "port": port, "url": f"http://{host}:{port}"}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _on_signal() -> asyncio.Event:
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


def build(lab: LabState) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY)
    Admin(lab).add_to(app)
    ConsentPages(lab).add_to(app)
    for pattern, dialect in BASES.values():
        app.router.add_route("*", pattern, _listener(lab, dialect))
    Site(lab).add_to(app)
    Pages(lab).add_to(app)
    app.cleanup_ctx.append(_background(lab))
    return app


def _listener(lab: LabState, dialect: Dialect) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def listen(request: web.Request) -> web.StreamResponse:
        return await RequestHandler(lab, dialect, request, "/" + request.match_info["path"]).run()

    return listen


def _background(lab: LabState) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        lab.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        keeper = asyncio.create_task(lab.keep_book())
        yield
        for task in (keeper, *lab.errands):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await lab.http.close()

    return run
