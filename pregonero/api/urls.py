"""The addresses of the API. They ask for a token, not for a session, and refuse a large body before it is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt

from pregonero.api.problems import METHOD_NOT_ALLOWED, problem
from pregonero.api.schema import api
from pregonero.ui.body_limits import checks_own_body

BODY_LIMIT = 256 * 1024  # bytes
TOO_LARGE = 413


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return the view of an address: without session nor form, and with its errors as problem documents."""

    @checks_own_body
    @csrf_exempt
    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            return problem(TOO_LARGE, f"El cuerpo pesa más de {BODY_LIMIT // 1024} KB.", code="too_large")
        response = view(request, **arguments)
        if response.status_code != METHOD_NOT_ALLOWED:
            return response
        refused = problem(METHOD_NOT_ALLOWED, f"Aquí se usa {response['Allow']}.", code="method_not_allowed")
        refused["Allow"] = response["Allow"]
        return refused

    return guarded


def _patterns(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Return the addresses with their views guarded, without that of the root, which shows nothing."""
    kept = [pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in kept:
        if not str(pattern.name).startswith("openapi"):
            pattern.callback = _guarded(pattern.callback)
    return list(kept)


_all, _app, _namespace = api.urls
urls = (_patterns(_all), _app, _namespace)
