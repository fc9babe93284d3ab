"""The records that leave: checkpoints, where they go, who stamps them, and the file that anybody can check."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.records.outside import actions, queries
from pregonero.records.outside.tasks import defer_sending
from pregonero.records.tasks import seal_all
from pregonero.reports.actions.exports import ExportRequest, ask_export
from pregonero.reports.export_queries import exports_of
from pregonero.reports.forms import AuthorityForm, RecipientForm
from pregonero.reports.models import ExportKind

CHECKER = settings.BASE_DIR / "bin" / "check_records.py"


@require_GET
def records(request: MemberRequest) -> HttpResponse:
    """Show the checkpoints, where each one is, and the files that were asked for."""
    now = timezone.now()
    check_may(request.member, "records.see", now=now)
    context = {
        "outside": queries.outside_records(request.member.entity_id),
        "exports": exports_of(request.member, ExportKind.RECORDS),
        "may_export": may(request.member, "records.export", now=now),
        "may_manage": may(request.member, "records.manage", now=now),
        "now": now,
    }
    return render(request, "reports/outside.html", context)


@require_POST
def checkpoint(request: MemberRequest) -> HttpResponse:
    """Sign what is recorded up to now, and send it outside."""
    entity_id, now = request.member.entity_id, timezone.now()
    check_may(request.member, "records.export", now=now)
    seal_all(entity_id=entity_id)
    made = actions.make_checkpoint(entity_id=entity_id, now=now)
    if made is None:
        raise Refused("Todavía no hay registros que firmar.")
    defer_sending(made)
    messages.success(request, f"Punto de control firmado: {made.size} registros.")
    return redirect("reports:records")


@require_POST
def export(request: MemberRequest) -> HttpResponse:
    """Ask for the file of all the records, with a checkpoint of this moment."""
    entity_id, now = request.member.entity_id, timezone.now()
    ask_export(request=ExportRequest(ExportKind.RECORDS), by=request.member, now=now)
    seal_all(entity_id=entity_id)
    actions.make_checkpoint(entity_id=entity_id, now=now)
    messages.success(request, "El archivo se está haciendo. Aparece aquí cuando esté listo.")
    return redirect("reports:records")


@require_GET
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the signed note of a checkpoint as a file."""
    check_may(request.member, "records.see", now=timezone.now())
    found = queries.get_checkpoint(entity_id=request.member.entity_id, pk=pk)
    response = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return response


@require_GET
def checker(request: MemberRequest) -> FileResponse:
    """Return the program that checks an export without this system."""
    check_may(request.member, "records.see", now=timezone.now())
    return FileResponse(CHECKER.open("rb"), as_attachment=True, filename="check_records.py", content_type="text/plain")


@require_http_methods(["GET", "POST"])
def recipient(request: MemberRequest) -> HttpResponse:
    """Name an address that receives the checkpoints."""
    now = timezone.now()
    check_may(request.member, "records.manage", now=now)
    form = RecipientForm(request.POST or None)
    if form.is_valid():
        try:
            actions.name_recipient(
                entity_id=request.member.entity_id, email=form.cleaned_data["email"], by=request.member.actor, now=now
            )
            return redirect("reports:records")
        except Refused as refusal:
            form.add_error("email", refusal.message)
    context = {"form": form, "title": "Quién recibe los puntos de control"}
    return render(request, "reports/outside_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def end_recipient(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop sending the checkpoints to an address."""
    now = timezone.now()
    check_may(request.member, "records.manage", now=now)
    actions.end_recipient(entity_id=request.member.entity_id, pk=pk, by=request.member.actor, now=now)
    return redirect("reports:records")


@require_http_methods(["GET", "POST"])
def authority(request: MemberRequest) -> HttpResponse:
    """Name an authority that stamps the checkpoints."""
    now = timezone.now()
    check_may(request.member, "records.manage", now=now)
    form = AuthorityForm(request.POST or None)
    if form.is_valid():
        entity_id, by = request.member.entity_id, request.member.actor
        try:
            actions.name_authority(entity_id=entity_id, by=by, now=now, **form.cleaned_data)
            return redirect("reports:records")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "title": "Quién pone la hora"}
    return render(request, "reports/outside_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def end_authority(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop asking an authority for the time."""
    now = timezone.now()
    check_may(request.member, "records.manage", now=now)
    actions.end_authority(entity_id=request.member.entity_id, pk=pk, by=request.member.actor, now=now)
    return redirect("reports:records")
