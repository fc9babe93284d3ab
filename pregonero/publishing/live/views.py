"""Pages of live events: the list, the plan, one event, its pre-flight list, and the acts on it (P-7)."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import store_upload
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing.forms import ReasonForm
from pregonero.publishing.live import actions, queries, rules
from pregonero.publishing.live.forms import (
    AddressesForm,
    CheckForm,
    EndForm,
    GoLiveForm,
    IncidentForm,
    LiveForm,
    initial_plan,
    stated_now,
)
from pregonero.publishing.live.live_models import LiveEvent, PreflightItem
from pregonero.publishing.live.origins import Origin, load_origin
from pregonero.publishing.live.preflight import PreflightLine
from pregonero.records.actions import ObjectRef

PAGE_SIZE = 30


@require_GET
def live_events(request: MemberRequest) -> HttpResponse:
    """Show the events to come, and those that ended."""
    member, now = request.member, timezone.now()
    check_may(member, "live.see", now=now)
    context = {
        "coming": queries.coming_events(member.entity)[: queries.MOST_SHOWN],
        "page": Paginator(queries.past_events(member.entity), PAGE_SIZE).get_page(request.GET.get("pagina")),
        "may_manage": may(member, "live.manage", now=now),
        "now": now,
    }
    return render(request, "publishing/live/events.html", context)


@require_http_methods(["GET", "POST"])
def plan_event(request: MemberRequest) -> HttpResponse:
    """Plan an event, from the object that the address names if it names one."""
    member, now = request.member, timezone.now()
    check_may(member, "live.manage", now=now)
    origin = _asked_origin(request)
    ref = origin.ref if origin else None
    initial = {"responsible": member.pk, "source": ref.reference if ref else ""}
    form = LiveForm(request.POST or None, entity=member.entity, origin=ref, now=now, initial=initial)
    if form.is_valid():
        try:
            event = actions.plan_event(plan=form.plan(), by=member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Planeada: completa su lista antes de salir.")
            return redirect(event)
    return _form_page(request, None, form, origin)


def _asked_origin(request: MemberRequest) -> Origin | None:
    """Return what the address or the form names as the source, or None."""
    try:
        return load_origin(ObjectRef.parse(request.GET.get("fuente") or request.POST["source"]), by=request.member)
    except (KeyError, ValueError, NotFound):
        return None


@require_http_methods(["GET", "POST"])
def change_event(request: MemberRequest, pk: int) -> HttpResponse:
    """Change the plan of an event that has not begun."""
    member, now = request.member, timezone.now()
    event = queries.get_event(member=member, pk=pk)
    rules.check_may_prepare(member, event, now=now)
    initial = initial_plan(event, queries.broadcasts_of(event))
    form = LiveForm(request.POST or None, entity=member.entity, origin=event.source_ref, now=now, initial=initial)
    if form.is_valid():
        try:
            revision = form.cleaned_data["revision"] or 0
            event = actions.change_event(event=event, plan=form.plan(), revision=revision, by=member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Cambio guardado.")
            return redirect(event)
    return _form_page(request, event, form, None)


def _form_page(request: MemberRequest, event: LiveEvent | None, form: LiveForm, origin: Origin | None) -> HttpResponse:
    context = {"event": event, "form": form, "origin": origin}
    return render(request, "publishing/live/form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_GET
def live_event(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an event: its list, its broadcasts, what happened, and what this person may do."""
    check_may(request.member, "live.see", now=timezone.now())
    return _event_page(request, queries.get_event(member=request.member, pk=pk))


def _event_page(request: MemberRequest, event: LiveEvent, form: forms.Form | None = None) -> HttpResponse:
    """Show an event; `form` is the one of its forms that was sent and has something to correct."""
    member, now = request.member, timezone.now()
    page = queries.page_of(event)
    incident = form if isinstance(form, IncidentForm) else IncidentForm(initial=stated_now("happened_at", now))
    end = form if isinstance(form, EndForm) else EndForm(initial=stated_now("ended_at", now))
    addresses = form if isinstance(form, AddressesForm) else AddressesForm(broadcasts=page.broadcasts)
    may_place = bool(page.unplaced) and rules.may_place(member, event, now=now)
    context = {
        "event": event,
        "page": page,
        "origin_path": _origin_path(request, event),
        "may_prepare": rules.may_prepare(member, event, now=now),
        "may_close": rules.may_close(member, event, now=now),
        "may_go_live": rules.may_go_live(member, event, now=now),
        "end_form": end if rules.may_end(member, event, now=now) else None,
        "address_form": addresses if may_place else None,
        "incident_form": incident if rules.may_note_incident(member, event, now=now) else None,
        "now": now,
    }
    return render(request, "publishing/live/event.html", context, status=UNPROCESSABLE if form else None)


def _origin_path(request: MemberRequest, event: LiveEvent) -> str:
    try:
        return load_origin(event.source_ref, by=request.member).path
    except NotFound:
        return ""


