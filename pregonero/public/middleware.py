"""Lets caches share the pages of the outside: they are the same for everybody, whoever is signed in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PREFIX = "/publico/"


class SharedPagesMiddleware:
    """Leaves `Cookie` out of `Vary` on public pages, which never read it.

    It stands above the sessions: whether somebody is signed in is asked on every address, which adds the header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(PREFIX) and response.has_header("Vary") and not response.cookies:
            names = [name for name in response.headers["Vary"].split(", ") if name.lower() != "cookie"]
            response.headers["Vary"] = ", ".join(names)
            if not names:
                del response.headers["Vary"]
        return response
