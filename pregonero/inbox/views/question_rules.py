"""Pages of the rules of questions: those in force, a change that is tried, and its enactment (Q-4)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox import question_queries
from pregonero.inbox.actions import question_rules
from pregonero.inbox.question_forms import RuleFormSet, RulesReasonForm, initial_of, rules_of
from pregonero.inbox.questions.rules import rules_from
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def rules_page(request: MemberRequest) -> HttpResponse:
    """Show the rules in force, what the model knows, and the versions."""
    member, now = request.member, timezone.now()
    check_may(member, "inbox.see", now=now)
    context = {
        "enactment": question_queries.enactment_of(member.entity_id),
        "rules": question_queries.rules_in_force(member.entity_id),
        "model": question_queries.latest_model(member.entity_id),
        "share": question_queries.confirmed_share(member.entity, now=now),
        "versions": question_queries.rules_versions(member.entity),
        "may_manage": may(member, "pqrsd.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/rules.html", context)


@require_http_methods(["GET", "POST"])
def write(request: MemberRequest) -> HttpResponse:
    """Show the rules in force in a form, and store a change as a version that is tried."""
    member, now = request.member, timezone.now()
    check_may(member, "pqrsd.manage", now=now)
    initial = initial_of(question_queries.rules_in_force(member.entity_id))
    forms, reason = RuleFormSet(request.POST or None, initial=initial), RulesReasonForm(request.POST or None)
    if request.method == "POST" and forms.is_valid() and reason.is_valid():
        try:
            version = question_rules.write_rules(
                rules=rules_of(forms), reason=reason.cleaned_data["reason"], by=member, now=now
            )
        except Refused as refusal:
            reason.add_error(None, refusal.message)
        else:
            return redirect(version)
    context = {"forms": forms, "reason": reason, "now": now}
    status = UNPROCESSABLE if forms.is_bound else None
    return render(request, "inbox/rules_write.html", context, status=status)


@require_GET
def version_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a version and what it would change; while it is tried, the page asks again."""
    member, now = request.member, timezone.now()
    version = question_queries.get_rules(member=member, pk=pk)
    check_may(member, "inbox.see", now=now)
    trial, enactment = question_queries.latest_trial(version), question_queries.enactment_of(member.entity_id)
    context = {
        "version": version,
        "rules": rules_from(version.rules),
        "trial": trial,
        "moves": question_queries.moves_of(trial) if trial else [],
        "is_in_force": enactment is not None and enactment.trial.version_id == version.pk,
        "may_manage": may(member, "pqrsd.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/rules_version.html", context)


@require_POST
def try_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Try a version again, on the messages that there are now."""
    version = question_queries.get_rules(member=request.member, pk=pk)
    question_rules.ask_for_trial(version=version, by=request.member, now=timezone.now())
    messages.success(request, "La estamos probando otra vez: el resultado llega en unos segundos.")
    return redirect(version)


@require_POST
def enact(request: MemberRequest, pk: int) -> HttpResponse:
    """Put in force the version of a trial that the person saw."""
    trial = question_queries.get_trial(member=request.member, pk=pk)
    question_rules.enact_rules(trial=trial, by=request.member, now=timezone.now())
    messages.success(request, f"La versión {trial.version.number} está en vigor desde ahora.")
    return redirect("inbox:rules")
