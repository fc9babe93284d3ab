"""Take publications away by days and account, and download what was asked."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from pregonero.errors import UNPROCESSABLE
from pregonero.media.range_response import file_response
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.reports.actions.exports import OF_PUBLICATIONS, ask_export
from pregonero.reports.export_files import path_of
from pregonero.reports.export_queries import exports_of, get_ready_export
from pregonero.reports.forms import ExportForm

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_http_methods(["GET", "POST"])
def exports(request: MemberRequest) -> HttpResponse:
    """List what this person asked to take away; ask for a file."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, OF_PUBLICATIONS, now=now)
    form = ExportForm(request.POST or None, entity=entity)
    if form.is_valid():
        ask_export(request=form.request(), by=request.member, now=now)
        messages.success(request, "El archivo se está haciendo. Aparece aquí cuando esté listo.")
        return redirect("reports:exports")
    context = {"form": form, "exports": exports_of(request.member), "now": now}
    return render(request, "reports/exports.html", context, status=UNPROCESSABLE if form.errors else None)


@require_GET
def export_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Return a file that is ready, or the part that a download still lacks."""
    export = get_ready_export(member=request.member, pk=pk, now=timezone.now())
    mime = TYPES[export.file_name.rpartition(".")[2]]
    response = file_response(path_of(export), mime, request.headers.get("range", ""))
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
