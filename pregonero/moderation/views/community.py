"""Writing the community rules, and putting a version in force with its checklist."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.moderation import queries
from pregonero.moderation.actions.community import put_in_force, write_rules
from pregonero.moderation.first_rules import first_rules
from pregonero.moderation.forms import PublishForm, RulesFormSet, RulesVersionForm, written_rules
from pregonero.moderation.models import RulesVersion
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_http_methods(["GET", "POST"])
def rules(request: MemberRequest) -> HttpResponse:
    """Show the rules in force and their versions; write the next version."""
    member, now = request.member, timezone.now()
    check_may(member, "community_rules.write" if request.method == "POST" else "moderation.see", now=now)
    form, rule_forms = _forms(request)
    if request.method == "POST" and form.is_valid() and rule_forms.is_valid():
        try:
            write_rules(rules=written_rules(rule_forms), by=member, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Guardada como borrador: rige cuando alguien la ponga en vigor.")
            return redirect("moderation:rules")
    return render(request, "moderation/rules.html", _context(request, form, rule_forms), status=_status(form))


def _status(form: RulesVersionForm) -> int | None:
    return UNPROCESSABLE if form.errors else None


def _forms(request: MemberRequest) -> tuple[RulesVersionForm, Any]:
    if request.method == "POST":
        return RulesVersionForm(request.POST), RulesFormSet(request.POST, prefix="reglas")
    entity = request.member.entity
    base = queries.rules_draft(entity) or queries.rules_in_force(entity)
    if base is None:  # nobody has written any: the form begins with the proposed ones
        return _proposed()
    rules = queries.rules_of(base)
    initial = [{"category": rule.category, "title": rule.title, "text": rule.text} for rule in rules]
    version = {"introduction": base.introduction, "reason": base.reason if base.is_draft else ""}
    return RulesVersionForm(initial=version), RulesFormSet(initial=initial, prefix="reglas")


def _proposed() -> tuple[RulesVersionForm, Any]:
    first = first_rules()
    initial = [{"category": rule.category, "title": rule.title, "text": rule.text} for rule in first.rules]
    version = {"introduction": first.introduction, "reason": first.reason}
    return RulesVersionForm(initial=version), RulesFormSet(initial=initial, prefix="reglas")


def _context(request: MemberRequest, form: RulesVersionForm, rule_forms: Any) -> dict[str, Any]:
    member, now, entity = request.member, timezone.now(), request.member.entity
    return {
        "form": form,
        "rule_forms": rule_forms,
        "draft": queries.rules_draft(entity),
        "version": queries.rules_in_force(entity),
        "versions": queries.published_versions(entity),
        "entity": entity,
        "may_write": may(member, "community_rules.write", now=now),
        "may_publish": may(member, "community_rules.publish", now=now),
        "now": now,
    }


@require_http_methods(["GET", "POST"])
def publish(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a version in force, with how it meets each of the four criteria."""
    member, now = request.member, timezone.now()
    version = queries.get_version(member=member, pk=pk)
    check_may(member, "community_rules.publish", now=now)
    form = PublishForm(request.POST or None, initial=_earlier_notes(version))
    if request.method == "POST" and form.is_valid():
        put_in_force(version=version, notes=form.notes, by=member, now=now)
        messages.success(request, f"La versión {version.number} está en vigor y publicada.")
        return redirect("moderation:rules")
    context = {"form": form, "version": version, "rules": queries.rules_of(version), "now": now}
    return render(request, "moderation/publish.html", context, status=UNPROCESSABLE if form.errors else None)


def _earlier_notes(version: RulesVersion) -> dict[str, str]:
    """Return what was said of the criteria when the version before was put in force."""
    before = queries.rules_in_force(version.entity)
    if before is None:
        return {criterion.value: note for criterion, note in first_rules().notes.items()}
    return {check.criterion: check.note for check in before.checks.all()}
