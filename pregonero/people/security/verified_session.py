"""What a session says of itself: whether it passed the second factor, or may skip it, and its row in the list."""

from django.http import HttpRequest

from pregonero.people.sessions import stored_key

SESSION_KEY, OPEN_SESSION = "second_factor", "open_session"


def mark(request: HttpRequest) -> None:
    """Have the session say that it did."""
    request.session[SESSION_KEY] = True


def is_marked(request: HttpRequest) -> bool:
    """Return whether it did."""
    return bool(request.session.get(SESSION_KEY))


def open_session_id(request: HttpRequest) -> int | None:
    """Return the row of the session in the list of the person's sessions; None before it has one."""
    return request.session.get(OPEN_SESSION)


def stored_key_of(request: HttpRequest) -> str:
    """Return the digest under which the session is stored."""
    return stored_key(request.session.session_key or "")
