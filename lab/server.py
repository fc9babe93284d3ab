"""Starts and stops the lab: one process on one loopback port."""

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

from lab.accounts import DEMO_SEED
from lab.admin import Admin
from lab.graph import api as graph
from lab.graph.page_audit import PageAuditAdmin
from lab.intent_pages import IntentPages
from lab.mastodon import api as mastodon
from lab.moderation import ModerationAdmin
from lab.network_api import NetworkApi
from lab.oauth.consent_pages import ConsentPages
from lab.pages import PublicPages
from lab.private_pages import PrivatePages
from lab.request_handler import RequestHandler
from lab.site.website import Site
from lab.state import LabState
from lab.x import api as x
from lab.x.filtered_stream import set_stream
from lab.youtube import api as youtube
from lab.youtube.hub import list_subscriptions
from lab.youtube.live import LiveAdmin

MAX_BODY = 1024**3
SHUTDOWN_TIMEOUT = 0.05  # seconds; after it, held and slow calls are cut
END_SECONDS = 9  # from SIGTERM to the end of the process
APIS: tuple[tuple[str, NetworkApi], ...] = (
    (r"/x/{path:2/.+}", x.API),
    (r"/graph/{path:.*}", graph.API),
    (r"/mastodon/{path:(?:api|oauth)/.+}", mastodon.API),
    (r"/youtube/{path:(?:youtube/v3|upload|resumable|token|revoke|subscribe|v3).*}", youtube.API),
)


def serve(host: str, port: int, data: Path, demo: bool = True, seeds: tuple[Path, ...] = (), *, seed: int = 0) -> None:
    """Run until SIGTERM or SIGINT.

    Prints {"event": "lab.ready", "port": …, "url": …} on standard output once it listens.
    """
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    asyncio.run(_run(host, port, data, ((DEMO_SEED,) if demo else ()) + seeds, seed))


async def _run(host: str, port: int, data: Path, seeds: tuple[Path, ...], seed: int) -> None:
    lab = LabState(data, seed)
    for accounts in seeds:
        lab.accounts.seed(accounts)
    runner = web.AppRunner(build(lab), access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT)
    stop_requested = _on_signal()
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=1024).start()
        _announce(host, runner)
        await stop_requested.wait()
    finally:
        lab.faults.release("cut")
        await runner.cleanup()
        lab.database.close()


def _announce(host: str, runner: web.AppRunner) -> None:
    port = runner.addresses[0][1]
    ready = {"event": "lab.ready", "port": port, "url": f"http://{host}:{port}"}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _on_signal() -> asyncio.Event:
    stop_requested = asyncio.Event()

    def stop() -> None:
        # A thread that draws a video is not interrupted; SIGALRM then ends the process.
        signal.setitimer(signal.ITIMER_REAL, END_SECONDS)
        stop_requested.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    return stop_requested


def build(lab: LabState) -> web.Application:
    """Return the application: the admin API, the networks, their pages and the demonstration website."""
    app = web.Application(client_max_size=MAX_BODY)
    Admin(lab).add_to(app)
    ModerationAdmin(lab).add_to(app)
    PageAuditAdmin(lab).add_to(app)
    LiveAdmin(lab).add_to(app)
    app.router.add_post("/streams/x", set_stream)
    app.router.add_get("/hubs/youtube", list_subscriptions)
    ConsentPages(lab).add_to(app)
    IntentPages(lab).add_to(app)
    for pattern, api in APIS:
        app.router.add_route("*", pattern, _handler(lab, api))
    site = Site(lab)
    site.add_to(app)
    PublicPages(lab, site.find).add_to(app)
    PrivatePages(lab).add_to(app)
    app.cleanup_ctx.append(_background(lab))
    return app


def _handler(lab: LabState, api: NetworkApi) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await RequestHandler(lab, api, request, "/" + request.match_info["path"]).run()

    return handle


def _background(lab: LabState) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        lab.http = lab.notices.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        committer = asyncio.create_task(lab.commit_periodically())
        yield
        for task in (committer, *lab.background_tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await lab.http.close()

    return run
