"""What the three ways of reading a server have in common: the sign-in, the entries of a folder, and the errors.

ServerError
├── NoAnswer            it does not answer, or not in time
├── SignInRefused       it does not accept the user or the password
├── ServerKeyUnknown    nobody has confirmed its key or certificate; nothing secret was sent to it
├── ServerMisbehaves    its answers make no sense or have no end
└── FileRefused         it does not give one file or folder; the connection goes on
"""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pregonero.errors import Refused
from pregonero.ssrf import open_addresses

CHUNK = 64 * 1024  # bytes
ANSWER_SECONDS = 15.0  # between two bytes of the server
MOST_ENTRIES = 5_000  # of one folder


class ServerError(Refused):
    """The server of the manual could not be read; the message says why and what to do."""

    code = "brand_server"


class NoAnswer(ServerError):
    """The server does not answer, or not in time."""


class SignInRefused(ServerError):
    """The server does not accept the user or the password."""


class ServerKeyUnknown(ServerError):
    """Nobody has confirmed the key of the server, whose fingerprint is `data["fingerprint"]`."""


class ServerMisbehaves(ServerError):
    """The answers of the server make no sense, or have no end."""


class FileRefused(ServerError):
    """The server does not give one file or folder; the others can still be read."""


@dataclass(frozen=True)
class Login:
    """Where the server is and who signs in. `server_key` is the confirmed fingerprint of its key or certificate."""

    protocol: str  # "FTP", "FTPS" or "SFTP"
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = ""
    server_key: str = ""


@dataclass(frozen=True)
class Entry:
    """A file or a folder. `name` is shown, `path` is what the server understands.

    `size` is in bytes, None if the server does not say it; `modified` is a text that changes with the file, or empty.
    """

    name: str
    path: str
    is_folder: bool
    size: int | None = None
    modified: str = ""


class Connection(Protocol):
    """A connection to the server of the manual. Every call raises `ServerError`."""

    def list_folder(self, path: str) -> Iterator[Entry]:
        """Yield the files and folders of a folder; links and devices are left out. An empty path is the first one."""

    def read(self, entry: Entry) -> Iterator[bytes]:
        """Yield the content of a file."""

    def close(self) -> None:
        """Close the connection."""


class TimeLimit:
    """Calls `stop` once when the time of a connection is over, so that no server keeps it open with single bytes."""

    def __init__(self, seconds: float, stop: Callable[[], None]) -> None:
        self.is_over = False
        self._stop = stop
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.is_over = True
        self._stop()

    def cancel(self) -> None:
        """Leave the connection open for longer: it was closed already."""
        self._timer.cancel()


def open_socket(host: str, port: int) -> socket.socket:
    """Connect to a host that a person wrote. Raises `ssrf.NotPublic`, `ssrf.Unreachable` or `NoAnswer`."""
    for ip in open_addresses(host, port):
        try:
            return socket.create_connection((ip, port), timeout=ANSWER_SECONDS)
        except OSError:
            continue  # the next address of the host; without one, the error below
    raise no_answer(host)


def no_answer(host: str) -> NoAnswer:
    """Return the error for a server that does not answer."""
    return NoAnswer(f"«{host}» no responde. Revisa la dirección y el puerto, o espera: se intenta otra vez.")


def too_slow(host: str) -> NoAnswer:
    """Return the error for a server that took more than its time."""
    return NoAnswer(f"«{host}» tardó demasiado en responder y se dejó. Se intenta otra vez más tarde.")


def sign_in_refused(host: str) -> SignInRefused:
    """Return the error for a user or a password that the server does not accept."""
    return SignInRefused(f"«{host}» no acepta el usuario o la contraseña. Escríbelos otra vez.")


def key_unknown(login: Login, fingerprint: str) -> ServerKeyUnknown:
    """Return the error for a server whose key nobody has confirmed, or whose key has changed."""
    changed = "ya no es la que se confirmó" if login.server_key else "no se ha confirmado"
    return ServerKeyUnknown(
        f"La llave de «{login.host}» {changed}: compara su huella con quien administra el servidor.",
        fingerprint=fingerprint,
    )
