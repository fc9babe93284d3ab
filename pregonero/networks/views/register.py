"""Pages of the register of accounts (M-3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict
from pregonero.networks import queries, rules
from pregonero.networks.actions import register as actions
from pregonero.networks.connection import revocation_notice
from pregonero.networks.forms import (
    AccountForm,
    AdministratorForm,
    LinkForm,
    NewAccountForm,
    ReasonForm,
    UntilForm,
    link_form_of,
)
from pregonero.networks.registry import auth_config_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def accounts(request: MemberRequest) -> HttpResponse:
    """Show the register: every account of the entity with its state and last problem."""
    now = timezone.now()
    check_may(request.member, "accounts.see", now=now)
    lines = queries.register_entries(request.member.entity)
    context = {
        "in_use": [line for line in lines if line.state != "retired"],
        "retired": [line for line in lines if line.state == "retired"],
        "troubled": sum(line.state in {"lost", "disconnected"} for line in lines),
        "may_manage": may(request.member, "accounts.manage", now=now),
        "now": now,
    }
    return render(request, "networks/accounts.html", context)


@require_GET
def account(request: MemberRequest, pk: int) -> HttpResponse:
    """Show an account: its purpose, administrators, connection and last test."""
    now = timezone.now()
    check_may(request.member, "accounts.see", now=now)
    found = queries.get_account(member=request.member, pk=pk)
    context = {
        "account": found,
        "line": queries.register_entry(found),
        "auth": auth_config_of(found.network),
        "application": queries.application_for(found),
        "may_manage": rules.may_edit(request.member, found, now=now),
        "may_test": rules.may_test(request.member, found, now=now),
        "may_pause": rules.may_pause(request.member, found, now=now),
        "may_resume": rules.may_resume(request.member, found, now=now),
        "may_report": found.retired_at is None and may(request.member, "controls.check", now=now),
        "now": now,
        "link_form": link_form_of(found),
    }
    return render(request, "networks/account.html", context)


@require_http_methods(["GET", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Register an account."""
    now = timezone.now()
    check_may(request.member, "accounts.manage", now=now)
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.register_account(entity=request.member.entity, by=request.member, now=now, **data)
        except Conflict as conflict:
            form.add_error("handle", conflict.message)
        else:
            messages.success(request, f"{made} quedó registrada. Falta conectarla.")
            return redirect("networks:account", pk=made.pk)
    return render(request, "networks/account_form.html", {"form": form}, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit an account."""
    now = timezone.now()
    found = queries.get_account(member=request.member, pk=pk)
    rules.check_may_edit(request.member, found, now=now)
    written = {name: getattr(found, name) for name in AccountForm.base_fields}
    form = AccountForm(request.POST or None, initial=written)
    if form.is_valid():
        try:
            actions.edit_account(account=found, by=request.member, now=now, **form.cleaned_data)
        except Conflict as conflict:
            form.add_error("handle", conflict.message)
        else:
            messages.success(request, "Cambios guardados.")
            return redirect("networks:account", pk=pk)
    context = {"form": form, "account": found}
    return render(request, "networks/account_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def pause(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and pause an account."""
    now = timezone.now()
    found = queries.get_account(member=request.member, pk=pk)
    rules.check_may_pause(request.member, found, now=now)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        actions.pause_account(account=found, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, f"{found} quedó en pausa: nada sale en ella hasta que la reanuden.")
        return redirect("networks:account", pk=pk)
    context = {"form": form, "account": found}
    return render(request, "networks/pause.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume a paused account."""
    found = queries.get_account(member=request.member, pk=pk)
    actions.resume_account(account=found, by=request.member, now=timezone.now())
    messages.success(request, f"{found} se reanudó: sale lo que aún esté a tiempo.")
    return redirect("networks:account", pk=pk)


@require_POST
def place_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Set whether an account's links are published as first comments."""
    found = queries.get_account(member=request.member, pk=pk)
    form = LinkForm(request.POST)
    if form.is_valid():
        actions.set_link_placement(account=found, by=request.member, now=timezone.now(), **form.cleaned_data)
        messages.success(request, "Guardado. Vale para lo que se programe o edite desde ahora.")
    return redirect("networks:account", pk=pk)


@require_http_methods(["GET", "POST"])
def retire(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and retire an account for good."""
    now = timezone.now()
    found = queries.get_account(member=request.member, pk=pk)
    rules.check_may_retire(request.member, found, now=now)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        actions.retire_account(account=found, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, f"{found} quedó retirada. {revocation_notice(found)}")
        return redirect("networks:accounts")
    context = {"form": form, "account": found, "farewell": revocation_notice(found)}
    return render(request, "networks/retire.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def name_administrator(request: MemberRequest, pk: int) -> HttpResponse:
    """Add an administrator of an account."""
    now = timezone.now()
    found = queries.get_account(member=request.member, pk=pk)
    rules.check_may_edit(request.member, found, now=now)
    form = AdministratorForm(request.POST or None, account=found, initial={"since": timezone.localdate(now)})
    if form.is_valid():
        try:
            named = actions.add_administrator(account=found, by=request.member, now=now, **form.cleaned_data)
        except Conflict as conflict:
            form.add_error("name", conflict.message)
        else:
            messages.success(request, f"{named} ahora administra {found}.")
            return redirect("networks:account", pk=pk)
    context = {"form": form, "account": found}
    return render(request, "networks/administrator.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def end_administrator(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the last day of an administrator."""
    now = timezone.now()
    found = queries.get_administrator(member=request.member, pk=pk)
    rules.check_may_edit(request.member, found.account, now=now)
    form = UntilForm(request.POST or None, initial={"until": timezone.localdate(now)})
    if form.is_valid():
        actions.end_administrator(administrator=found, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, f"{found} ya no administra {found.account}.")
        return redirect("networks:account", pk=found.account_id)
    context = {"form": form, "administrator": found}
    return render(request, "networks/administrator_end.html", context, status=UNPROCESSABLE if form.errors else None)
