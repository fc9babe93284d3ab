"""The API itself: its routes, its errors, and its description in OpenAPI."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError

from pregonero.api.endpoints import calendar, campaigns, needs, news, petitions, pieces, publications
from pregonero.api.gate import gate
from pregonero.api.problems import CONTENT_TYPE, TITLES, Invalid, Problem, issues_in, problem, problem_of
from pregonero.errors import Refused

VERSION, PREFIX = "1.0", "/api/"
DESCRIPTION = """Lo que otros programas de la entidad leen y hacen en Pregonero, cada uno en nombre de una persona.

El token se hace en «Mi seguridad» y va en `Authorization: Bearer …`. Lo que se escribe lleva `Idempotency-Key`."""
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Una clave tuya, distinta para cada cosa que pidas. Repetir la petición con la misma no la hace "
    "otra vez: da la misma respuesta durante 24 horas.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


OF_READING = (401, 403, 404, 413, 422, 429)
OF_WRITING = (400, *OF_READING, 409, 415)


class Api(NinjaAPI):
    """The API, whose description says what the gate asks for and how everything is refused."""

    def get_openapi_schema(self, **_: Any) -> Any:
        """Return the description, with the key of every write, and the errors of every operation."""
        schema = super().get_openapi_schema(path_prefix=PREFIX)
        problem_schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= problem_schema.pop("$defs") | {"Problem": problem_schema}
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                writes = method == "post"
                if writes:
                    operation["parameters"] = [*operation.get("parameters", []), KEY_HEADER]
                operation["responses"] |= {
                    str(status): _refusal(status) for status in (OF_WRITING if writes else OF_READING)
                }
        return schema


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[status], "content": {CONTENT_TYPE: {"schema": schema}}}


def _open(view: Any) -> Any:
    """Return a page of the documentation that asks for no session: who writes a program may have no account."""
    return require_GET(login_not_required(view))


api = Api(
    title="API de Pregonero",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api",
    docs=Swagger({"persistAuthorization": False, "validatorUrl": None}),
    docs_decorator=_open,
)
api.add_decorator(gate, mode="view")
for name, router in {
    "needs": needs.router,
    "news": news.router,
    "campaigns": campaigns.router,
    "pieces": pieces.router,
    "publications": publications.router,
    "calendar": calendar.router,
    "petitions": petitions.router,
}.items():
    api.add_router(f"/v1/{name}", router)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return problem_of(refusal)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem_of(Invalid(issues_in(error.errors)))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(400, "El cuerpo no es JSON.", code="unreadable")
