"""The time limit of a whole reading. A site that drips a byte at a time never runs into a socket's own time-
out.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pregonero.newsroom.reading.errors import Unreachable


class Deadline:
    """A moment after which a reading is cut, wherever it hangs: in the answer's head, in its body, in TLS."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds

    @property
    def _too_long(self) -> str:
        seconds = f"{self.seconds:g}".replace(".", ",")
        return f"tardó más de {seconds} segundos en llegar; se intentará más tarde."

    def left(self) -> float:
        """Return the seconds left; a little even at the end, since 0 would mean no limit to a socket."""
        return max(self.ends - time.monotonic(), 0.01)

    def is_over(self) -> bool:
        """Return whether the time is up."""
        return time.monotonic() >= self.ends

    def check(self, what: str) -> None:
        """Raise `Unreachable` when the time is up: what came until then may be half of it."""
        if self.is_over():
            raise Unreachable(f"{what} {self._too_long}")

    def words(self, what: str, host: str) -> str:
        """Return why a connection ended: the time was up, or the site cut it."""
        if self.is_over():
            return f"{what} {self._too_long}"
        return f"No hubo conexión con «{host}», o se cortó a la mitad; se intentará más tarde."

    @contextmanager
    def cuts(self, sock: socket.socket | None) -> Iterator[None]:
        """Shut the socket down when the time is up, also while another call waits on it."""
        timer = threading.Timer(self.left(), _shut, args=(sock,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _shut(sock: socket.socket | None) -> None:
    if sock is not None:
        # The base class's shutdown: the one of TLS would drop its state under the reading thread. It may be
        # closed.
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
