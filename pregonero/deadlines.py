"""The time limit of a whole HTTP call, enforced below the HTTP library: every wait on the socket ends at the deadline.

The time limits of HTTP libraries apply between two bytes: a peer that sends one byte at a time could block a worker for
ever. This module also records whether any byte was sent, which decides whether a call may be repeated.
"""

import io
import socket
import threading
import time
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from pregonero.ssrf import open_addresses

CHUNK = 64 * 1024  # bytes sent between two checks of the deadline
CONNECT_SECONDS = 10.0
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boottime() -> float:
    """Return the seconds of a clock that is never adjusted and keeps running while the machine is suspended."""
    return time.clock_gettime(_CLOCK)


class _Call(threading.local):
    """The HTTP call of the current thread: its deadline, of `boottime`, and whether any byte of it was sent."""

    deadline: float = 0.0
    sent: bool = False

    def seconds_left(self) -> float:
        """Return the seconds until the deadline. Raises `TimeoutError` after it."""
        left = self.deadline - boottime()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return left


CALL = _Call()


class _Reader(io.RawIOBase):
    """The bytes that arrive on a socket; no read waits past the call's deadline."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        self._raw = cast(io.RawIOBase, connected.makefile("rb", buffering=0))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connected.settimeout(CALL.seconds_left())
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """A connected socket on which no read or write waits past the call's deadline."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def settimeout(self, seconds: float | None) -> None:
        """Ignore the time limit of the HTTP library: the call's deadline is never later."""

    def sendall(self, data: Any) -> None:
        """Send everything in chunks. Raises `TimeoutError` before a chunk that would leave after the deadline."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), CHUNK):
            # A process that was suspended past its deadline must not send anything.
            self._connected.settimeout(CALL.seconds_left())
            CALL.sent = True
            self._connected.sendall(view[start : start + CHUNK])

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        """Return the file from which the HTTP library reads the response."""
        return io.BufferedReader(_Reader(self._connected))


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _limit_handshake(super()._new_conn())

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _TimedSocket(self.sock))


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _limit_handshake(super()._new_conn())

    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _TimedSocket(self.sock))


class _PublicConnection(_Connection):
    def _new_conn(self) -> socket.socket:
        return _connect_to_public(self)


class _PublicSecureConnection(_SecureConnection):
    def _new_conn(self) -> socket.socket:
        return _connect_to_public(self)


def _connect_to_public(connection: HTTPConnection) -> socket.socket:
    """Connect to the first address that answers, of a host whose addresses are all public or allowed by name.

    The name is resolved once: a name that changes its address between the check and the connection (DNS rebinding)
    gains nothing. Raises `ssrf.NotPublic` and `ssrf.Unreachable`.
    """
    failure: Exception | None = None
    for ip in open_addresses(connection.host, int(connection.port or 0)):
        try:
            sock = socket.create_connection(
                (ip, connection.port or 0), timeout=min(CONNECT_SECONDS, CALL.seconds_left())
            )
        except OSError as error:
            failure = error
            continue
        for option in connection.socket_options or ():
            sock.setsockopt(*option)
        return _limit_handshake(sock)
    raise NewConnectionError(connection, f"no address of the host answers: {failure}") from failure


def _limit_handshake(sock: socket.socket) -> socket.socket:
    """Set the time limit of the whole TLS handshake, which the standard library applies to all its steps together."""
    sock.settimeout(min(CONNECT_SECONDS, CALL.seconds_left()))
    return sock


class TimedHTTP(HTTPConnectionPool):
    """Unencrypted connections: to the laboratory, on this machine."""

    ConnectionCls = _Connection


class TimedHTTPS(HTTPSConnectionPool):
    """Encrypted connections to the hosts of the installation's own settings."""

    ConnectionCls = _SecureConnection


class PublicHTTP(HTTPConnectionPool):
    """Unencrypted connections to a host that a person wrote: never into a private network, unless allowed by name."""

    ConnectionCls = _PublicConnection


class PublicHTTPS(HTTPSConnectionPool):
    """Encrypted connections to a host that a person wrote: never into a private network, unless allowed by name."""

    ConnectionCls = _PublicSecureConnection
