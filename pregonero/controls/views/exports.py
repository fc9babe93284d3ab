"""Downloads of the register: the matrix and its history as CSV, XLSX and JSON, and the catalog as OSCAL."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.controls import exports, oscal, queries
from pregonero.controls.proof import proof_of
from pregonero.errors import NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Entity
from pregonero.people.rules import check_may

JSON_OPTIONS = {"ensure_ascii": False, "indent": 1}


def _csv(entity: Entity, now: datetime) -> HttpResponse:
    text = io.StringIO()
    writer = csv.DictWriter(text, exports.COLUMNS)
    writer.writeheader()
    writer.writerows(exports.check_rows(entity))
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")


def _json(entity: Entity, now: datetime) -> HttpResponse:
    return JsonResponse(exports.register_as_data(entity, now=now), json_dumps_params=JSON_OPTIONS)


def _oscal(entity: Entity, now: datetime) -> HttpResponse:
    return JsonResponse(oscal.catalog_of(entity, now=now), json_dumps_params=JSON_OPTIONS)


def _xlsx(entity: Entity, now: datetime) -> HttpResponse:
    content = exports.register_as_sheets(entity, now=now)
    return HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


FILES: dict[str, tuple[str, Callable[[Entity, datetime], HttpResponse]]] = {
    "revisiones.csv": ("revisiones.csv", _csv),
    "controles.xlsx": ("controles.xlsx", _xlsx),
    "controles.json": ("controles.json", _json),
    "oscal.json": ("catalogo-oscal.json", _oscal),
}


@require_GET
def download(request: MemberRequest, name: str) -> HttpResponse:
    """Return one of the downloads of the register."""
    now = timezone.now()
    check_may(request.member, "controls.see", now=now)
    if name not in FILES:
        raise NotFound
    file_name, make = FILES[name]
    response = make(request.member.entity, now)
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@require_GET
def proof(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the proof that a check is in the sealed records."""
    check_may(request.member, "controls.see", now=timezone.now())
    check = queries.get_check(member=request.member, pk=pk)
    response = JsonResponse(proof_of(check), json_dumps_params=JSON_OPTIONS)
    response["Content-Disposition"] = f'attachment; filename="prueba-{check.control.code}-{check.pk}.json"'
    return response
