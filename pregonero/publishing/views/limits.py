"""The page "Límites y gasto": the quota left on each network, who reports each figure, and the entity's limits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE
from pregonero.networks.queries import get_account
from pregonero.outbox.actions import throttling
from pregonero.outbox.queries.limits import get_quota_line, get_suspension, limits_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing.forms import LimitForm


@require_GET
def limits(request: MemberRequest) -> HttpResponse:
    """Show every quota of the entity's networks and the cost of this month."""
    now = timezone.now()
    context = {
        "networks": limits_of(request.member.entity, today=timezone.localdate(now), now=now),
        "now": now,
        "may_limit": may(request.member, "budgets.manage", now=now),
        "may_resume": may(request.member, "sending.resume", now=now),
    }
    return render(request, "publishing/limits.html", context)


@require_http_methods(["GET", "POST"])
def limit(request: MemberRequest, account: int, quota: str) -> HttpResponse:
    """Ask for the entity's own limit of a quota, and set or remove it."""
    now = timezone.now()
    check_may(request.member, "budgets.manage", now=now)
    found = get_account(member=request.member, pk=account)
    line = get_quota_line(account=found, key=quota, now=now)
    form = LimitForm(request.POST or None, line=line)
    if form.is_valid():
        own_limit = form.own_limit()
        throttling.set_limit(account=found, budget=quota, limit=own_limit, by=request.member, now=now)
        messages.success(request, "Tope guardado." if own_limit is not None else "Tope quitado.")
        return redirect("publishing:limits")
    context = {"line": line, "form": form, "now": now}
    return render(request, "publishing/limit.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def resume_sending(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume sending that was suspended because a network rejected it."""
    now = timezone.now()
    stop = get_suspension(member=request.member, pk=pk, now=now)
    throttling.resume_sending(stop=stop, by=request.member, now=now)
    messages.success(request, "Se reanudó el envío: lo que aún está a tiempo sale en el orden de su hora.")
    return redirect("publishing:limits")
