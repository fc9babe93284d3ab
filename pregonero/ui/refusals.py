"""One handler for every expected "no": the reason in the page, with its status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pregonero.errors import NotAllowed, NotFound, Refused

STATUS: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403}
CONFLICT = 409


class RefusalMiddleware:
    """Turns `Refused` into a page that says why; anything else surfaces as the bug it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal, or leave the exception to surface."""
        if not isinstance(exception, Refused):
            return None
        status = STATUS.get(type(exception), CONFLICT)
        return render(request, "ui/refused.html", {"refusal": exception}, status=status)
