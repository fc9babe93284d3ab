"""Another hour for what has not gone out, from its card in the day's programme (P-2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import NotReady, WrongState
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, queries
from pregonero.publishing.forms import MinuteForm
from pregonero.ui.templatetags.ui_time import hour


@require_POST
def move(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a publication another hour of the same day, and show the day again."""
    now = timezone.now()
    publication = queries.get_publication(member=request.member, pk=pk)
    form = MinuteForm(request.POST, now=now)
    try:
        due_at = form.due_at() if form.is_valid() else None
        if due_at is None:
            said = " ".join(str(error) for errors in form.errors.values() for error in errors)
            messages.error(request, f"«{publication.title}» no se movió. {said}")
        else:
            actions.move_publication(publication=publication, due_at=due_at, by=request.member, now=now)
            messages.success(request, f"«{publication.title}»: lo que falta por salir sale a las {hour(due_at)}.")
    except (NotReady, WrongState) as refusal:
        messages.error(request, f"«{publication.title}» no se movió. {refusal.message}")
    day = form.cleaned_data.get("day")
    return redirect("publishing:day", day) if day else redirect("publishing:today")
