"""The page of the calendar's rules: what they are, who set them and why, and the form that changes them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE
from pregonero.networks.queries import accounts_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing.calendar_rules import queries
from pregonero.publishing.calendar_rules.actions import set_calendar_rules
from pregonero.publishing.calendar_rules.forms import RulesForm


@require_http_methods(["GET", "POST"])
def calendar_rules(request: MemberRequest) -> HttpResponse:
    """Show the rules with their versions, or put a new version in force."""
    member, now = request.member, timezone.now()
    versions, accounts = queries.versions_of(member.entity), tuple(accounts_of(member.entity))
    if request.method == "POST":
        check_may(member, "calendar_rules.set", now=now)
    form = RulesForm(request.POST or None, accounts=accounts, rules=versions[0] if versions else None)
    if form.is_valid():
        rules = set_calendar_rules(plan=form.plan(), reason=form.cleaned_data["reason"], by=member, now=now)
        messages.success(request, f"Reglas guardadas: rige la versión {rules.version}. Avisan, y no impiden programar.")
        return redirect("publishing:calendar_rules")
    context = {
        "form": form if may(member, "calendar_rules.set", now=now) else None,
        "versions": versions,
        "accounts": accounts,
        "now": now,
    }
    return render(request, "publishing/calendar/rules.html", context, status=UNPROCESSABLE if form.errors else 200)
