"""The page that shows why an act was refused, with the matching HTTP status."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from pregonero.errors import NotAllowed, NotFound, Refused

STATUS: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403}
UNAUTHORIZED, CONFLICT = 401, 409


class ErrorMiddleware:
    """Turns `Refused` exceptions into a page with the reason; other exceptions propagate."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_sign_in_redirect(response):
            return response
        if request.headers.get("HX-Request") == "true":
            return render(request, "ui/signed_out.html", status=UNAUTHORIZED)
        if request.method not in ("GET", "HEAD") and _leads_back(request, response):
            return _redirect_to_sign_in(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a `Refused`, or None for any other exception."""
        if not isinstance(exception, Refused):
            return None
        status = STATUS.get(type(exception), CONFLICT)
        return render(
            request, "ui/refused.html", {"refusal": exception, "back": _previous_page(request)}, status=status
        )


def _is_sign_in_redirect(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseRedirectBase) and (
        urlsplit(response.url).path == resolve_url(settings.LOGIN_URL)
    )


def _leads_back(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether a person who signs in would be sent to the address of the form itself."""
    after = parse_qs(urlsplit(response["Location"]).query).get("next", [""])[0]
    return urlsplit(after).path in ("", request.path)


def _redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect a form to sign-in and from there to the page of the form: its own address shows nothing."""
    page = _previous_page(request) or "/"
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}")


def _previous_page(request: HttpRequest) -> str:
    """Return the path of the referring page if it belongs to this site, otherwise an empty string."""
    referer = request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(referer).path if is_own else ""
