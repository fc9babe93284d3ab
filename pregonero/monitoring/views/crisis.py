"""Pages of the crisis room: opening it, who decides, the agreed line, the log, and closing it (T-4)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE
from pregonero.monitoring import queries
from pregonero.monitoring.actions import crisis as actions
from pregonero.monitoring.forms import LogForm, RoomForm
from pregonero.monitoring.models import CrisisEntry, CrisisRoom
from pregonero.outbox.queries.holds import count_in_flight
from pregonero.people.middleware import MemberRequest
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may, may


@require_GET
def crisis(request: MemberRequest) -> HttpResponse:
    """Lead to the open room, or show the earlier ones and how to open one."""
    member, now = request.member, timezone.now()
    check_may(member, "topic.see", now=now)
    room = queries.open_room(member.entity_id)
    if room is not None:
        return redirect(room)
    context = {
        "rooms": queries.rooms_of(member.entity),
        "may_open": may(member, "crisis.open", now=now),
        "now": now,
    }
    return render(request, "monitoring/crisis.html", context)


@require_http_methods(["GET", "POST"])
def open_room(request: MemberRequest) -> HttpResponse:
    """Ask why and who decides, and open the crisis room."""
    member, now = request.member, timezone.now()
    check_may(member, "crisis.open", now=now)
    people = members_with(member.entity, GROUP_HEADS | NETWORKS_PEOPLE, today=timezone.localdate(now))
    form = RoomForm(request.POST or None, people=people)
    if form.is_valid():
        room = actions.open_room(reason=form.cleaned_data["reason"], decider=form.chosen_decider(), by=member, now=now)
        messages.success(request, "Abierta: no sale ninguna publicación. Las respuestas siguen.")
        return redirect(room)
    return render(request, "monitoring/crisis_form.html", {"form": form}, status=UNPROCESSABLE if form.errors else None)


@require_GET
def room_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a crisis room: it is its own expediente, with everything that happened in it."""
    check_may(request.member, "topic.see", now=timezone.now())
    return _room_page(request, queries.get_room(member=request.member, pk=pk))


def _room_page(request: MemberRequest, room: CrisisRoom, **forms: Any) -> HttpResponse:
    member, now, log = request.member, timezone.now(), queries.log_of(room)
    is_open = room.closed_at is None
    may_lead = is_open and may(member, "crisis.lead", now=now)
    context = {
        "room": room,
        "line": next((entry for entry in log if entry.kind == CrisisEntry.Kind.LINE), None),
        "log": log,
        "decisions": queries.decisions_during(room),
        "in_flight": count_in_flight(room.entity) if is_open else 0,
        "line_form": forms.get("line") or (LogForm(auto_id="linea_%s") if may_lead else None),
        "note_form": forms.get("note") or (LogForm() if is_open and may(member, "crisis.open", now=now) else None),
        "close_form": forms.get("close") or (LogForm(auto_id="cierre_%s") if may_lead else None),
        "now": now,
    }
    return render(request, "monitoring/crisis_room.html", context, status=UNPROCESSABLE if forms else None)


@require_POST
def agree_line(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the agreed line."""
    member, now = request.member, timezone.now()
    room, form = queries.get_room(member=member, pk=pk), LogForm(request.POST, auto_id="linea_%s")
    check_may(member, "crisis.lead", now=now)
    if form.is_valid():
        actions.agree_line(room=room, text=form.cleaned_data["text"], by=member, now=now)
        messages.success(request, "Esa es la línea desde ahora.")
        return redirect(room)
    return _room_page(request, room, line=form)


@require_POST
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """Write in the log."""
    member, now = request.member, timezone.now()
    room, form = queries.get_room(member=member, pk=pk), LogForm(request.POST)
    check_may(member, "crisis.open", now=now)
    if form.is_valid():
        actions.note(room=room, text=form.cleaned_data["text"], by=member, now=now)
        messages.success(request, "Quedó en la bitácora.")
        return redirect(room)
    return _room_page(request, room, note=form)


@require_POST
def close_room(request: MemberRequest, pk: int) -> HttpResponse:
    """Close the room; publications may go out again."""
    member, now = request.member, timezone.now()
    room, form = queries.get_room(member=member, pk=pk), LogForm(request.POST, auto_id="cierre_%s")
    check_may(member, "crisis.lead", now=now)
    if form.is_valid():
        actions.close_room(room=room, closing=form.cleaned_data["text"], by=member, now=now)
        messages.success(request, "Sala cerrada. Revisa lo que no salió a su hora.")
        return redirect(room)
    return _room_page(request, room, close=form)
