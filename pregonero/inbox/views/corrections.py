"""The page of the answers given with a fact that changed, each with its correction ready to send (Q-2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.inbox import queries
from pregonero.inbox.actions.corrections import send_correction, waive_correction
from pregonero.inbox.corrections import corrections_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def correction_list(request: MemberRequest) -> HttpResponse:
    """List the answers to correct."""
    member, now = request.member, timezone.now()
    check_may(member, "inbox.see", now=now)
    context = {
        "corrections": corrections_of(member.entity),
        "may_answer": may(member, "inbox.answer", now=now),
        "now": now,
    }
    return render(request, "inbox/corrections.html", context)


@require_POST
def correct(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the correction of an answer."""
    answer = queries.get_answer(member=request.member, pk=pk)
    send_correction(answer=answer, text=request.POST.get("text", ""), by=request.member, now=timezone.now())
    messages.success(request, "Corrección en camino.")
    return redirect("inbox:corrections")


@require_POST
def waive(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave an answer as it is, with the reason."""
    answer = queries.get_answer(member=request.member, pk=pk)
    reason = request.POST.get("reason", "")
    waive_correction(answer=answer, reason=reason, by=request.member, now=timezone.now())
    messages.success(request, "Quedó anotado que no necesita corrección.")
    return redirect("inbox:corrections")
