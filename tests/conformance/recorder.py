"""A server between a connector and the laboratory that stores every request as it was received."""

import email
import email.policy
import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOP = ("connection", "transfer-encoding", "content-length")


@dataclass
class Request:
    """A request as it was sent: its address and its body."""

    method: str
    path: str  # below the network's base address
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes = field(repr=False)

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields of the body, which may be JSON, a form or multipart."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("application/json"):
            found: dict[str, Any] = json.loads(self.raw)
            return found
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))
        if kind.startswith("multipart/related"):
            said: dict[str, Any] = json.loads(self._parts()[0].get_payload(decode=True))
            return said
        if kind.startswith("multipart/form-data"):
            return {
                str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
                for part in self._parts()
                if part.get_filename() is None
            }
        return {}

    @property
    def files(self) -> set[str]:
        """Return the names of the fields of the body that contain files."""
        if not self.headers.get("content-type", "").startswith("multipart/form-data"):
            return set()
        return {
            str(part.get_param("name", header="content-disposition")) for part in self._parts() if part.get_filename()
        }

    def _parts(self) -> list[Any]:
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        whole = email.message_from_bytes(head + self.raw, policy=email.policy.HTTP)
        return list(whole.iter_parts())

    def matches(self, method: str, path: str) -> dict[str, str] | None:
        """Return the values of the braces of a path if the request has that method and path, or None."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
        found = re.fullmatch(pattern, self.path) if method == self.method else None
        return None if found is None else found.groupdict()


class Recorder:
    """The recording server, with the requests in order."""

    def __init__(self, port: int) -> None:
        self.requests: list[Request] = []
        self._port = port
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                recorder._pass_on(self)

            do_GET = do_POST = do_PUT = do_DELETE = _pass_on

            def log_message(self, format: str, *args: Any) -> None:
                """Write no log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _pass_on(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        address = urlsplit(call.path)
        path = address.path.lstrip("/").partition("/")[2]
        headers = {name.lower(): value for name, value in call.headers.items()}
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        self.requests.append(Request(call.command, f"/{path}", query, headers, body))
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        # The laboratory gives addresses at the host that it was asked at: they come through here again.
        connection.request(call.command, call.path, body=body or None, headers=dict(call.headers.items()))
        answer = connection.getresponse()
        content = answer.read()
        call.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                call.send_header(name, value)
        call.send_header("Content-Length", str(len(content)))
        call.end_headers()
        call.wfile.write(content)
        connection.close()


@contextmanager
def recording(port: int) -> Iterator[Recorder]:
    """Run a recorder in front of the laboratory during the block."""
    recorder = Recorder(port)
    thread = threading.Thread(target=recorder.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.server.shutdown()
        recorder.server.server_close()
        thread.join(60)
