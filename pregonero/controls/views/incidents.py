"""Pages of incidents: the steps of each, its proofs, and how long the account was exposed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.controls import queries
from pregonero.controls.actions import incidents as actions
from pregonero.controls.forms import IncidentForm, ReasonForm, StepForm, initial_check
from pregonero.controls.models import Incident
from pregonero.controls.states import IncidentKind, Sighting, StepKind
from pregonero.controls.views.register import stored_capture
from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.networks.actions.credentials import can_revoke
from pregonero.networks.actions.tokens import revokes_all
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def incident_list(request: MemberRequest) -> HttpResponse:
    """List the open incidents and the last ones that were closed."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "controls.see", now=now)
    context = {
        "opened": queries.incidents_of(entity, is_open=True),
        "closed": queries.incidents_of(entity, is_open=False),
        "may_report": may(request.member, "controls.check", now=now),
        "now": now,
    }
    return render(request, "controls/incidents.html", context)


@require_http_methods(["GET", "POST"])
def report(request: MemberRequest) -> HttpResponse:
    """Report an incident by hand; `cuenta` in the address is the account that was being looked at."""
    now = timezone.now()
    check_may(request.member, "controls.check", now=now)
    seen_at = initial_check(now)["observed_at"]
    initial = {"account": request.GET.get("cuenta"), "seen_at": seen_at}
    form = IncidentForm(request.POST or None, request.FILES or None, initial=initial, entity=request.member.entity)
    if form.is_valid():
        try:
            opening = _opening(request, form)
            account, now = form.cleaned_data["account"], timezone.now()
            incident = actions.report_incident(account=account, opening=opening, by=request.member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Incidente reportado. En {account} no sale nada hasta que sea segura.")
            return redirect(incident)
    return render(
        request, "controls/incident_report.html", {"form": form}, status=UNPROCESSABLE if form.errors else None
    )


def _opening(request: MemberRequest, form: IncidentForm) -> actions.IncidentOpening:
    """Return what a valid form reports, with its capture already stored."""
    data = form.cleaned_data
    return actions.IncidentOpening(
        IncidentKind.SESSION,
        str(Sighting(data["sighting"]).label),
        data["detail"],
        data["seen_at"],
        data["seen_by"].strip(),
        stored_capture(request, data["capture"]),
    )


@require_GET
def incident_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an incident and the step that follows."""
    check_may(request.member, "controls.see", now=timezone.now())
    return _page(request, queries.get_incident(member=request.member, pk=pk), StepForm())


def _page(request: MemberRequest, incident: Incident, form: StepForm) -> HttpResponse:
    now, done = timezone.now(), incident.done()
    context = {
        "incident": incident,
        "steps": [(kind, done.get(kind)) for kind in incident.kinds_of_steps],
        "following": queries.next_step(incident),
        "minutes": int(incident.exposure(now=now).total_seconds() // 60),
        "disconnects_first": can_revoke(incident.account.network) and revokes_all(incident.account.network),
        "is_held": bool(incident.account.held_reason),
        "form": form,
        "may_act": may(request.member, "controls.check", now=now),
        "may_release": may(request.member, "incidents.release", now=now),
        "now": now,
    }
    return render(request, "controls/incident.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def step(request: MemberRequest, pk: int) -> HttpResponse:
    """Record the step that follows, with its proof."""
    check_may(request.member, "controls.check", now=timezone.now())
    incident = queries.get_incident(member=request.member, pk=pk)
    form = StepForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.do_step(
                incident=incident,
                kind=StepKind(data["kind"]),
                note=data["note"],
                medium=stored_capture(request, data["capture"]),
                by=request.member,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(incident)
    return _page(request, incident, form)


@require_http_methods(["GET", "POST"])
def release(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the account publish before the incident ends."""
    check_may(request.member, "incidents.release", now=timezone.now())
    incident = queries.get_incident(member=request.member, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.release_incident(incident=incident, reason=reason, by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{incident.account} publica otra vez.")
            return redirect(incident)
    context = {"incident": incident, "form": form}
    return render(request, "controls/incident_release.html", context, status=UNPROCESSABLE if form.errors else None)
