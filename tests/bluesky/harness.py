"""Install the real Bluesky server once, start it for a session of tests, and say why when it cannot be.

It comes with npm, exactly as `package-lock.json` says, into a folder outside of the repository that stays from one run
to the next: `PREGONERO_TEST_CACHE`, or the user's own cache.
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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LEAST_NODE = 20
INSTALLING, STARTING = 900, 60  # seconds


class NotHere(Exception):
    """There is no Bluesky server on this machine; the reason is the message."""


@dataclass
class Bluesky:
    """The server behind its proxy, with the laboratory's manners."""

    url: str
    server: str
    client: httpx.Client

    def new_account(self, name: str) -> dict[str, Any]:
        made = self.client.post("/accounts", json={"handle": name})
        made.raise_for_status()
        account: dict[str, Any] = made.json()
        return account

    def posts(self, *, account: str, **_: Any) -> list[dict[str, Any]]:
        posts: list[dict[str, Any]] = self.client.get("/ledger.json", params={"account": account}).json()["posts"]
        return posts

    def fault(self, **rule: Any) -> None:
        made = self.client.post("/faults", json=[rule])
        assert made.status_code == httpx.codes.CREATED, made.text


def installed() -> Path:
    """Return the folder where the server is installed, as the lock file says; installs it when it is not."""
    _check_node()
    cache = os.environ.get("PREGONERO_TEST_CACHE") or Path.home() / ".cache" / "pregonero-tests"
    folder = Path(cache) / "bluesky"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package-lock.json").read_text(encoding="utf-8")
    done = folder / "installed.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            _install(folder)
            done.write_text(wanted, encoding="utf-8")
    return folder


def _check_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotHere("no hay Node con npm")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    if version is None or int(version[1]) < LEAST_NODE:
        raise NotHere(f"Node {said.strip() or 'no dice su versión'}: hace falta {LEAST_NODE} o posterior")


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    environment = os.environ | _node_headers()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=INSTALLING
        )
    except subprocess.TimeoutExpired as cause:
        raise NotHere(f"npm no terminó de instalar en {INSTALLING} segundos") from cause
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERR" in line or "error" in line]
        raise NotHere(f"npm no pudo instalar el servidor: {' '.join(lines[:3])[:300]}")


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
def running(data: Path, *options: str) -> Iterator[Bluesky]:
    """Have the server and its proxy up for the time of the block; with "limits", with its own limits of calls."""
    packages = installed()
    (data / "servidor").mkdir()
    with _process(["node", str(HERE / "server.mjs"), str(data / "servidor"), *options], packages) as server:
        proxy = [sys.executable, "-m", "tests.bluesky.proxy", server["url"], server["jwtSecret"], str(data / "puerta")]
        with _process(proxy, ROOT) as ready, httpx.Client(base_url=ready["url"], timeout=120) as client:
            yield Bluesky(ready["url"], server["url"], client)


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[dict[str, Any]]:
    """Start a process that says in one line of JSON that it is ready; end it as a supervisor does."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise NotHere(f"{Path(command[0]).name} terminó con {process.wait(STARTING)} sin empezar")
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
