"""The Hoy page, the status page, and the receipt of a notice."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from pregonero.dashboard.notice_acts import act_path, notice_rows
from pregonero.dashboard.queries import nothing_pending, today_of
from pregonero.dashboard.search import LONGEST, search
from pregonero.dashboard.status import status_of
from pregonero.people.actions import see_all_notices, see_notice
from pregonero.people.middleware import MemberRequest
from pregonero.people.queries import get_notice
from pregonero.people.rules import check_may, may


@require_GET
@vary_on_headers("HX-Request")
def today(request: MemberRequest) -> HttpResponse:
    """Show the person's tasks, today's publications and their problems; to htmx, which polls, only the contents."""
    now = timezone.now()
    if request.member.is_outside:
        return redirect("people:acts")
    context = {
        "today": today_of(request.member, now=now),
        "now": now,
        "tomorrow": timezone.localdate(now) + timedelta(days=1),
        "nothing_pending": nothing_pending(request.member, now=now),
        "may_manage": may(request.member, "accounts.manage", now=now),
    }
    template = "dashboard/today.html"
    return render(request, f"{template}#moving" if request.htmx else template, context)


@require_GET
@vary_on_headers("HX-Request")
def status(request: MemberRequest) -> HttpResponse:
    """Show how the installation is, each account and the recent incidents; to htmx, which polls, only what changes."""
    member, now = request.member, timezone.now()
    check_may(member, "status.see", now=now)
    context = {"status": status_of(member, now=now), "now": now}
    template = "dashboard/status.html"
    return render(request, f"{template}#moving" if request.htmx else template, context)


@require_GET
@vary_on_headers("HX-Request")
def search_everything(request: MemberRequest) -> HttpResponse:
    """Show what is found for `q`; to htmx, which asks while somebody types, only the results."""
    check_may(request.member, "news.see", now=timezone.now())
    text, now = request.GET.get("q", "").strip()[:LONGEST], timezone.now()
    context = {"search": {"text": text, "groups": search(request.member, text, now=now)}}
    template = "dashboard/search.html"
    return render(request, f"{template}#results" if request.htmx else template, context)


@require_GET
def notices(request: MemberRequest) -> HttpResponse:
    """Show the person's latest notices, those that were opened too."""
    now = timezone.now()
    rows = notice_rows(request.member, now=now)
    unseen = sum(row.notice.seen_at is None for row in rows)
    return render(request, "dashboard/notices.html", {"rows": rows, "unseen": unseen, "now": now})


@require_GET
def more(request: MemberRequest) -> HttpResponse:
    """Show every section and the acts of the person: what a phone's bar has no place for."""
    check_may(request.member, "sections.see", now=timezone.now())
    return render(request, "dashboard/more.html")


@require_POST
def mark_notice_seen(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that the person saw a notice, and redirect to where its act is done."""
    notice = get_notice(member=request.member, pk=pk)
    see_notice(notice=notice, by=request.member, now=timezone.now())
    return redirect(act_path(notice))


@require_POST
def mark_all_notices_seen(request: MemberRequest) -> HttpResponse:
    """Record that the person saw all their notices."""
    see_all_notices(by=request.member, now=timezone.now())
    return redirect("dashboard:notices")
