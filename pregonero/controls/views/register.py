"""Pages of the register: the matrix, a control with its history, and what is recorded about it."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.controls import queries
from pregonero.controls.actions import checks, register
from pregonero.controls.catalog import shipped
from pregonero.controls.documents import is_pdf, read_pdf
from pregonero.controls.forms import (
    CheckForm,
    ControlForm,
    ExceptionForm,
    MeasureForm,
    NewControlForm,
    ReasonForm,
    initial_check,
)
from pregonero.controls.matrix import as_page
from pregonero.controls.models import Check, Control
from pregonero.controls.rules import may_check
from pregonero.controls.states import ControlState, EvidenceKind, Result
from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import store_upload
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


def day_of(request: MemberRequest, now: datetime) -> date:
    """Return the day that the address asks for, today when it asks for none; a bad or future day is today."""
    today = timezone.localdate(now)
    try:
        return min(date.fromisoformat(request.GET.get("dia", "")), today)
    except ValueError:
        return today


@require_GET
def matrix_page(request: MemberRequest) -> HttpResponse:
    """Show every control by account, as it stood on a day."""
    now = timezone.now()
    check_may(request.member, "controls.see", now=now)
    day, entity = day_of(request, now), request.member.entity
    rows = queries.matrix(entity, day=day)
    counts = queries.counts_of(rows)
    context = {
        "matrix": as_page(rows),
        "day": day,
        "is_today": day == timezone.localdate(now),
        "failed": counts[ControlState.FAILED] + counts[ControlState.INCIDENT],
        "overdue": counts[ControlState.OVERDUE],
        "due": counts[ControlState.DUE],
        "mine": queries.due_for(request.member, now=now),
        "incidents": queries.incidents_of(entity, is_open=True),
        "findings": queries.findings_of(entity, limit=5),
        "may_manage": may(request.member, "controls.manage", now=now),
        "may_report": may(request.member, "controls.check", now=now),
        "now": now,
    }
    return render(request, "controls/matrix.html", context)


@require_GET
def control_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a control: what it says, its state on each account, its checks and its versions."""
    now = timezone.now()
    check_may(request.member, "controls.see", now=now)
    control = queries.get_control(member=request.member, pk=pk)
    version = queries.current_version(control)
    rows = queries.matrix(request.member.entity, day=timezone.localdate(now))
    context = {
        "control": control,
        "version": version,
        "cells": next((row.cells for row in rows if row.control.pk == control.pk), ()),
        "checks": queries.checks_of(control),
        "versions": control.versions.select_related("by").order_by("-number"),
        "may_check": may_check(request.member, control, version, now=now),
        "may_manage": may(request.member, "controls.manage", now=now) and control.retired_at is None,
        "now": now,
    }
    return render(request, "controls/control.html", context)


