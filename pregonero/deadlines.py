"""The time limit of a whole call, kept below the HTTP library: a wait on the socket has only what is left of it.

A time limit between two bytes, which is what HTTP libraries offer, lets a peer that sends one byte at a
time hold a worker for ever. Whether anything left this machine is noted here too: it decides whether a call
may be repeated.
"""

import io
import socket
import threading
import time
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from pregonero.ssrf import is_allowed, is_public

PIECE = 64 * 1024  # bytes sent between two looks at the clock
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boottime() -> float:
    """Return seconds of a clock that nobody sets and that also runs while this machine sleeps."""
    return time.clock_gettime(_CLOCK)


class _Call(threading.local):
    """The call that this thread is making: when it must be over, and whether a byte of it was sent."""

    deadline: float = 0.0
    sent: bool = False

    def left(self) -> float:
        left = self.deadline - boottime()
        if left <= 0:
            raise TimeoutError("the call's time is over")
        return left


CALL = _Call()


class _Reader(io.RawIOBase):
    """What comes from a socket, waiting no longer than what is left of the call."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        self._raw = cast(io.RawIOBase, connected.makefile("rb", buffering=0))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connected.settimeout(CALL.left())
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """A connected socket whose every wait ends with the call that is being made."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def settimeout(self, seconds: float | None) -> None:
        """Take no notice: the limit of the whole call holds, which is never longer."""

    def sendall(self, data: Any) -> None:
        """Send everything, in pieces, each with what is left of the call's time."""
        view = memoryview(data).cast("B")
        for at in range(0, len(view), PIECE):
            # The last look before anything leaves: who was suspended until its time was over sends nothing.
            self._connected.settimeout(CALL.left())
            CALL.sent = True
            self._connected.sendall(view[at : at + PIECE])

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        """Return what the HTTP library reads the answer from."""
        return io.BufferedReader(_Reader(self._connected))


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _TimedSocket(self.sock))


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _TimedSocket(self.sock))


class _OpenConnection(_Connection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _OpenSecureConnection(_SecureConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


def _checked(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Return a connection whose other end is public, or allowed by name; on any other not a byte is sent."""
    ip = str(connected.getpeername()[0])
    if not is_public(ip) and not is_allowed(connection.host, int(connection.port or 0), ip):
        connected.close()
        raise NewConnectionError(connection, "the address is inside a private network")
    return connected


class TimedHTTP(HTTPConnectionPool):
    """Connections in the clear: only the laboratory's, on this machine."""

    ConnectionCls = _Connection


class TimedHTTPS(HTTPSConnectionPool):
    """Connections to the real networks."""

    ConnectionCls = _SecureConnection


class OpenHTTP(HTTPConnectionPool):
    """Connections in the clear to an address that a person wrote: only where the installation allows it by name."""

    ConnectionCls = _OpenConnection


class OpenHTTPS(HTTPSConnectionPool):
    """Connections to an address that a person wrote: never into a private network, whatever its name answers now."""

    ConnectionCls = _OpenSecureConnection
