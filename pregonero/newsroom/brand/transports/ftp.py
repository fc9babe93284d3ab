"""FTP with user and password, and FTPS (explicit TLS, RFC 4217), over the standard library's client.

The client takes an address that was checked, reads a bounded number of bytes of answers and listings, and ends at its
time limit whatever the server does. File names travel as the server's own bytes (latin-1 keeps each one).
"""

import ftplib
import hashlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pregonero.newsroom.brand.transports.base import (
    ANSWER_SECONDS,
    CHUNK,
    MOST_ENTRIES,
    Entry,
    FileRefused,
    Login,
    NoAnswer,
    ServerError,
    ServerMisbehaves,
    TimeLimit,
    key_unknown,
    no_answer,
    open_socket,
    sign_in_refused,
    too_slow,
)
from pregonero.newsroom.brand.transports.listings import Line, list_line, mlsd_line

MOST_ANSWER_BYTES = 4 * 1024 * 1024  # of all the answers of a connection
MOST_LISTING_BYTES = 2 * 1024 * 1024
NOT_SIGNED_IN = "530"
NOT_SUPPORTED = {"500", "501", "502", "504"}


class _Client(ftplib.FTP):
    """A client that counts what the server answers. `data_socket` is that of the transfer under way."""

    answer_bytes = 0
    data_socket: socket.socket | None = None

    def use(self, connected: socket.socket, host: str) -> None:
        """Take a connected socket, and read the greeting."""
        self.sock, self.af, self.host = connected, connected.family, host
        self.timeout = ANSWER_SECONDS
        self.file = connected.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()

    def getline(self) -> str:
        """Return a line of an answer. Raises `ServerMisbehaves` when the answers have no end."""
        line = super().getline()
        self.answer_bytes += len(line)
        if self.answer_bytes > MOST_ANSWER_BYTES:
            raise ServerMisbehaves(f"«{self.host}» responde sin fin y se dejó de leer.")
        return line

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """Open the connection of a transfer, always to the server's own address."""
        self.data_socket, size = super().ntransfercmd(cmd, rest)
        return self.data_socket, size


