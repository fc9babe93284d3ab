"""The handover of a person who leaves: what they hold, each with its step and its proof."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.controls import departure_queries as queries
from pregonero.controls.actions import departures as actions
from pregonero.controls.forms import ProofForm
from pregonero.controls.views.register import stored_capture
from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import get_member
from pregonero.people.rules import check_may, may


@require_http_methods(["GET", "POST"])
def departure(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what a person holds and how their handover goes; a POST starts it."""
    now = timezone.now()
    check_may(request.member, "people.manage" if request.method == "POST" else "controls.check", now=now)
    leaving = get_member(member=request.member, pk=pk)
    if request.method == "POST":
        actions.start_departure(member=leaving, by=request.member, now=now)
        messages.success(request, f"Empezó la salida de {leaving}.")
        return redirect("controls:departure", pk)
    return _page(request, leaving)


def _page(request: MemberRequest, leaving: Member) -> HttpResponse:
    now, last = timezone.now(), queries.last_departure(leaving)
    held = queries.holdings_of(leaving, now=now)
    steps = queries.steps_of(last, held) if last else []
    context = {
        "leaving": leaving,
        "departure": last,
        "held": held,
        "steps": steps,
        "missing": sum(not row.is_done for row in steps),
        "may_start": may(request.member, "people.manage", now=now) and request.member.pk != leaving.pk,
        "may_prove": request.member.pk != leaving.pk,
        "now": now,
    }
    return render(request, "controls/departure.html", context)


@require_http_methods(["GET", "POST"])
def step(request: MemberRequest, pk: int, step: int) -> HttpResponse:
    """Ask for the proof of a step, and record it."""
    check_may(request.member, "controls.check", now=timezone.now())
    leaving = get_member(member=request.member, pk=pk)
    shown = queries.get_departure(by=request.member, member=leaving).steps.filter(pk=step).first()
    if shown is None:
        raise NotFound
    form = ProofForm(request.POST or None, request.FILES or None) if request.method == "POST" else ProofForm()
    if form.is_valid():
        try:
            medium, note = stored_capture(request, form.cleaned_data["capture"]), form.cleaned_data["note"]
            given = {"note": note, "medium": medium, "by": request.member, "now": timezone.now()}
            actions.do_departure_step(member=leaving, step_id=step, **given)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("controls:departure", pk)
    context = {"leaving": leaving, "step": shown, "form": form}
    return render(request, "controls/departure_step.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Close a handover once every step is done."""
    now = timezone.now()
    check_may(request.member, "people.manage", now=now)
    leaving = get_member(member=request.member, pk=pk)
    # Its own transaction: the page then shows the steps for which the closing is refused.
    actions.refresh_departure(departure=queries.get_departure(by=request.member, member=leaving), now=now)
    actions.close_departure(member=leaving, by=request.member, now=now)
    messages.success(request, f"Se cerró la salida de {leaving}: no le queda nada.")
    return redirect(leaving)
