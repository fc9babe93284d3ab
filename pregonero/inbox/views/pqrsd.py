"""The parameters of PQRSD: their versions, and a new one by their owners (Q-4)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE
from pregonero.inbox import queries
from pregonero.inbox.actions import triage
from pregonero.inbox.forms import PqrsdForm
from pregonero.inbox.rules import LinksRefused
from pregonero.inbox.views.links import check_links_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_http_methods(["GET", "POST"])
def pqrsd(request: MemberRequest) -> HttpResponse:
    """Show the parameters of PQRSD and their versions; their owners set new ones (Q-4)."""
    member, now = request.member, timezone.now()
    check_may(member, "inbox.see", now=now)
    current = queries.pqrsd_parameters(member.entity)
    initial = {"address": current.address, "text": current.text, "email": current.email} if current else None
    form = PqrsdForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        return redirect("inbox:pqrsd")
    context: dict[str, Any] = {
        "form": form,
        "versions": queries.pqrsd_versions(member.entity),
        "may_manage": may(member, "pqrsd.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/pqrsd.html", context, status=UNPROCESSABLE if form.errors else None)


def _save(request: MemberRequest, form: PqrsdForm) -> bool:
    """Store the parameters. Return False, with the links that failed in the form, when they are refused."""
    member, now = request.member, timezone.now()
    check_may(member, "pqrsd.manage", now=now)
    data = {name: form.cleaned_data[name] for name in ("address", "text", "email", "reason")}
    try:
        check_links_of(request, f"{data['text']} {data['address']}", form, right="pqrsd.manage")
    except LinksRefused as refusal:
        form.refuse("address", refusal)
        return False
    triage.set_pqrsd_parameters(entity=member.entity, by=member, now=now, **data)
    messages.success(request, "Parámetros guardados: rigen desde ahora.")
    return True
