"""Pages of word lists: those of each account, and one version with its trial and its life (N-4)."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE
from pregonero.moderation import list_queries as queries
from pregonero.moderation import word_list_page
from pregonero.moderation.actions import word_lists as actions
from pregonero.moderation.actions.list_limits import set_list_limits
from pregonero.moderation.list_files import starting_list, terms_from_json, write_list
from pregonero.moderation.list_forms import LimitsForm, ListForm, StepForm
from pregonero.moderation.models import Decision, WordListVersion
from pregonero.networks.queries import get_account
from pregonero.networks.registry import word_list_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

Changed = TypeVar("Changed")


@require_http_methods(["GET", "POST"])
def word_lists(request: MemberRequest) -> HttpResponse:
    """List the accounts with the list of each one; set from where a second person signs, and the brake."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "community_rules.publish" if request.method == "POST" else "moderation.see", now=now)
    form = LimitsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        set_list_limits(limits=form.limits, reason=form.cleaned_data["reason"], by=request.member, now=now)
        messages.success(request, "Límites guardados: rigen para las pruebas y los frenos desde ahora.")
        return redirect("moderation:word_lists")
    form.initial.update(asdict(queries.limits_of(entity)))
    context = {
        "rows": queries.lists_of(entity, today=timezone.localdate(now)),
        "may_manage": may(request.member, "word_lists.manage", now=now),
        "may_set": may(request.member, "community_rules.publish", now=now),
        "limits": queries.set_limits_of(entity),
        "form": form,
        "now": now,
    }
    return render(request, "moderation/word_lists.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def account_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the versions of an account's list, and write the next one."""
    account, now = get_account(member=request.member, pk=pk), timezone.now()
    check_may(request.member, "word_lists.manage" if request.method == "POST" else "moderation.see", now=now)
    present = queries.latest_terms(account)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_valid():
        version = actions.write_list(
            account=account, terms=form.list_terms, reason=form.cleaned_data["reason"], by=request.member, now=now
        )
        messages.success(request, "Versión guardada. La estamos probando con lo de los últimos 90 días.")
        return redirect(version)
    form.initial["terms"] = write_list(present or starting_list()).replace("\r\n", "\n")
    context = {
        "account": account,
        "form": form,
        "is_first": not present,
        "versions": queries.versions_of(account),
        "may_manage": may(request.member, "word_lists.manage", now=now),
        "has_network_list": word_list_of(account.network) is not None,
        "is_reviewed": word_list_page.is_reviewed_by_hand(account),
        "now": now,
    }
    return render(request, "moderation/account_list.html", context, status=UNPROCESSABLE if form.errors else None)


@require_GET
def word_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a version: its trial, what it found live, its acts, its life and its terms."""
    return _page(request, queries.get_list(member=request.member, pk=pk))


def _page(request: MemberRequest, version: WordListVersion, form: StepForm | None = None) -> HttpResponse:
    now = timezone.now()
    check_may(request.member, "moderation.see", now=now)
    context = word_list_page.context_of(version, request.member, now=now) | {"form": form or StepForm()}
    return render(request, "moderation/word_list.html", context, status=UNPROCESSABLE if form else None)


@require_GET
def word_list_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Download a version as CSV."""
    version = queries.get_list(member=request.member, pk=pk)
    check_may(request.member, "moderation.see", now=timezone.now())
    text = "\ufeff" + write_list(terms_from_json(version.terms))
    name = f"lista-{version.account.network}-{version.account_id}-v{version.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def word_list_shadow(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a version look at what arrives without acting."""
    return _step(request, pk, actions.watch_in_shadow, lambda _: "En sombra: mira lo que llega y no toca nada.")


@require_POST
def word_list_force(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a version in force, or ask for a second person."""

    def outcome(version: WordListVersion) -> str:
        return "Pedida: la confirma otra persona." if version.needs_second_person else "Lista en vigor."

    return _step(request, pk, actions.put_list_in_force, outcome)


@require_POST
def word_list_confirm(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a version in force as the second person."""
    return _step(request, pk, actions.confirm_list, lambda _: "Lista en vigor, con las dos firmas.")


@require_POST
def word_list_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop a version in force."""
    return _step(request, pk, actions.stop_list, lambda _: "Detenida: ya no retiene nada.")


@require_POST
def word_list_discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave out a version that was never in force."""
    return _step(request, pk, actions.discard_list, lambda _: "Versión descartada.")


@require_POST
def word_list_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo as one everything that a version did."""

    def outcome(shown_again: list[Decision]) -> str:
        count = len(shown_again)
        return "Deshecha: vuelve a verse un comentario." if count == 1 else f"Deshecha: {count} vuelven a verse."

    return _step(request, pk, actions.undo_list, outcome)


def _step(
    request: MemberRequest, pk: int, act: Callable[..., Changed], outcome: Callable[[Changed], str]
) -> HttpResponse:
    """Move a version on with an action, and tell its outcome."""
    version, form = queries.get_list(member=request.member, pk=pk), StepForm(request.POST)
    check_may(request.member, "word_lists.manage", now=timezone.now())
    if not form.is_valid():
        return _page(request, version, form)
    reason = form.cleaned_data["reason"]
    messages.success(request, outcome(act(version=version, reason=reason, by=request.member, now=timezone.now())))
    return redirect(version)
