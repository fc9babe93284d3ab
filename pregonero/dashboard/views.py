"""The Hoy page, the status page, and the receipt of a notice."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.dashboard.queries import today_of
from pregonero.dashboard.status import status_of
from pregonero.people.actions import see_notice
from pregonero.people.middleware import MemberRequest
from pregonero.people.queries import get_notice
from pregonero.people.rules import check_may, may


@require_GET
def today(request: MemberRequest) -> HttpResponse:
    """Show the person's tasks, today's publications and their problems."""
    now = timezone.now()
    context = {
        "today": today_of(request.member, now=now),
        "now": now,
        "may_compose": may(request.member, "publication.compose", now=now),
    }
    return render(request, "dashboard/today.html", context)


@require_GET
def status(request: MemberRequest) -> HttpResponse:
    """Show the health checks, the state of each account and the recent incidents."""
    member, now = request.member, timezone.now()
    check_may(member, "status.see", now=now)
    context = {"status": status_of(member, now=now), "now": now}
    return render(request, "dashboard/status.html", context)


@require_POST
def mark_notice_seen(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that the person saw a notice, and redirect to the page that it is about."""
    notice = get_notice(member=request.member, pk=pk)
    see_notice(notice=notice, by=request.member, now=timezone.now())
    return redirect(notice.path)
