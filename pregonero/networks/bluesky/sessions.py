"""Sessions at an account's server, opened with its app password and kept in this process's memory alone.

A server allows few openings a day: a session is used for an hour, and one that ended before is opened again. It is as
secret as the password: it reaches no database, log or message.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pregonero import logs
from pregonero.deadlines import boottime
from pregonero.networks.base import ApiCredentials, Transient, Unauthorized
from pregonero.networks.bluesky.capabilities import CAPABILITIES
from pregonero.networks.bluesky.errors import ERRORS
from pregonero.networks.bluesky.xrpc import Xrpc
from pregonero.networks.error_mapping import mapped_errors

PARTS = 3  # of a session's token, with a full stop between: a password has none
_LOCK = threading.Lock()
_SESSIONS: dict[tuple[str, str, str], "_Session"] = {}
_OPENING: dict[tuple[str, str, str], threading.Lock] = {}


@dataclass(frozen=True)
class _Session:
    """An open session: its token, the one that only ends it here, and until when it is used (of `ticks`)."""

    token: str = field(default="", repr=False)
    end: str = field(default="", repr=False)
    until: float = 0.0

    def __post_init__(self) -> None:
        logs.register_secret(self.token, self.end)


@contextmanager
def opened(access: ApiCredentials) -> Iterator[ApiCredentials]:
    """Give the access with a session in the place of the password; one that the server ended is not used again."""
    if len(access.token.split(".")) == PARTS:
        yield access  # it is a session already: whoever keeps the tokens renews it
        return
    known = _known(access)
    session = known or _open_once(access)
    try:
        yield replace(access, token=session)
    except Unauthorized as error:
        _forget(access, session)
        if not known:
            raise  # opened just now and already refused: opening another would only spend the day's few
        raise Transient("La sesión con Bluesky terminó; se abre otra.", code="session_over", retry_after=1.0) from error


def _known(access: ApiCredentials) -> str:
    with _LOCK:
        session = _SESSIONS.get(_name(access), _Session())
    return session.token if boottime() < session.until else ""


def _open_once(access: ApiCredentials) -> str:
    """Open a session, or take the one that another call of the same wave has just opened."""
    with _LOCK:
        turn = _OPENING.setdefault(_name(access), threading.Lock())
    with turn:
        return _known(access) or _open(access)


def _open(access: ApiCredentials) -> str:
    with mapped_errors(ERRORS, public=False):
        about = {"identifier": access.remote_id, "password": access.token}
        opened = Xrpc(access, secret=False).post("com.atproto.server.createSession", about)
        token, end = str(opened["accessJwt"]), str(opened["refreshJwt"])
    with _LOCK:
        _SESSIONS[_name(access)] = _Session(token, end, boottime() + CAPABILITIES.limits["session_seconds"].value)
    return token


def close(access: ApiCredentials) -> None:
    """End the session that this process holds, at the server too; those of other processes end within the hour."""
    with _LOCK:
        session = _SESSIONS.pop(_name(access), None)
    if session is not None:
        with mapped_errors(ERRORS, public=False):
            Xrpc(replace(access, token=session.end)).end_session()


def _forget(access: ApiCredentials, token: str) -> None:
    """Forget a session, unless another thread has opened a newer one meanwhile."""
    with _LOCK:
        if _SESSIONS.get(_name(access), _Session()).token == token:
            del _SESSIONS[_name(access)]


def _name(access: ApiCredentials) -> tuple[str, str, str]:
    return access.address, access.remote_id, hashlib.sha256(access.token.encode()).hexdigest()