class _SecureClient(_Client, ftplib.FTP_TLS):
    """A client of FTPS whose transfers have the same certificate, and the same TLS session, as its commands."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321  FTP is what the manual's server speaks
        self.data_socket = data
        control = self.sock
        assert isinstance(control, ssl.SSLSocket)  # noqa: S101  `_secure` was called
        secure = self.context.wrap_socket(data, server_hostname=self.host, session=control.session)
        self.data_socket = secure
        if _fingerprint(secure) != _fingerprint(control):
            raise ServerMisbehaves(f"«{self.host}» cambia de certificado al enviar los archivos: no se leen.")
        return secure, size


class FTPConnection:
    """A connection by FTP or FTPS."""

    def __init__(self, login: Login, *, seconds: float) -> None:
        self._login = login
        self._client: _Client | None = None
        self._has_mlsd = True
        self._limit = TimeLimit(seconds, self._stop)
        try:
            with self._errors():
                self._root = self._ready().pwd().rstrip("/")
        except Exception:
            self.close()
            raise

    def list_folder(self, path: str) -> Iterator[Entry]:
        """Yield the files and folders of a folder."""
        folder = path or self._root or "/"
        with self._errors():
            for line in self._lines(folder):
                if line.raw_name in {b".", b".."}:
                    continue
                below = f"{folder.rstrip('/')}/{line.raw_name.decode('latin-1')}"
                yield Entry(line.name, below, line.is_folder, line.size, line.modified)

    def read(self, entry: Entry) -> Iterator[bytes]:
        """Yield the content of a file."""
        with self._errors(), self._transfer(self._ready(), f"RETR {entry.path}") as data:
            while chunk := data.recv(CHUNK):
                yield chunk

    def close(self) -> None:
        """Close the connection without a word: a server that hangs would keep us waiting."""
        self._limit.cancel()
        if self._client is not None:
            self._client.close()
            self._client = None

    def _lines(self, folder: str) -> list[Line]:
        client = self._ready()
        try:
            client.cwd(folder)
            if self._has_mlsd:
                try:
                    return self._read_lines(client, "MLSD")
                except ftplib.error_perm as error:
                    if str(error)[:3] not in NOT_SUPPORTED:
                        raise
                    self._has_mlsd = False
            return self._read_lines(client, "LIST")
        except ftplib.error_perm as error:
            raise FileRefused("El servidor no deja ver esta carpeta.") from error

    def _read_lines(self, client: _Client, command: str) -> list[Line]:
        received = bytearray()
        with self._transfer(client, command) as data:
            while chunk := data.recv(CHUNK):
                received += chunk
                if len(received) > MOST_LISTING_BYTES or received.count(b"\n") > MOST_ENTRIES:
                    raise ServerMisbehaves(f"Una carpeta de «{self._login.host}» no termina de listarse y se dejó.")
        parse = mlsd_line if command == "MLSD" else list_line
        try:
            lines = [parse(line.rstrip(b"\r")) for line in bytes(received).split(b"\n") if line.strip()]
        except ValueError as error:
            raise ServerMisbehaves(
                f"«{self._login.host}» lista sus archivos de una forma que no se entiende."
            ) from error
        return [line for line in lines if line is not None]

    @contextmanager
    def _transfer(self, client: _Client, command: str) -> Iterator[socket.socket]:
        """Open a transfer; one that is left before its end leaves the connection, which is then opened again."""
        client.voidcmd("TYPE I")
        try:
            data = client.transfercmd(command)
            try:
                yield data
                if isinstance(data, ssl.SSLSocket):
                    with suppress(OSError):  # many servers close without saying so; their answer says if all was sent
                        data.unwrap()
            finally:
                data.close()
            client.voidresp()
        except ftplib.error_perm:
            raise  # the server says no, and goes on
        except BaseException:
            client.close()
            self._client = None
            raise

    def _ready(self) -> _Client:
        if self._client is None:
            self._client = self._open()
        return self._client

    def _open(self) -> _Client:
        login = self._login
        client: _Client = _Client(encoding="latin-1")
        if login.protocol == "FTPS":
            client = _SecureClient(encoding="latin-1", context=_context(is_pinned=bool(login.server_key)))
        self._client = client  # for the time limit
        client.use(open_socket(login.host, login.port), login.host)
        if isinstance(client, _SecureClient):
            self._secure(client)
        try:
            client.login(_as_sent(login.username), _as_sent(login.password))
        except ftplib.error_perm as error:
            raise sign_in_refused(login.host) from error
        if isinstance(client, _SecureClient):
            client.prot_p()
        if login.folder:
            try:
                client.cwd(_as_sent(login.folder))
            except ftplib.error_perm as error:
                raise FileRefused(f"La carpeta «{login.folder}» no existe en el servidor, o no deja verla.") from error
        return client

    def _secure(self, client: _SecureClient) -> None:
        """Start TLS. Raises `ServerKeyUnknown` before the password is sent to a server that nobody knows."""
        try:
            client.auth()
        except ssl.SSLCertVerificationError as error:
            raise key_unknown(self._login, self._certificate()) from error
        assert isinstance(client.sock, ssl.SSLSocket)  # noqa: S101  `auth` succeeded
        fingerprint = _fingerprint(client.sock)
        if self._login.server_key and fingerprint != self._login.server_key:
            raise key_unknown(self._login, fingerprint)

    def _certificate(self) -> str:
        """Return the fingerprint of a certificate that no authority vouches for, on a connection of its own."""
        client = _SecureClient(encoding="latin-1", context=_context(is_pinned=True))
        try:
            client.use(open_socket(self._login.host, self._login.port), self._login.host)
            client.auth()
            assert isinstance(client.sock, ssl.SSLSocket)  # noqa: S101  `auth` succeeded
            return _fingerprint(client.sock)
        finally:
            client.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the client's errors into `ServerError`."""
        host = self._login.host
        try:
            yield
        except ServerError:
            raise
        except ftplib.error_perm as error:
            if str(error).startswith(NOT_SIGNED_IN):
                raise sign_in_refused(host) from error
            raise FileRefused("El servidor no deja leerlo.") from error
        except (ftplib.Error, UnicodeError, ValueError) as error:
            if self._limit.is_over:
                raise too_slow(host) from error
            raise ServerMisbehaves(f"«{host}» responde algo que no se entiende.") from error
        except (OSError, EOFError) as error:
            raise (too_slow(host) if self._limit.is_over else _lost(host, error)) from error

    def _stop(self) -> None:
        client = self._client
        for connected in (client.data_socket, client.sock) if client is not None else ():
            if connected is not None:
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _as_sent(text: str) -> str:
    """Return a text whose characters are the bytes of its UTF-8, as this client sends them."""
    return text.encode().decode("latin-1")


def _context(*, is_pinned: bool) -> ssl.SSLContext:
    """Return a context that trusts the usual authorities, or none: then the fingerprint decides."""
    context = ssl.create_default_context()
    if is_pinned:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _fingerprint(connected: ssl.SSLSocket) -> str:
    """Return the SHA-256 fingerprint of the certificate, as `openssl x509 -fingerprint -sha256` writes it."""
    certificate = connected.getpeercert(binary_form=True) or b""
    return hashlib.sha256(certificate).digest().hex(":").upper()


def _lost(host: str, error: OSError | EOFError) -> NoAnswer:
    if isinstance(error, ConnectionRefusedError | TimeoutError):
        return no_answer(host)
    return NoAnswer(f"«{host}» cortó la conexión. Se intenta otra vez.")
