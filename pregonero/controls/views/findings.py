"""Pages of findings: who solves each, how and until when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from pregonero.controls import queries
from pregonero.controls.actions import checks
from pregonero.controls.forms import PlanForm, ReasonForm
from pregonero.controls.models import FindingState
from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def finding_list(request: MemberRequest) -> HttpResponse:
    """List the open findings, and the last ones that were closed."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "controls.see", now=now)
    context = {
        "opened": queries.findings_of(entity),
        "closed": queries.findings_of(entity, state=FindingState.CLOSED),
        "now": now,
    }
    return render(request, "controls/findings.html", context)


@require_http_methods(["GET", "POST"])
def finding_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a finding; store its plan."""
    now = timezone.now()
    check_may(request.member, "findings.manage" if request.method == "POST" else "controls.see", now=now)
    finding = queries.get_finding(member=request.member, pk=pk)
    initial = {"owner": finding.owner, "plan": finding.plan, "until": finding.plan_until}
    form = PlanForm(request.POST or None, initial=initial, entity=request.member.entity)
    if form.is_valid():
        checks.plan_finding(finding=finding, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, "Plan guardado.")
        return redirect("controls:findings")
    may_manage = may(request.member, "findings.manage", now=now) and finding.state == FindingState.OPEN
    is_of_access = finding.key.startswith(checks.OF_ACCESS)
    context = {
        "finding": finding,
        "form": form,
        "may_manage": may_manage,
        "is_of_access": is_of_access,
        "may_close": may_manage and finding.control_id is None and not is_of_access,
        "now": now,
    }
    return render(request, "controls/finding.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Close a finding that no control checks."""
    check_may(request.member, "findings.manage", now=timezone.now())
    finding = queries.get_finding(member=request.member, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            checks.close_finding(finding=finding, reason=reason, by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Hallazgo cerrado.")
            return redirect("controls:findings")
    context = {"finding": finding, "form": form}
    return render(request, "controls/finding_close.html", context, status=UNPROCESSABLE if form.errors else None)
