"""Servers that misbehave on the socket, which the laboratory does not do: slow, silent, or with a fixed answer."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket, bytes, threading.Event], None]
HANG = 20.0  # seconds: far beyond the deadlines of these tests, and less than a silent peer waits


class Peer:
    """A server on loopback that treats every connection in the same way, and stores what it received."""

    def __init__(self, behaviour: Behaviour, secure: ssl.SSLContext | None = None) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self._behaviour, self._secure, self._over = behaviour, secure, threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if secure else "http"
        self.address = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        self.connections += 1
        with connection:
            try:
                connection = self._secure.wrap_socket(connection, server_side=True) if self._secure else connection
                said = _whole(connection)
                self.received.append(said)
                self._behaviour(connection, said, self._over)
            except OSError:
                return  # the client hung up, which is what most of these behaviours are for

    def stop(self) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)  # closing alone would not wake whoever waits for a connection
        self._listening.close()


def _whole(connection: socket.socket) -> bytes:
    """Return the head and body of a call, up to 64 KiB."""
    said = connection.recv(65536)
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    missing = min(int(length[1]) if length else 0, 65536) - len(body)
    while missing > 0 and (piece := connection.recv(missing)):
        said, missing = said + piece, missing - len(piece)
    return said


@contextmanager
def peer(behaviour: Behaviour, secure: ssl.SSLContext | None = None) -> Iterator[Peer]:
    running = Peer(behaviour, secure)
    try:
        yield running
    finally:
        running.stop()


def drip(connection: socket.socket, _: bytes, over: threading.Event) -> None:
    """Send a header one byte at a time, without end, so that no single read times out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def drip_body(connection: socket.socket, _: bytes, over: threading.Event) -> None:
    """Send the head at once, and the body one byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def silent(_: socket.socket, __: bytes, over: threading.Event) -> None:
    """Receive the call and never answer."""
    over.wait(30)


def answering(status: str, body: bytes, *headers: str) -> Behaviour:
    """Return a behaviour that gives every call the same answer."""

    def answer(connection: socket.socket, _: bytes, __: threading.Event) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return answer
