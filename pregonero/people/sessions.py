"""Sessions in the database, asked for only by keys that one could have."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's own; a forged cookie, which may even hold a NUL that PostgreSQL refuses, is simply no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        plain = bool(key) and str(key).isascii() and str(key).isalnum()
        return plain and bool(super()._validate_session_key(key))  # type: ignore[misc]
