"""Pages that end sessions, and that give somebody who lost their second factor the way to another one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.people import queries as people
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import FactorReset, Member
from pregonero.people.rules import check_may
from pregonero.people.security import queries, verified_session
from pregonero.people.security.actions import resets, sessions
from pregonero.people.security.own_page import own_page


@require_POST
def end_session(request: MemberRequest, pk: int) -> HttpResponse:
    """End a session: one's own, or somebody's in the entity for who may."""
    now = timezone.now()
    session = queries.get_open_session(member=request.member, pk=pk, now=now)
    sessions.end_session(session=session, by=request.member, now=now)
    messages.success(request, f"Sesión cerrada en «{session.device}».")
    shown = queries.member_of_user(session.user, entity=request.member.entity)
    return redirect("people:security" if session.user_id == request.member.user_id else shown)


@require_POST
def end_other_sessions(request: MemberRequest) -> HttpResponse:
    """End every session of the person but this one."""
    user, current = request.member.user, verified_session.open_session_id(request)
    sessions.end_other_sessions(user=user, but=current, now=timezone.now())
    messages.success(request, "Las otras sesiones se cerraron, y todos tus equipos vuelven a pedir el segundo paso.")
    return redirect("people:security")


@require_POST
def ask_reset(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask that a person's second factor be taken away."""
    shown = people.get_member(member=request.member, pk=pk)
    check_may(request.member, "second_factor.reset", now=timezone.now())
    return _ask_reset(request, shown)


@own_page
def _ask_reset(request: MemberRequest, shown: Member) -> HttpResponse:
    reason = request.POST.get("reason", "")[: resets.REASON_LIMIT]
    resets.ask_reset(member=shown, reason=reason, by=request.member, now=timezone.now())
    messages.success(request, "Pedido. Falta que otra persona lo confirme.")
    return redirect(shown)


@require_POST
def confirm_reset(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the second factor away: the second person."""
    reset = queries.get_reset(member=request.member, pk=pk)
    check_may(request.member, "second_factor.reset", now=timezone.now())
    return _confirm_reset(request, reset)


@own_page
def _confirm_reset(request: MemberRequest, reset: FactorReset) -> HttpResponse:
    resets.confirm_reset(reset=reset, by=request.member, now=timezone.now())
    messages.success(request, f"{reset.member} activa otro segundo paso la próxima vez que entre.")
    return redirect(reset.member)


@require_POST
def refuse_reset(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave the second factor as it is."""
    reset = queries.get_reset(member=request.member, pk=pk)
    resets.refuse_reset(reset=reset, by=request.member, now=timezone.now())
    messages.success(request, "No se quitó nada.")
    return redirect(reset.member)
