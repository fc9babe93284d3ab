"""Hours proposed for a publication with the reason of each, and making room for it at an hour (P-2)."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import NotFound, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing import actions, queries
from pregonero.publishing.calendar import in_bogota, requested_minute
from pregonero.publishing.editor import editor_of
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.queries.calendar import proposals_for
from pregonero.publishing.queries.room import RoomPlan, room_plan
from pregonero.publishing.views.editor import save_or_refuse
from pregonero.publishing.views.undo import tell_done

CONFLICT = 409


@require_http_methods(["GET", "POST"])
def propose(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the best hours for a publication, each with its reason. The editor posts its form, which is saved first."""
    now = timezone.now()
    publication = queries.get_publication(member=request.member, pk=pk)
    check_may(request.member, "publication.program", now=now)
    if request.method == "POST":
        return _save_and_go(request, publication, now)
    context = {
        "publication": publication,
        "proposals": proposals_for(publication, now=now),
        "use": _page_of_hour(publication),
        "now": now,
    }
    return render(request, "publishing/calendar/proposals.html", context)


def _save_and_go(request: MemberRequest, publication: Publication, now: datetime) -> HttpResponse:
    """Save the editor's form, and go to the proposed hours or, if it asks for room, to what would move."""
    page = editor_of(member=request.member, pk=publication.pk, now=now, data=request.POST)
    refusal = save_or_refuse(request, page, now, request.POST)
    if refusal is not None:
        return refusal
    if "sitio" in request.POST and page.minute.is_valid():
        room = reverse("publishing:make_room", args=[publication.pk])
        return redirect(f"{room}?{_hour_query(page.minute.due_at())}")
    return redirect("publishing:propose", publication.pk)


@require_http_methods(["GET", "POST"])
def make_room(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what would move so that a publication has an hour for itself, or move it."""
    now = timezone.now()
    publication = queries.get_publication(member=request.member, pk=pk)
    check_may(request.member, "publication.program", now=now)
    at = requested_minute(request.POST.get("hora") or request.GET.get("hora", ""), now)
    if at is None:
        raise NotFound
    plan = room_plan(publication, at=at, by=request.member, now=now)
    if request.method == "POST" and request.POST.get("digest") == plan.room.digest:
        try:
            return _make_room(request, plan, now)
        except Refused as refusal:
            messages.error(request, refusal.message)
    context = {"publication": publication, "plan": plan, "back": _page_at(publication, at), "now": now}
    context["has_changed"] = request.method == "POST"
    return render(request, "publishing/calendar/room.html", context, status=CONFLICT if context["has_changed"] else 200)


def _make_room(request: MemberRequest, plan: RoomPlan, now: datetime) -> HttpResponse:
    publication, moves = plan.publication, plan.room.moves
    moved = actions.make_room(publication=publication, at=plan.at, moves=moves, by=request.member, now=now)
    names = ", ".join(f"«{move.title}» sale a las {move.after:%H:%M}" for move in moves)
    tell_done(request, f"Hay sitio a las {plan.at:%H:%M}: {names}.", moved[0], by=request.member)
    return redirect(_page_at(publication, plan.at))


def _page_of_hour(publication: Publication) -> str:
    """Return the page where a publication is given an hour: its editor, or the one that moves it."""
    is_scheduled = publication.state == PublicationState.PROGRAMMED
    return reverse("publishing:reschedule" if is_scheduled else "publishing:editor", args=[publication.pk])


def _page_at(publication: Publication, at: datetime) -> str:
    """Return where an hour is used: the editor of a draft, or the day of what is scheduled."""
    if publication.state == PublicationState.PROGRAMMED:
        return reverse("publishing:day", args=[at.date()])
    return f"{_page_of_hour(publication)}?{_hour_query(at)}"


def _hour_query(at: datetime) -> str:
    return urlencode({"hora": f"{in_bogota(at):%Y-%m-%dT%H:%M}"}, safe=":")
