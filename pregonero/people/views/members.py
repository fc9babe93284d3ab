"""Pages of the members of the entity: the list, one with their stand-ins, adding and editing (for who coordinates)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict, Refused
from pregonero.people import actions, queries, rules
from pregonero.people.forms import MemberForm, NewMemberForm, StandInForm
from pregonero.people.invitations import invitation_link
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Employment, Member
from pregonero.people.roles import EVERYBODY, Role
from pregonero.people.rules import check_may, may
from pregonero.people.security import queries as security


@require_GET
def people(request: MemberRequest) -> HttpResponse:
    """List the members of the entity, and who covers whose absence."""
    now = timezone.now()
    check_may(request.member, "people.see", now=now)
    today, everybody = timezone.localdate(now), queries.members_of(request.member.entity)
    context = {
        "current": [member for member in everybody if member.is_current(today)],
        "former": [member for member in everybody if not member.is_current(today)],
        "stand_ins": queries.stand_ins_since(request.member.entity, today=today),
        "may_manage": may(request.member, "people.manage", now=now),
        "today": today,
    }
    return render(request, "people/members.html", context)


@require_GET
def person(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a member: roles, employment, and who covers their absences."""
    check_may(request.member, "people.see", now=timezone.now())
    return _person_page(request, queries.get_member(member=request.member, pk=pk))


def _person_page(request: MemberRequest, shown: Member, form: StandInForm | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "shown": shown,
        "stand_ins": queries.stand_ins_of(shown),
        "form": form or _stand_in_form(request, shown),
        "may_manage": may(request.member, "people.manage", now=now),
        "may_hand_over": may(request.member, "controls.check", now=now),
        "may_name_stand_in": rules.may_name_stand_in(request.member, shown, now=now),
        "today": timezone.localdate(now),
        "now": now,
        **_security_of(request, shown, now),
    }
    return render(request, "people/member.html", context, status=UNPROCESSABLE if form else None)


def _security_of(request: MemberRequest, shown: Member, now: datetime) -> dict[str, Any]:
    """Return what those who may end sessions and take away lost factors see of a person."""
    may_end, may_reset = (may(request.member, name, now=now) for name in ("sessions.end", "second_factor.reset"))
    return {
        "may_end_sessions": may_end,
        "sessions": security.open_sessions(shown.user, now=now) if may_end else [],
        "tokens": security.tokens_in_force(shown, now=now) if may_end else [],
        "may_reset": may_reset and shown.user_id != request.member.user_id,
        "reset": security.waiting_reset(shown) if may_reset else None,
        "has_factor": may_reset and security.has_factor(shown.user),
    }


def _stand_in_form(request: MemberRequest, absent: Member) -> StandInForm:
    members = queries.members_with(request.member.entity, EVERYBODY - {Role.AUDITOR}, today=timezone.localdate())
    data = request.POST if request.method == "POST" else None
    return StandInForm(data, absent=absent, people=members)


@require_http_methods(["GET", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Register a member, and show the link with which they choose their password."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "people.manage", now=now)
    form = NewMemberForm(request.POST or None, initial={"in_group": True})
    if form.is_valid():
        data = form.cleaned_data | {"roles": [Role(role) for role in form.cleaned_data["roles"]]}
        data["employment"] = Employment(data["employment"])
        try:
            member = actions.register_member(entity=entity, password="", by=request.member, now=now, **data)
        except Conflict as conflict:
            form.add_error("email", conflict.message)
        else:
            return render(request, "people/invited.html", {"member": member, "link": invitation_link(member.user)})
    return render(request, "people/member_form.html", {"form": form}, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit a member: name, roles, employment and last day."""
    now, shown = timezone.now(), queries.get_member(member=request.member, pk=pk)
    check_may(request.member, "people.manage", now=now)
    form = MemberForm(request.POST or None, initial={name: getattr(shown, name) for name in MemberForm.base_fields})
    if form.is_valid():
        data = form.cleaned_data | {"roles": [Role(role) for role in form.cleaned_data["roles"]]}
        data["employment"] = Employment(data["employment"])
        try:
            actions.edit_member(member=shown, by=request.member, now=now, **data)
        except Refused as refusal:
            form.add_error("roles", refusal.message)
        else:
            messages.success(request, "Cambios guardados.")
            return redirect(shown)
    context = {"form": form, "shown": shown}
    return render(request, "people/member_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def name_stand_in(request: MemberRequest, pk: int) -> HttpResponse:
    """Name who covers a member's absence."""
    now, absent = timezone.now(), queries.get_member(member=request.member, pk=pk)
    rules.check_may_name_stand_in(request.member, absent, now=now)
    form = _stand_in_form(request, absent)
    if form.is_valid():
        data = form.cleaned_data
        absence = actions.Absence(Role(data["role"]), data["starts_on"], data["ends_on"], data["reason"])
        member = queries.get_member(member=request.member, pk=data["member"])
        try:
            actions.name_stand_in(absent=absent, member=member, absence=absence, by=request.member, now=now)
        except Refused as refusal:
            form.add_error("member", refusal.message)
        else:
            messages.success(request, f"{member} reemplaza a {absent} en esos días, con sus mismos permisos.")
            return redirect(absent)
    return _person_page(request, absent, form)


@require_POST
def end_stand_in(request: MemberRequest, pk: int) -> HttpResponse:
    """End a stand-in before its last day."""
    stand_in = queries.get_stand_in(member=request.member, pk=pk)
    actions.end_stand_in(stand_in=stand_in, by=request.member, now=timezone.now())
    messages.success(request, "Reemplazo terminado: desde ahora no tiene esos permisos.")
    return redirect(stand_in.absent)
