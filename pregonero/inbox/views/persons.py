"""Acts on a person across networks: joining two, undoing it, and what is promised (Q-7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from pregonero.errors import Refused
from pregonero.inbox import person_queries, queries
from pregonero.inbox.actions import persons
from pregonero.inbox.forms import JoinForm, PromiseForm
from pregonero.inbox.person_models import PromiseEnd
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may


@require_POST
def join(request: MemberRequest, pk: int) -> HttpResponse:
    """Join a person with another one, because somebody knows that they are the same."""
    member, now = request.member, timezone.now()
    contact = queries.get_contact(member=member, pk=pk)
    check_may(member, "inbox.answer", now=now)
    form = JoinForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Elige a la persona y escribe cómo sabes que es la misma.")
        return redirect(contact)
    other = queries.get_contact(member=member, pk=form.cleaned_data["other"])
    try:
        persons.join_contacts(contact=contact, other=other, reason=form.cleaned_data["reason"], by=member, now=now)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Unidas: su historia se ve junta. Se puede deshacer.")
    return redirect(contact)


@require_POST
def undo_join(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo a join."""
    found = person_queries.get_join(member=request.member, pk=pk)
    persons.undo_join(join=found, by=request.member, now=timezone.now())
    messages.success(request, "Separadas otra vez.")
    return redirect(found.first)


@require_POST
def promise(request: MemberRequest, pk: int) -> HttpResponse:
    """Record what was promised in a conversation."""
    conversation, form = queries.get_conversation(member=request.member, pk=pk), PromiseForm(request.POST)
    check_may(request.member, "inbox.answer", now=timezone.now())
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(conversation)
    try:
        persons.make_promise(conversation=conversation, by=request.member, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Promesa anotada: ese día aparece en Hoy.")
    return redirect(conversation)


@require_POST
def end_promise(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that a promise was kept or does not apply any more."""
    found = person_queries.get_promise(member=request.member, pk=pk)
    end = PromiseEnd.DROPPED if request.POST.get("end") == PromiseEnd.DROPPED else PromiseEnd.KEPT
    persons.end_promise(promise=found, end=end, by=request.member, now=timezone.now())
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and is_ours else found.conversation)
