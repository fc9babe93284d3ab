"""Installs the real Bluesky server and runs it, behind its proxy, for a session of tests.

npm installs the packages of `package-lock.json` once, in a folder outside of the repository: `PREGONERO_TEST_CACHE`, or
the user's cache.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.databases import fresh_database

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MIN_NODE_VERSION = 20
INSTALL_TIMEOUT, END_TIMEOUT = 900, 60  # seconds


class ServerUnavailable(Exception):
    """The Bluesky server cannot run on this machine; the message is the reason, in Spanish."""


@dataclass
class Bluesky:
    """A running server behind its proxy, with the interface of the lab of the tests."""

    url: str
    server: str
    client: httpx.Client

    def new_account(self, name: str) -> dict[str, Any]:
        response = self.client.post("/accounts", json={"handle": name})
        response.raise_for_status()
        account: dict[str, Any] = response.json()
        return account

    def posts(self, *, account: str, **_: Any) -> list[dict[str, Any]]:
        posts: list[dict[str, Any]] = self.client.get("/ledger.json", params={"account": account}).json()["posts"]
        return posts

    def fault(self, **rule: Any) -> None:
        response = self.client.post("/faults", json=[rule])
        assert response.status_code == httpx.codes.CREATED, response.text


def install_server() -> Path:
    """Return the folder with the server's packages, and install them if they are missing or out of date."""
    _check_node()
    cache = os.environ.get("PREGONERO_TEST_CACHE") or Path.home() / ".cache" / "pregonero-tests"
    folder = Path(cache) / "bluesky"
    folder.mkdir(parents=True, exist_ok=True)
    lock_file = (HERE / "package-lock.json").read_text(encoding="utf-8")
    marker = folder / "installed.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists() or marker.read_text(encoding="utf-8") != lock_file:
            _install(folder)
            marker.write_text(lock_file, encoding="utf-8")
    return folder


def _check_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ServerUnavailable("no hay Node con npm")
    output = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", output)
    if version is None or int(version[1]) < MIN_NODE_VERSION:
        raise ServerUnavailable(
            f"Node {output.strip() or 'no dice su versión'}: hace falta {MIN_NODE_VERSION} o posterior"
        )


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    environment = os.environ | _node_headers()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT
        )
    except subprocess.TimeoutExpired as cause:
        raise ServerUnavailable(f"npm no terminó de instalar en {INSTALL_TIMEOUT} segundos") from cause
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERR" in line or "error" in line]
        raise ServerUnavailable(f"npm no pudo instalar el servidor: {' '.join(lines[:3])[:300]}")


def _node_headers() -> dict[str, str]:
    """Return the npm setting that names Node's headers, where they are installed beside Node, as on Debian.

    Without it, npm downloads them from nodejs.org to compile a native package, and cannot where that site is closed.
    """
    node = shutil.which("node")
    folder = Path(node).resolve().parent.parent if node else None
    if folder is None or not (folder / "include/node/common.gypi").exists():
        return {}
    return {"npm_config_nodedir": str(folder)}


@contextmanager
def running_server(data: Path, *options: str) -> Iterator[Bluesky]:
    """Run the server and its proxy for the time of the block; the option "limits" turns on its rate limits."""
    packages = install_server()
    (data / "servidor").mkdir()
    with ExitStack() as stack:
        database = stack.enter_context(fresh_database())
        command = ["node", str(HERE / "server.mjs"), str(data / "servidor"), database, *options]
        server = stack.enter_context(_process(command, packages))
        proxy = [sys.executable, "-m", "tests.bluesky.proxy", server["url"], server["jwtSecret"], str(data / "puerta")]
        with _process(proxy, ROOT) as ready, httpx.Client(base_url=ready["url"], timeout=120) as client:
            yield Bluesky(ready["url"], server["url"], client)


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[dict[str, Any]]:
    """Start a process, yield the JSON line that it prints when it is ready, and end it with SIGTERM."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ServerUnavailable(f"{Path(command[0]).name} terminó con {process.wait(END_TIMEOUT)} sin empezar")
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
