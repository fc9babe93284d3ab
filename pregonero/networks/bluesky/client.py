"""Calls to an account's server over XRPC, and the sessions that its app password opens.

A server allows few sessions a day, so each one is used for an hour and shared by all threads. Sessions are as secret as
the password: they stay in this process's memory and reach no database, log or message.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from pregonero import logs
from pregonero.deadlines import boottime
from pregonero.networks.base import ApiCredentials, Transient, Unauthorized
from pregonero.networks.bluesky.network import CAPABILITIES, ENDPOINTS, ERRORS
from pregonero.networks.client import NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.multipart import File
from pregonero.networks.oauth import AppPassword

JWT_PARTS = 3  # a session's token has three parts separated by full stops; a password has none
_LOCK = threading.Lock()
_SESSIONS: dict[tuple[str, str, str], "_Session"] = {}
_OPENING: dict[tuple[str, str, str], threading.Lock] = {}


class Xrpc:
    """The XRPC API of an account's server. With `authenticated=False`, the calls carry no token."""

    def __init__(self, credentials: ApiCredentials, *, authenticated: bool = True) -> None:
        self._client = NetworkClient(credentials, ENDPOINTS)
        self._base = f"{credentials.address.rstrip('/')}/xrpc"
        if not authenticated:
            del self._client.headers["Authorization"]

    def get(self, name: str, **params: str) -> Any:
        """Call a query: a method that reads."""
        return self._client.get(f"{self._base}/{name}", params=params).json()

    def post(self, name: str, json: Any) -> Any:
        """Call a procedure: a method that changes something."""
        return self._client.post(f"{self._base}/{name}", json=json).json()

    def end_session(self) -> None:
        """Close the session that the refresh token belongs to; the response has no body."""
        self._client.post(f"{self._base}/com.atproto.server.deleteSession")

    def upload(self, file: File) -> Any:
        """Upload a file, reading it as it is sent, and return the blob that a record refers to."""
        headers = {"Content-Type": file.mime, "Content-Length": str(file.length)}
        return self._client.post(f"{self._base}/com.atproto.repo.uploadBlob", body=file, headers=headers).json()["blob"]


@dataclass(frozen=True)
class _Session:
    """An open session: its token, the refresh token that closes it, and until when it is used (`boottime()`)."""

    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    until: float = 0.0

    def __post_init__(self) -> None:
        logs.register_secret(self.token, self.refresh_token)


@contextmanager
def open_session(credentials: ApiCredentials) -> Iterator[ApiCredentials]:
    """Yield the credentials with a session's token instead of the password.

    If the server has ended the session, it is forgotten and `Transient` is raised, so that a new one is opened.
    """
    if len(credentials.token.split(".")) == JWT_PARTS:
        yield credentials  # it is already a session's token
        return
    known_token = _known_token(credentials)
    token = known_token or _open_once(credentials)
    try:
        yield replace(credentials, token=token)
    except Unauthorized as error:
        _forget(credentials, token)
        if not known_token:
            raise  # a new session was refused: opening another would only use up the daily limit
        raise Transient("La sesión con Bluesky terminó; se abre otra.", code="session_over", retry_after=1.0) from error


def _known_token(credentials: ApiCredentials) -> str:
    with _LOCK:
        session = _SESSIONS.get(_session_key(credentials), _Session())
    return session.token if boottime() < session.until else ""


def _open_once(credentials: ApiCredentials) -> str:
    """Open a session, or return the one that another thread has just opened."""
    from pregonero.networks.tokens import sign_in_once  # noqa: PLC0415 - uses the models, which are loaded later

    with _LOCK:
        opening = _OPENING.setdefault(_session_key(credentials), threading.Lock())
    with opening:
        return _known_token(credentials) or sign_in_once(credentials, partial(_open, credentials))


def _open(credentials: ApiCredentials) -> str:
    with mapped_errors(ERRORS, public=False):
        login = {"identifier": credentials.remote_id, "password": credentials.token}
        session = Xrpc(credentials, authenticated=False).post("com.atproto.server.createSession", login)
        token, refresh_token = str(session["accessJwt"]), str(session["refreshJwt"])
    until = boottime() + CAPABILITIES.limits["session_seconds"].value
    with _LOCK:
        _SESSIONS[_session_key(credentials)] = _Session(token, refresh_token, until)
    return token


def close_session(credentials: ApiCredentials) -> None:
    """Close this process's session at the server. Sessions of other processes end within the hour."""
    with _LOCK:
        session = _SESSIONS.pop(_session_key(credentials), None)
    if session is not None:
        with mapped_errors(ERRORS, public=False):
            Xrpc(replace(credentials, token=session.refresh_token)).end_session()


def _forget(credentials: ApiCredentials, token: str) -> None:
    """Forget a session, unless another thread has already replaced it."""
    with _LOCK:
        if _SESSIONS.get(_session_key(credentials), _Session()).token == token:
            del _SESSIONS[_session_key(credentials)]


def _session_key(credentials: ApiCredentials) -> tuple[str, str, str]:
    return credentials.address, credentials.remote_id, hashlib.sha256(credentials.token.encode()).hexdigest()


AUTH = AppPassword(
    label="Bluesky",
    where="Ajustes, Privacidad y seguridad, Contraseñas de aplicación",
    pattern=r"[a-z0-9]{4}(-[a-z0-9]{4}){3}",
    read_on=date(2026, 11, 26),
    source="https://docs.bsky.app/docs/get-started#create-a-session",
    close=close_session,
)
