"""One handler for every expected "no": the reason in the page, with its status."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect

from pregonero.errors import NotAllowed, NotFound, Refused

STATUS: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403}
CONFLICT = 409


class ErrorMiddleware:
    """Turns `Refused` into a page that says why; anything else surfaces as the bug it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") == "true" and _asks_to_sign_in(response):
            return _sign_in_whole(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal, or leave the exception to surface."""
        if not isinstance(exception, Refused):
            return None
        status = STATUS.get(type(exception), CONFLICT)
        return render(request, "ui/refused.html", {"refusal": exception, "back": _before(request)}, status=status)


def _asks_to_sign_in(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseRedirectBase) and (
        urlsplit(response.url).path == resolve_url(settings.LOGIN_URL)
    )


def _sign_in_whole(request: HttpRequest) -> HttpResponse:
    """Send the whole page to sign in: a session that ended must not put a sign-in form inside another page."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    except ValueError:  # no address at all: nobody's browser said it
        page = "/"
    return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}")


def _before(request: HttpRequest) -> str:
    """Return the page that the person came from, when it is one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(referer).path if ours else ""
