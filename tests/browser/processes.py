"""Start and stop the web and worker processes of the browser tests, each installation on its own database."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import IO, TypeVar

import httpx
from django.conf import settings
from django.test import override_settings

from pregonero.processes import become, stop
from tests.databases import as_default_database
from tests.lab.process import Lab, until
from tests.stage import Workers, workers_on

Result = TypeVar("Result")
PREGONERO = (sys.executable, "-m", "pregonero")
PLAIN_LEASE, PLAIN_CALL = 45, 20  # seconds, as in production: these tests kill no worker


def installation(url: str, lab: Lab) -> Workers:
    """Return the settings to start processes on a database, with the laboratory as the networks."""
    return workers_on(url, lab, lease=PLAIN_LEASE, call=PLAIN_CALL)


def web_command(workers: Workers) -> list[str]:
    """Return the command that starts the web."""
    return [*PREGONERO, "web", "--port", port_of(workers)]


def port_of(workers: Workers) -> str:
    """Return the port of the web."""
    return address_of(workers).rpartition(":")[2]


def address_of(workers: Workers) -> str:
    """Return the address of the web."""
    return workers.environment["PREGONERO_PUBLIC_ADDRESS"]


@contextmanager
def running(workers: Workers, log: IO[str], *commands: list[str]) -> Iterator[None]:
    """Run the processes for the duration of the block, which starts once the web answers."""
    dying = partial(become, None, signal_at_parent_death=signal.SIGTERM)
    children = [
        subprocess.Popen(command, env=workers.environment, stdout=log, stderr=log, text=True, preexec_fn=dying)  # noqa: PLW1509
        for command in commands
    ]
    try:
        until(lambda: _answers(f"{address_of(workers)}/salud/"), timeout=180)
        yield
    finally:
        stop(*children)


def run_in_thread(workers: Workers, act: Callable[[], Result]) -> Result:
    """Call a function on the installation's database, in another thread: Playwright's event loop runs in this one."""

    def run() -> Result:
        told = {
            name: workers.environment.get(f"PREGONERO_{name.upper()}_ADDRESS") for name in settings.NETWORK_ADDRESSES
        }
        networks = settings.NETWORK_ADDRESSES | {name: address for name, address in told.items() if address}
        changed = override_settings(
            PUBLIC_ADDRESS=address_of(workers), NETWORK_ADDRESSES=networks, PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"]
        )
        with as_default_database(workers.url), changed:
            return act()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False
