"""The page "Límites y gasto": the quota left on each network, who reports each figure, and the entity's limits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotFound
from pregonero.networks.queries import get_account
from pregonero.networks.rate_limits.policy import MICROS, Unit
from pregonero.networks.registry import rate_limit_policy
from pregonero.outbox.actions import throttling
from pregonero.outbox.queries.limits import get_suspension, limits_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import may
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


@require_POST
def set_limit(request: MemberRequest) -> HttpResponse:
    """Set or remove the entity's own limit for a quota."""
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Escribe el tope como un número, o déjalo vacío para quitarlo.")
        return redirect("publishing:limits")
    account = get_account(member=request.member, pk=form.cleaned_data["account"])
    rule = next(
        (item for item in rate_limit_policy(account.network).quotas if item.key == form.cleaned_data["budget"]), None
    )
    if rule is None:
        raise NotFound
    limit = form.cleaned_data["limit"]
    if limit is not None:
        limit = int(limit * MICROS) if rule.unit == Unit.MONEY else int(limit)
    throttling.set_limit(account=account, budget=rule.key, limit=limit, by=request.member, now=timezone.now())
    messages.success(request, "Tope guardado." if limit is not None else "Tope quitado.")
    return redirect("publishing:limits")


@require_POST
def resume_sending(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume sending that was suspended because a network rejected it."""
    now = timezone.now()
    stop = get_suspension(member=request.member, pk=pk, now=now)
    throttling.resume_sending(stop=stop, by=request.member, now=now)
    messages.success(request, "El envío sigue: lo que esperaba sale en el orden de su hora, si no ha pasado.")
    return redirect("publishing:limits")
