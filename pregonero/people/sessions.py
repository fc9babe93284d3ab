"""Sessions in the database, under a digest of their key: who reads the table, or a copy of it, can be nobody."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

NAME_LENGTH = 40  # characters of the digest, as the table's column takes


class SessionStore(db.SessionStore):
    """Django's own; a forged cookie, which may even hold a NUL that PostgreSQL refuses, is simply no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        plain = bool(key) and str(key).isascii() and str(key).isalnum()
        return plain and bool(super()._validate_session_key(key))  # type: ignore[misc]

    def _get_session_from_db(self) -> Any:
        now: datetime = timezone.now()
        found = self.model.objects.filter(session_key=stored_name(self.session_key or ""), expire_date__gt=now).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Return whether there is such a session."""
        return super().exists(stored_name(session_key))

    def create_model_instance(self, data: Any) -> Any:
        """Return the row of this session, under its digest."""
        row = super().create_model_instance(data)
        row.session_key = stored_name(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or another."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored_name(key))


def stored_name(key: str) -> str:
    """Return the name of a session in the table, from which its key cannot be found."""
    return hashlib.sha256(f"pregonero.session:{key}".encode()).hexdigest()[:NAME_LENGTH]
