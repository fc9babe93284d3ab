"""Errors as problem documents (RFC 9457), with the sentences that the pages show."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, JsonResponse
from ninja import Schema

from pregonero.errors import Conflict, Issue, NotAllowed, NotFound, NotReady, Refused, WrongState

CONTENT_TYPE = "application/problem+json"
METHOD_NOT_ALLOWED, UNPROCESSABLE = 405, 422
TITLES = {
    400: "La petición no se entiende",
    401: "Falta un token que sirva",
    403: "No está permitido",
    404: "No se encontró",
    405: "Aquí no se usa ese método",
    409: "Ahora no se puede",
    413: "Es demasiado grande",
    415: "Ese formato no se recibe",
    422: "Hay algo por corregir",
    429: "Demasiadas peticiones",
}
STATUSES: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403, WrongState: 409, Conflict: 409}
# What validation says of a value, by the kind of its error; the first one that begins so.
SENTENCES = {
    "missing": "Falta este dato.",
    "int": "Debe ser un número entero.",
    "greater_than": "Es demasiado pequeño.",
    "less_than": "Es demasiado grande.",
    "date": "Escribe una fecha, como 2026-12-01.",
    "string_too_long": "Es demasiado largo.",
    "enum": "Elige uno de los valores que dice la documentación.",
    "literal": "Elige uno de los valores que dice la documentación.",
}


class ApiRefused(Refused):
    """A request that the API refuses by itself, with its status; `retry_after` in seconds, if it helps."""

    status = UNPROCESSABLE
    retry_after: int | None = None


class Invalid(ApiRefused):
    """A request with data to correct, each with its field."""

    code = "invalid"

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(" ".join(dict.fromkeys(issue.text for issue in self.issues)))


class ProblemError(Schema):
    """One thing to correct."""

    field: str
    key: str
    text: str


class Problem(Schema):
    """Why a request was not done."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError]


def status_of(refusal: Refused) -> int:
    """Return the HTTP status of a refusal."""
    if isinstance(refusal, ApiRefused):
        return refusal.status
    return next((status for kind, status in STATUSES.items() if isinstance(refusal, kind)), UNPROCESSABLE)


def problem_of(refusal: Refused) -> HttpResponse:
    """Return the problem document of a refusal."""
    issues = refusal.issues if isinstance(refusal, NotReady | Invalid) else ()
    response = problem(status_of(refusal), refusal.message, code=refusal.code, issues=issues)
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if response.status_code == 401:  # noqa: PLR2004
        response["WWW-Authenticate"] = 'Bearer realm="pregonero"'
    return response


def problem(status: int, detail: str, *, code: str, issues: Iterable[Issue] = ()) -> HttpResponse:
    """Return a problem document."""
    errors = [{"field": issue.field, "key": issue.key, "text": issue.text} for issue in issues]
    body = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors,
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def issues_in(errors: Iterable[dict[str, Any]]) -> list[Issue]:
    """Return what validation found in the path and in the query of a request, in Spanish."""
    return [Issue(str(error["loc"][-1]), error["type"], _sentence(error["type"])) for error in errors]


def _sentence(kind: str) -> str:
    return next((text for start, text in SENTENCES.items() if kind.startswith(start)), "Ese valor no sirve.")
