"""A local HTTP server whose answer for each path is set by the test, faults included."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Website:
    """The handlers of the paths, and the requests that were received."""

    port: int = 0
    pages: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def at(self, path: str) -> str:
        return f"http://{self.authority}{path}"

    def put(self, path: str, body: bytes | str, kind: str = "text/html; charset=utf-8", **headers: str) -> str:
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = answering(content, kind, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.at(path)

    def redirect(self, path: str, target: str) -> str:
        self.pages[path] = answering(b"", "text/plain", {"Location": target}, status=302)
        return self.at(path)


def answering(body: bytes, kind: str, headers: dict[str, str], status: int = 200) -> Behaviour:
    def behave(request: BaseHTTPRequestHandler) -> None:
        etag = headers.get("ETag")
        known = etag is not None and request.headers.get("If-None-Match") == etag
        request.send_response(304 if known else status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        if not known:
            request.wfile.write(body)

    return behave


def streaming(chunk: bytes, times: int, kind: str, headers: dict[str, str] | None = None) -> Behaviour:
    """Return a handler that sends chunks without Content-Length until the client closes the connection."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        for _ in range(times):
            request.wfile.write(chunk)

    return behave


@contextmanager
def running() -> Iterator[Website]:
    website = Website()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            website.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            behaviour = website.pages.get(self.path, answering(b"no", "text/plain", {}, status=404))
            with suppress(ConnectionError):  # the client may have closed the connection
                behaviour(self)

        def log_message(self, *_arguments: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    website.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield website
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
