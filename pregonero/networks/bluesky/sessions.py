"""Sessions at an account's server, opened with its app password and kept in this process's memory alone.

A server allows few openings a day: a session is used for an hour, and one that ended before is opened again. It is as
secret as the password: it reaches no database, log or message.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pregonero.networks.base import Access, Transient, Unauthorized
from pregonero.networks.bluesky.codes import CODES
from pregonero.networks.bluesky.limits import CAPABILITIES
from pregonero.networks.bluesky.xrpc import Xrpc
from pregonero.networks.clock import ticks
from pregonero.networks.outcomes import judged

PARTS = 3  # of a session's token, with a full stop between: a password has none
_LOCK = threading.Lock()
_SESSIONS: dict[tuple[str, str, str], tuple[str, float]] = {}


@contextmanager
def opened(access: Access) -> Iterator[Access]:
    """Give the access with a session in the place of the password; one that the server ended is not used again."""
    if len(access.token.split(".")) == PARTS:
        yield access  # it is a session already: whoever keeps the tokens renews it
        return
    known = _known(access)
    session = known or _open(access)
    try:
        yield replace(access, token=session)
    except Unauthorized as error:
        _forget(access, session)
        if not known:
            raise  # opened just now and already refused: opening another would only spend the day's few
        raise Transient("La sesión con Bluesky terminó; se abre otra.", code="session_over", retry_after=1.0) from error


def _known(access: Access) -> str:
    with _LOCK:
        token, until = _SESSIONS.get(_name(access), ("", 0.0))
    return token if ticks() < until else ""


def _open(access: Access) -> str:
    with judged(CODES, public=False):
        about = {"identifier": access.remote_id, "password": access.token}
        token = str(Xrpc(access, secret=False).post("com.atproto.server.createSession", about)["accessJwt"])
    with _LOCK:
        _SESSIONS[_name(access)] = token, ticks() + CAPABILITIES.limits["session_seconds"].value
    return token


def _forget(access: Access, token: str) -> None:
    """Forget a session, unless another thread has opened a newer one meanwhile."""
    with _LOCK:
        if _SESSIONS.get(_name(access), ("", 0.0))[0] == token:
            del _SESSIONS[_name(access)]


def _name(access: Access) -> tuple[str, str, str]:
    return access.address, access.remote_id, hashlib.sha256(access.token.encode()).hexdigest()
