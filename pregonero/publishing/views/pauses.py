"""Pausing and resuming everything or one publication; cancelling and duplicating a publication."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, WrongState
from pregonero.outbox.queries.deliveries import by_account, deliveries_of
from pregonero.outbox.queries.holds import count_in_flight, hold_on, hold_on_everything
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import KeyForm, ReasonForm
from pregonero.publishing.models import Publication
from pregonero.publishing.situation import still_to_go
from pregonero.publishing.views.undo import tell_done


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
    messages.success(request, "Se reanudó todo: sale lo que aún está a tiempo; lo que pasó su hora no se envía.")
    return redirect("publishing:today")


@require_http_methods(["GET", "POST"])
def pause_publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason of pausing a publication, and pause it."""
    member, now = request.member, timezone.now()
    publication = queries.get_publication(member=member, pk=pk)
    rules.check_may_pause_publication(member, publication, hold_on(publication.ref), now=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.pause_publication(publication=publication, reason=form.cleaned_data["reason"], by=member, now=now)
        messages.success(request, "En pausa: no sale hasta que alguien la reanude.")
        return redirect("reports:expediente", pk=pk)
    return _confirmation(request, "publishing/pause_publication.html", publication, form)


@require_POST
def resume_publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume one publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    actions.resume_publication(publication=publication, by=request.member, now=timezone.now())
    messages.success(request, "Se reanudó la publicación: sale a su hora, si aún está a tiempo.")
    return redirect("reports:expediente", pk=pk)


@require_http_methods(["GET", "POST"])
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason of cancelling what is not published yet, and cancel it."""
    member, now = request.member, timezone.now()
    publication = queries.get_publication(member=member, pk=pk)
    rules.check_may_cancel(member, publication, deliveries_of(publication.ref), now=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.cancel_publication(publication=publication, reason=form.cleaned_data["reason"], by=member, now=now)
        tell_done(request, "Cancelada.", publication, by=member)
        return redirect("reports:expediente", pk=pk)
    return _confirmation(request, "publishing/cancel.html", publication, form)


@require_POST
def cancel_several(request: MemberRequest) -> HttpResponse:
    """Ask for one reason for the chosen publications, and cancel each one; a message says which were refused."""
    member, now = request.member, timezone.now()
    check_may(member, "publication.stop", now=now)
    chosen = queries.chosen_publications(member=member, ids=request.POST.getlist("publication"))
    if not chosen:
        messages.info(request, "Elige al menos una publicación de la lista.")
        return redirect("publishing:publications")
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "publishing/cancel_several.html", {"chosen": chosen, "form": form}, status=status)
    for publication in chosen:
        try:
            actions.cancel_publication(publication=publication, reason=form.cleaned_data["reason"], by=member, now=now)
        except WrongState as refusal:
            messages.error(request, f"«{publication.title}»: {refusal.message}")
        else:
            tell_done(request, f"«{publication.title}»: cancelada.", publication, by=member)
    return redirect("publishing:publications")


def _confirmation(request: MemberRequest, template: str, publication: Publication, form: ReasonForm) -> HttpResponse:
    """Show what an act would stop, and ask for its reason."""
    threads = by_account(deliveries_of(publication.ref)).values()
    context = {"publication": publication, "form": form, "still_to_go": still_to_go(threads)}
    return render(request, template, context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def duplicate(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a new draft with the texts and files of a publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return redirect("reports:expediente", pk=pk)
    key = form.cleaned_data["key"]
    draft = actions.duplicate_publication(publication=publication, key=key, by=request.member, now=timezone.now())
    messages.success(request, f"Nuevo borrador {draft.number}: copia de {publication.number}.")
    return redirect("publishing:editor", pk=draft.pk)