@require_http_methods(["GET", "POST"])
def check(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Record what a person saw of a control on an account."""
    now = timezone.now()
    check_may(request.member, "controls.check", now=now)
    control = queries.get_control(member=request.member, pk=pk)
    target = queries.get_target(member=request.member, control=control, account_id=account)
    form = CheckForm(request.POST or None, request.FILES or None, initial=initial_check(now))
    if form.is_valid():
        try:
            draft = _draft(request, form)
            by, moment = request.member, timezone.now()
            made = checks.record_check(control=control, account=target, draft=draft, by=by, now=moment)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Revisión de {control.code} guardada.")
            _say_if_repeated(request, made)
            return redirect("controls:matrix")
    context = {"form": form, "control": control, "version": queries.current_version(control), "account": target}
    return render(request, "controls/check.html", context, status=UNPROCESSABLE if form.errors else None)


def _say_if_repeated(request: MemberRequest, made: Check) -> None:
    earlier = queries.earlier_use(made)
    if earlier is not None:
        day, where = f"{timezone.localtime(earlier.observed_at):%d/%m/%Y}", f"{earlier.control} en {earlier.account}"
        messages.warning(request, f"Es el mismo archivo de la revisión de {where} del {day}. ¿Miraste de nuevo?")


def stored_capture(request: MemberRequest, file: "UploadedFile[Any] | None") -> Medium | None:
    """Store the capture of a form; None when it has none. Raises `Refused` for a file that is no picture."""
    if getattr(request, "upload_too_large", False):
        raise Refused("El archivo pesa demasiado para ser evidencia: sube una captura o un PDF.")
    if file is None:
        return None
    stored = store_upload(file.chunks(), file.name or "", expected="picture")
    return save_upload(stored=stored, by=request.member, now=timezone.now())


def _draft(request: MemberRequest, form: CheckForm) -> checks.CheckDraft:
    """Return the check of a valid form, with its capture already stored."""
    data = form.cleaned_data
    evidence = []
    file = data["capture"]
    if file is not None and is_pdf(file):
        evidence.append(checks.EvidenceDraft(EvidenceKind.DOCUMENT, content=read_pdf(file), name=file.name or ""))
    elif medium := stored_capture(request, file):
        evidence.append(checks.EvidenceDraft(EvidenceKind.CAPTURE, medium=medium, name=file.name or ""))
    if data["written"].strip():
        evidence.append(checks.EvidenceDraft(EvidenceKind.NOTE, body=data["written"]))
    return checks.CheckDraft(Result(data["result"]), data["observed_at"], data["note"], tuple(evidence))


@require_http_methods(["GET", "POST"])
def exception(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Accept that a control is not met on an account until a date."""
    now = timezone.now()
    check_may(request.member, "controls.manage", now=now)
    control = queries.get_control(member=request.member, pk=pk)
    target = queries.get_target(member=request.member, control=control, account_id=account)
    form = ExceptionForm(request.POST or None)
    if form.is_valid():
        try:
            register.grant_exception(
                control=control, account=target, by=request.member, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Excepción de {control.code} guardada.")
            return redirect(control)
    context = {"form": form, "control": control, "account": target}
    return render(request, "controls/exception.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def end_exception(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """End an exception."""
    check_may(request.member, "controls.manage", now=timezone.now())
    control = queries.get_control(member=request.member, pk=pk)
    target = queries.get_target(member=request.member, control=control, account_id=account)
    register.end_exception(control=control, account=target, by=request.member, now=timezone.now())
    messages.success(request, f"La excepción de {control.code} terminó.")
    return redirect(control)


@require_http_methods(["GET", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Add a control of the entity's own."""
    check_may(request.member, "controls.manage", now=timezone.now())
    return _control_form(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change what a control says from now on."""
    check_may(request.member, "controls.manage", now=timezone.now())
    return _control_form(request, queries.get_control(member=request.member, pk=pk))


def _control_form(request: MemberRequest, control: Control | None) -> HttpResponse:
    now = timezone.now()
    version = queries.current_version(control) if control else None
    initial = {name: getattr(version, name) for name in ControlForm.base_fields if hasattr(version, name)}
    form_class = ControlForm if control else NewControlForm
    form = form_class(request.POST or None, initial=initial | {"reason": ""})
    if form.is_valid():
        data = form.cleaned_data
        given: dict[str, Any] = {"text": form.text(), "reason": data["reason"], "by": request.member, "now": now}
        try:
            if control is None:
                control = register.add_control(code=data["code"], network=data["network"], **given)
            else:
                register.edit_control(control=control, **given)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Control {control.code} guardado.")
            return redirect(control)
    context = {"form": form, "control": control}
    return render(request, "controls/control_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def retire(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a control out of the register; its history stays."""
    check_may(request.member, "controls.manage", now=timezone.now())
    control = queries.get_control(member=request.member, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        register.retire_control(control=control, reason=reason, by=request.member, now=timezone.now())
        messages.success(request, f"El control {control.code} quedó retirado.")
        return redirect("controls:matrix")
    context = {"form": form, "control": control}
    return render(request, "controls/retire.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def measures(request: MemberRequest) -> HttpResponse:
    """Show the measures that networks offer, with the decision on each; record one."""
    now = timezone.now()
    check_may(request.member, "controls.manage" if request.method == "POST" else "controls.see", now=now)
    form = MeasureForm(request.POST or None)
    if form.is_valid():
        register.decide_measure(by=request.member, now=now, **form.cleaned_data)
        messages.success(request, "Decisión guardada.")
        return redirect("controls:measures")
    decisions = queries.measure_decisions(request.member.entity)
    rows = [
        (row, decisions.get(row.code), form if form.data.get("code") == row.code else MeasureForm({"code": row.code}))
        for row in shipped().measures
    ]
    context = {"rows": rows, "may_manage": may(request.member, "controls.manage", now=now), "now": now}
    return render(request, "controls/measures.html", context, status=UNPROCESSABLE if form.errors else None)