@require_http_methods(["GET", "POST"])
def check_item(request: MemberRequest, pk: int, item: str, account: int) -> HttpResponse:
    """Store what a person saw of an item of the list; `account` is 0 for an item of the whole event."""
    member, now = request.member, timezone.now()
    event = queries.get_event(member=member, pk=pk)
    rules.check_may_prepare(member, event, now=now)
    line = _line(event, item, account)
    form = CheckForm(request.POST or None, request.FILES or None, initial=stated_now("observed_at", now))
    if form.is_valid():
        try:
            draft = _check_draft(request, form, line)
            actions.check_item(event=event, draft=draft, by=member, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Guardado: {line.name}.")
            return redirect(event)
    context = {"event": event, "line": line, "form": form}
    return render(request, "publishing/live/check.html", context, status=UNPROCESSABLE if form.errors else None)


def _line(event: LiveEvent, item: str, account: int) -> PreflightLine:
    """Return the line of the list that an address names. Raises `NotFound`."""
    for line in queries.list_of_event(event):
        if (line.item, line.account_id) == (item, account):
            return line
    raise NotFound


def _check_draft(request: MemberRequest, form: CheckForm, line: PreflightLine) -> actions.CheckDraft:
    """Return the check of a valid form, with its capture already stored."""
    data = form.cleaned_data
    return actions.CheckDraft(
        item=PreflightItem(line.item),
        account_id=line.account_id or None,
        is_met=data["is_met"],
        seen=data["seen"],
        observed_at=data["observed_at"],
        medium=_stored_capture(request, data["capture"]),
    )


def _stored_capture(request: MemberRequest, file: "UploadedFile[bytes] | None") -> Medium | None:
    """Store the capture of a form; None when it has none. Raises `Refused` for a file that is no picture."""
    if getattr(request, "upload_too_large", False):
        raise Refused("El archivo pesa demasiado para ser evidencia: sube una captura.")
    if file is None:
        return None
    stored = store_upload(file.chunks(), file.name or "", expected="picture")
    return save_upload(stored=stored, by=request.member, now=timezone.now())


@require_POST
def close_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Close the pre-flight list of an event."""
    event = queries.get_event(member=request.member, pk=pk)
    actions.close_list(event=event, by=request.member, now=timezone.now())
    messages.success(request, "Lista cerrada: ya puede salir en vivo.")
    return redirect(event)


@require_http_methods(["GET", "POST"])
def go_live(request: MemberRequest, pk: int) -> HttpResponse:
    """Store that an event is on the air, with its address on each network."""
    member, now = request.member, timezone.now()
    event = queries.get_event(member=member, pk=pk)
    rules.check_may_go_live(member, event, now=now)
    broadcasts = queries.broadcasts_of(event)
    form = GoLiveForm(request.POST or None, broadcasts=broadcasts, initial=stated_now("began_at", now))
    if form.is_valid():
        given = {"began_at": form.cleaned_data["began_at"], "addresses": form.addresses()}
        if _did(form, lambda: actions.go_live(event=event, by=member, now=now, **given)):
            messages.success(request, "En vivo: queda anotado desde qué minuto.")
            return redirect(event)
    context = {"event": event, "form": form}
    return render(request, "publishing/live/go_live.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def place_addresses(request: MemberRequest, pk: int) -> HttpResponse:
    """Store the addresses that were missing when the event began."""
    member, event = request.member, queries.get_event(member=request.member, pk=pk)
    form = AddressesForm(request.POST, broadcasts=queries.broadcasts_of(event))
    rules.check_may_place(member, event, now=timezone.now())

    def place(now: datetime) -> LiveEvent:
        return actions.place_addresses(event=event, addresses=form.addresses(), by=member, now=now)

    return _act(request, event, form, place, "Dirección guardada.")


@require_POST
def end_event(request: MemberRequest, pk: int) -> HttpResponse:
    """Store when an event ended."""
    member, event = request.member, queries.get_event(member=request.member, pk=pk)
    form = EndForm(request.POST)
    rules.check_may_end(member, event, now=timezone.now())

    def end(now: datetime) -> LiveEvent:
        return actions.end_event(event=event, ended_at=form.cleaned_data["ended_at"], by=member, now=now)

    return _act(request, event, form, end, "Terminada.")


@require_POST
def note_incident(request: MemberRequest, pk: int) -> HttpResponse:
    """Store something that went wrong."""
    member, event = request.member, queries.get_event(member=request.member, pk=pk)
    form = IncidentForm(request.POST)
    rules.check_may_note_incident(member, event, now=timezone.now())

    def note(now: datetime) -> object:
        return actions.note_incident(event=event, by=member, now=now, **form.cleaned_data)

    return _act(request, event, form, note, "Incidencia anotada.")


def _act(
    request: MemberRequest, event: LiveEvent, form: forms.Form, act: Callable[[datetime], object], done: str
) -> HttpResponse:
    """Do the act of a form of the event's page, and go back to it; or show there what to correct."""
    if form.is_valid() and _did(form, lambda: act(timezone.now())):
        messages.success(request, done)
        return redirect(event)
    return _event_page(request, queries.get_event(member=request.member, pk=event.pk), form)


def _did(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do an act, and return whether it was done; a refusal goes beside the field that it is about."""
    try:
        act()
    except Refused as refusal:
        field = f"address-{refusal.data.get('account')}"
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    return True


@require_http_methods(["GET", "POST"])
def cancel_event(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason of cancelling an event, and cancel it."""
    member, now = request.member, timezone.now()
    event = queries.get_event(member=member, pk=pk)
    rules.check_may_prepare(member, event, now=now)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        actions.cancel_event(event=event, reason=form.cleaned_data["reason"], by=member, now=now)
        messages.success(request, "Cancelada.")
        return redirect(event)
    context = {"event": event, "form": form}
    return render(request, "publishing/live/cancel.html", context, status=UNPROCESSABLE if form.errors else None)
