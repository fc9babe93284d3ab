"""The access review: who administers each account, with which authorization, and what is wrong with it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from pregonero.controls import access_queries
from pregonero.controls.actions import access as actions
from pregonero.controls.forms import AdministratorForm
from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.networks.queries import get_account
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def review(request: MemberRequest) -> HttpResponse:
    """Show who administers each account, its authorization, and the flags of both."""
    now = timezone.now()
    check_may(request.member, "controls.see", now=now)
    day = timezone.localdate(now)
    context = {
        "accounts": access_queries.access_review(request.member.entity, day=day),
        "ending": access_queries.contracts_ending(request.member.entity, day=day),
        "may_manage": may(request.member, "controls.manage", now=now),
        "now": now,
    }
    return render(request, "controls/access.html", context)


@require_http_methods(["GET", "POST"])
def link(request: MemberRequest, pk: int, remote_id: str) -> HttpResponse:
    """Say who an administrator of an account is."""
    check_may(request.member, "controls.manage", now=timezone.now())
    account = get_account(member=request.member, pk=pk)
    seen = next((one for one in access_queries.administrators_of(account) if one.remote_id == remote_id), None)
    if seen is None:
        raise NotFound
    form = AdministratorForm(request.POST or None, entity=request.member.entity)
    if form.is_valid():
        data, now = form.cleaned_data, timezone.now()
        try:
            actions.link_administrator(account=account, remote_id=remote_id, by=request.member, now=now, **data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Guardado. {account} se revisa otra vez en unos minutos.")
            return redirect("controls:access")
    context = {"form": form, "account": account, "seen": seen}
    return render(request, "controls/administrator.html", context, status=UNPROCESSABLE if form.errors else None)
