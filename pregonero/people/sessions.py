"""Database sessions stored under a digest of their key, so that a copy of the table cannot be used to sign in."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

KEY_LENGTH = 40  # the size of the column


class SessionStore(db.SessionStore):
    """Django's session store with digests as keys. A malformed cookie is treated as no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        # PostgreSQL would raise an error for a key with a NUL character.
        is_plain = bool(key) and str(key).isascii() and str(key).isalnum()
        return is_plain and bool(super()._validate_session_key(key))  # type: ignore[misc]

    ends_at: datetime | None = None  # of the stored session, once it is loaded

    def _get_session_from_db(self) -> Any:
        now: datetime = timezone.now()
        row = self.model.objects.filter(session_key=stored_key(self.session_key or ""), expire_date__gt=now).first()
        if row is None:
            self._session_key = None
        else:
            self.ends_at = row.expire_date
        return row

    def exists(self, session_key: str) -> bool:
        """Return whether the session exists."""
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: Any) -> Any:
        """Return the row of this session, with the digest as its key."""
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete a session: the given one, or this one."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored_key(key))


def stored_key(key: str) -> str:
    """Return the digest under which a session is stored."""
    return hashlib.sha256(f"pregonero.session:{key}".encode()).hexdigest()[:KEY_LENGTH]


def session_seconds(request: HttpRequest, *, prolonged: bool = False) -> int | None:
    """Return how many seconds the session of a signed-in person lasts, or None if it is not known."""
    if prolonged:
        return int(request.session.get_expiry_age())
    session = getattr(request, "session", None)  # an error page may be rendered before there is one
    if session is None:
        return None
    session.get("_auth_user_id")  # loads it
    ends_at: datetime | None = getattr(session, "ends_at", None)
    return None if ends_at is None else max(0, int((ends_at - timezone.now()).total_seconds()))


def session_end(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the seconds until the session ends, computed only if the page shows them."""
    return {"session_seconds": SimpleLazyObject(lambda: session_seconds(request))}
