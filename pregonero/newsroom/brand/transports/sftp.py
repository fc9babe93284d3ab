"""SFTP over SSH: the password is only sent to a server whose key somebody has confirmed."""

import base64
import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import paramiko

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
    open_socket,
    sign_in_refused,
    too_slow,
)


class SFTPConnection:
    """A connection by SFTP."""

    def __init__(self, login: Login, *, seconds: float) -> None:
        self._login = login
        self._transport: paramiko.Transport | None = None
        self._limit = TimeLimit(seconds, self._stop)
        try:
            with self._errors():
                self._client = self._open()
                self._root = self._client.normalize(login.folder or ".").rstrip("/")
                self._check_folder()
        except Exception:
            self.close()
            raise

    def list_folder(self, path: str) -> Iterator[Entry]:
        """Yield the files and folders of a folder."""
        folder = path or self._root or "/"
        with self._errors():
            listing = list(islice(self._client.listdir_iter(folder), MOST_ENTRIES + 1))
        if len(listing) > MOST_ENTRIES:
            raise ServerMisbehaves(f"Una carpeta de «{self._login.host}» no termina de listarse y se dejó.")
        for found in listing:
            mode = found.st_mode or 0
            if stat.S_ISDIR(mode) or stat.S_ISREG(mode):
                below = f"{folder.rstrip('/')}/{found.filename}"
                modified = str(found.st_mtime) if found.st_mtime is not None else ""
                yield Entry(found.filename, below, stat.S_ISDIR(mode), found.st_size, modified)

    def read(self, entry: Entry) -> Iterator[bytes]:
        """Yield the content of a file."""
        with self._errors(), self._client.open(entry.path, "rb") as file:
            if entry.size is not None:
                file.prefetch(entry.size, max_concurrent_requests=64)
            while chunk := file.read(CHUNK):
                yield chunk

    def close(self) -> None:
        """Close the connection."""
        self._limit.cancel()
        self._stop()

    def _open(self) -> paramiko.SFTPClient:
        login = self._login
        self._transport = transport = paramiko.Transport(open_socket(login.host, login.port))
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = ANSWER_SECONDS
        transport.start_client(timeout=ANSWER_SECONDS)
        fingerprint = _fingerprint(transport.get_remote_server_key())
        if fingerprint != login.server_key:
            raise key_unknown(login, fingerprint)
        try:
            transport.auth_password(login.username, login.password)
        except paramiko.AuthenticationException as error:
            raise sign_in_refused(login.host) from error
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise ServerMisbehaves(f"«{login.host}» no ofrece SFTP a este usuario.")
        channel = client.get_channel()
        if channel is not None:
            channel.settimeout(ANSWER_SECONDS)
        return client

    def _check_folder(self) -> None:
        folder = self._login.folder
        if not folder:
            return
        try:
            self._client.stat(folder)
        except OSError as error:
            raise FileRefused(f"La carpeta «{folder}» no existe en el servidor, o no deja verla.") from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the client's errors into `ServerError`."""
        host = self._login.host
        try:
            yield
        except ServerError:
            raise
        except UnicodeError as error:
            raise ServerMisbehaves(f"«{host}» tiene nombres de archivo que no están en UTF-8.") from error
        except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError) as error:
            if self._limit.is_over:
                raise too_slow(host) from error
            if isinstance(error, OSError) and self._transport is not None and self._transport.is_active():
                raise FileRefused("El servidor no deja leerlo.") from error
            raise _lost(host) from error

    def _stop(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _fingerprint(key: paramiko.PKey) -> str:
    """Return the SHA-256 fingerprint of a key, as `ssh-keygen -l` writes it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def _lost(host: str) -> NoAnswer:
    return NoAnswer(f"«{host}» no habla SFTP, o cortó la conexión. Revisa el puerto, o espera: se intenta otra vez.")
