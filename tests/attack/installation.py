"""An installation with known secrets, and the traces that it leaves: database, logs, pages and command lines."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.urls import Resolver404, resolve

from pregonero.embedded_postgres import binaries_folder
from pregonero.networks.models import Account
from pregonero.people import known_devices
from pregonero.people.models import Member
from tests.browser.processes import running
from tests.conftest import PASSWORD
from tests.networks.consenting import RETURN, answer, consent_address
from tests.second_factor import device_cookie
from tests.stage import ROOT, Workers

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PLACE = re.compile(r'(?:href|action|src|hx-get|hx-post)="(/[^"#]*)')
EACH_PAGE = 2  # addresses of a page that are opened
ALIVE = 120.0


@dataclass
class HttpUser:
    """A person signed in over HTTP; `seen` collects every response."""

    address: str
    member: Member
    seen: dict[str, str] = field(default_factory=dict)
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, timeout=ALIVE)
        self.http.cookies.set(known_devices.COOKIE, device_cookie(), path="/cuenta/")
        self.get("/cuenta/login/")
        self.post("/cuenta/login/", {"login": self.member.user.email, "password": PASSWORD})

    def get(self, path: str, **query: str) -> httpx.Response:
        """Open a page."""
        return self._remembered(self.http.get(path, params=query))

    def post(self, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Send a form with its CSRF token."""
        token = self.http.cookies.get("csrftoken", "")
        headers = {"Referer": self.address + path}
        return self._remembered(
            self.http.post(path, data={**(data or {}), "csrfmiddlewaretoken": token}, headers=headers)
        )

    def _remembered(self, response: httpx.Response) -> httpx.Response:
        """Store a response with its headers, and follow its redirect."""
        name = f"{self.member.name} {response.request.method} {response.request.url} ({len(self.seen)})"
        self.seen[name] = f"{response.headers}\n{response.text}"
        if response.is_redirect and response.headers["location"].startswith("/"):
            return self._remembered(self.http.get(response.headers["location"]))
        return response

    def connect(self, account: Account, *ids: str) -> httpx.Response:
        """Connect an account through the consent page of its network."""
        page = self.post(f"/cuentas/{account.pk}/conexion/")
        return self.get(RETURN, **answer(consent_address(page.text), *ids))

    def walk(self) -> set[str]:
        """Open the pages that can be reached from Today; return the names of their addresses."""
        waiting, opened = ["/"], dict[str, set[str]]()
        while waiting:
            path = waiting.pop()
            name = _name_of(path)
            if not name or path in opened.setdefault(name, set()) or len(opened[name]) >= EACH_PAGE:
                continue
            opened[name].add(path)
            waiting += PLACE.findall(self.get(path).text)
        return set(opened)


def _name_of(path: str) -> str:
    try:
        name = resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""
    return "" if name in {"account_logout", "media:signed"} or name.startswith("ui:") else name


class _Echo(BaseHTTPRequestHandler):
    """A Bluesky server that accepts any sign-in, and answers any other call with an error that repeats the request."""

    protocol_version = "HTTP/1.1"
    session = ""
    did = "did:plc:eco"

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        if self.path.endswith("createSession"):
            self._answer(200, {"accessJwt": self.session, "refreshJwt": self.session, "did": self.did, "handle": "eco"})
        elif self.path.endswith("uploadBlob"):
            self._answer(200, {"blob": {"$type": "blob", "ref": {"$link": "b"}, "mimeType": "image/jpeg", "size": 1}})
        else:
            self._refuse(said)

    def do_GET(self) -> None:
        if self.path.endswith("getSession"):
            self._answer(200, {"did": self.did, "handle": "eco", "active": True})
        else:
            self._refuse("")

    def _refuse(self, said: str) -> None:
        told = f"{self.headers} {said}"
        self._answer(400, {"error": f"InvalidRequest {told}", "message": told})

    def _answer(self, status: int, about: dict[str, Any]) -> None:
        body = json.dumps(about).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Echo", self.headers.get("Authorization", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write no log."""


@contextmanager
def echo_server(session: str) -> Iterator[str]:
    """Run that server for the duration of the block; `session` is the token that it issues."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Echo", (_Echo,), {"session": session}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Traces:
    """The texts that an installation left, by kind of place and name."""

    secrets: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, place: str, name: str, text: str) -> None:
        """Store a text."""
        self.places.setdefault(place, {})[name] = text


@contextmanager
def running_with_log(workers: Workers, log: Path) -> Iterator[None]:
    """Run the web and a worker for the duration of the block, with their output in a file."""
    port = workers.environment["PREGONERO_PUBLIC_ADDRESS"].rpartition(":")[2]
    module = [sys.executable, "-m", "tests.attack.faulty_processes"]
    with log.open("w") as output, running(workers, output, [*module, "web", port], [*module, "worker"]):
        yield


def process_arguments() -> dict[str, str]:
    """Return the command line of every process that can be read."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found[path.parent.name] = path.read_bytes().replace(b"\x00", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # the process has ended
    return found


def dump_of(url: str) -> str:
    """Return the whole database as text."""
    dump = [str(binaries_folder() / "pg_dump"), f"--dbname={url}", "--inserts"]
    return subprocess.run(dump, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def output_of(workers: Workers, *arguments: str) -> str:
    """Return the output of a `pregonero` command."""
    command = [sys.executable, "-m", "pregonero", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=workers.environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
