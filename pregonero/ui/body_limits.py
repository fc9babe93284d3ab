"""How large a request of somebody who is not signed in may be, so that strangers fill no disk."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pregonero.errors import Refused

PUBLIC_LIMIT = 64 * 1024  # bytes: sign-in and the forms of the outside are a few fields
TOO_LARGE = 413
View = TypeVar("View", bound=Callable[..., HttpResponse])


def checks_own_body(view: View) -> View:
    """Decorator of a public view that refuses by itself a body that is too large, before it reads it."""
    view.checks_own_body = True  # type: ignore[attr-defined]
    return view


class BodyLimitMiddleware:
    """Refuses large requests to public addresses before they are read, and drops the files of who is not signed in.

    It stands above the check of forms, which reads the body. The text of somebody whose session ended is still read:
    the editor keeps it (`publishing/kept_forms.py`); `request.drops_files` tells the upload handler.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        """Return the page that refuses the request, or None."""
        if getattr(view, "checks_own_body", False):
            return None
        if getattr(view, "login_required", True):
            request.drops_files = _has_body(request) and not request.user.is_authenticated  # type: ignore[attr-defined]
            return None
        if _length(request) <= PUBLIC_LIMIT:
            return None
        refusal = Refused(f"Lo que enviaste pesa más de {PUBLIC_LIMIT // 1024} KB: aquí no se reciben archivos.")
        return render(request, "ui/refused.html", {"refusal": refusal, "back": ""}, status=TOO_LARGE)


def _has_body(request: HttpRequest) -> bool:
    return _length(request) > 0


def _length(request: HttpRequest) -> int:
    """Return the length that the request declares: without one, nothing is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
