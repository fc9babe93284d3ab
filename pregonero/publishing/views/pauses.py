"""Pausing and resuming everything or one publication; cancelling and duplicating a publication."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import KeyForm, ReasonForm
from pregonero.publishing.views.undo import tell_done

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def pause_all(request: MemberRequest) -> HttpResponse:
    """Pause everything that the entity publishes, or show who paused it and why."""
    member, now = request.member, timezone.now()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.pause_everything(reason=form.cleaned_data["reason"], by=member, now=now)
        return redirect("publishing:pause_all")
    stop = hold_on_everything(member.entity_id)
    if request.method == "POST":
        rules.check_may_pause_everything(member, stop, now=now)
    context = {
        "stop": stop,
        "form": form,
        "now": now,
        "in_flight": count_in_flight(member.entity),
        "may_stop": rules.may_pause_everything(member, stop, now=now),
        "may_resume": rules.may_resume(member, now=now),
    }
    return render(request, "publishing/pause_all.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def resume_all(request: MemberRequest) -> HttpResponse:
    """Resume publishing after a pause of everything."""
    actions.resume_everything(by=request.member, now=timezone.now())
    messages.success(request, "Todo sigue: lo que aún está en su hora sale ya; lo que pasó su hora no se envía.")
    return redirect("publishing:today")


@require_POST
def pause_publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Pause one publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.pause_publication(publication=publication, reason=reason, by=request.member, now=timezone.now())
    messages.success(request, "En pausa: no sale hasta que alguien la retome.")
    return redirect("reports:expediente", pk=pk)


@require_POST
def resume_publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume one publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    actions.resume_publication(publication=publication, by=request.member, now=timezone.now())
    messages.success(request, "La publicación sigue: sale a su hora, si no ha pasado.")
    return redirect("reports:expediente", pk=pk)


@require_POST
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Cancel the deliveries that are not published yet."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Para cancelarla, escribe la razón: queda en el expediente.")
        return redirect("reports:expediente", pk=pk)
    reason = form.cleaned_data["reason"]
    actions.cancel_publication(publication=publication, reason=reason, by=request.member, now=timezone.now())
    tell_done(request, "Cancelada.", publication, by=request.member)
    return redirect("reports:expediente", pk=pk)


@require_POST
def duplicate(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a new draft with the texts of a cancelled or paused publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return redirect("reports:expediente", pk=pk)
    key = form.cleaned_data["key"]
    draft = actions.take_up_again(publication=publication, key=key, by=request.member, now=timezone.now())
    messages.success(request, f"Nuevo borrador {draft.number}, con los textos de la cancelada.")
    return redirect("publishing:editor", pk=draft.pk)
