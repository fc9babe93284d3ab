"""The pages by which a person holds everything or one publication, and lets it go again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import KeyForm, ReasonForm

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def everything(request: MemberRequest) -> HttpResponse:
    """Say what a pause of everything does, and hold it; or say who holds it and why."""
    member, now = request.member, timezone.now()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.stop_everything(reason=form.cleaned_data["reason"], by=member, now=now)
        return redirect("publishing:everything")
    stop = queries.stop_of_all(member.entity_id)
    if request.method == "POST":
        rules.check_may_stop_everything(member, stop, now=now)
    context = {
        "stop": stop,
        "form": form,
        "now": now,
        "in_the_air": queries.in_the_air(member.entity),
        "may_stop": rules.may_stop_everything(member, stop, now=now),
        "may_resume": rules.may_resume(member, now=now),
    }
    return render(request, "publishing/everything.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def resume_everything(request: MemberRequest) -> HttpResponse:
    """Let everything go out again."""
    actions.resume_everything(by=request.member, now=timezone.now())
    messages.success(request, "Todo sigue: lo que aún está en su hora sale ya; lo que pasó su hora no se envía.")
    return redirect("publishing:today")


@require_POST
def publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Hold one publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.stop_publication(publication=publication, reason=reason, by=request.member, now=timezone.now())
    messages.success(request, "En pausa: no sale hasta que alguien la retome.")
    return redirect("reports:expediente", pk=pk)


@require_POST
def resume_publication(request: MemberRequest, pk: int) -> HttpResponse:
    """Let one publication go out again."""
    publication = queries.get_publication(member=request.member, pk=pk)
    actions.resume_publication(publication=publication, by=request.member, now=timezone.now())
    messages.success(request, "La publicación sigue: sale a su hora, si no ha pasado.")
    return redirect("reports:expediente", pk=pk)


@require_POST
def take_up_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Start a new draft with the words of a stopped publication."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return redirect("reports:expediente", pk=pk)
    key = form.cleaned_data["key"]
    draft = actions.take_up_again(publication=publication, key=key, by=request.member, now=timezone.now())
    messages.success(request, f"Nuevo borrador {draft.number}, con los textos de la detenida.")
    return redirect("publishing:editor", pk=draft.pk)
