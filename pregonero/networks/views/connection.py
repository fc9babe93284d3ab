"""Pages that connect an account to its network, test the connection, and disconnect it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.networks import queries, rules
from pregonero.networks.actions.credentials import consume_authorization
from pregonero.networks.actions.register import save_application
from pregonero.networks.actions.tokens import disconnect_account
from pregonero.networks.connection import (
    check_connection,
    connect_with_password,
    finish_connection,
    redirect_uri,
    revocation_notice,
    start_connection,
)
from pregonero.networks.forms import ApplicationForm, PasswordForm
from pregonero.networks.models import Account
from pregonero.networks.oauth import AppPassword
from pregonero.networks.registry import auth_config_of, live_stream
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

MAX_LENGTH = 4096  # characters of a parameter in the return address


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def connect(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what will be requested, and start: on the network's consent page, or with an app password."""
    account = queries.get_account(member=request.member, pk=pk)
    rules.check_may_connect(request.member, account, now=timezone.now())
    if isinstance(auth_config_of(account.network), AppPassword):
        return _with_password(request, account)
    auth, application = auth_config_of(account.network), queries.application_for(account)
    context: dict[str, object] = {"account": account, "auth": auth, "application": application}
    if request.method == "POST":
        session = request.session.session_key or ""
        context["address"] = start_connection(account=account, session=session, by=request.member, now=timezone.now())
    return render(request, "networks/connect.html", context)


def _with_password(request: MemberRequest, account: Account) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            connect_with_password(
                account=account, password=form.cleaned_data["password"], by=request.member, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("password", refusal.message)
        else:
            messages.success(request, f"{account} quedó conectada.")
            return redirect("networks:account", pk=account.pk)
    context = {"form": form, "account": account, "auth": auth_config_of(account.network)}
    return render(request, "networks/password.html", context, status=UNPROCESSABLE if form.errors else None)


@never_cache
@login_not_required
@require_GET
def returned(request: MemberRequest) -> HttpResponse:
    """Finish a connection when the network sends the person back. Redirects always: the address contains a code."""
    if not request.user.is_authenticated:
        # Without the usual `next` address, which would contain the code.
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': reverse('networks:accounts')})}")
    check_may(request.member, "accounts.see", now=timezone.now())
    answer = {name: request.GET.get(name, "")[:MAX_LENGTH].replace("\x00", "") for name in ("state", "code", "error")}
    now, session = timezone.now(), request.session.session_key or ""
    try:
        returned_authorization = consume_authorization(
            state=answer["state"], session=session, by=request.member, now=now
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("networks:accounts")
    try:
        account = finish_connection(
            returned_authorization, code=answer["code"], error=answer["error"], by=request.member, now=now
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{account} quedó conectada.")
    return redirect("networks:account", pk=returned_authorization.account.pk)


@require_http_methods(["GET", "POST"])
def disconnect(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and disconnect an account."""
    account = queries.get_account(member=request.member, pk=pk)
    rules.check_may_disconnect(request.member, account, now=timezone.now())
    if request.method == "POST":
        disconnect_account(account=account, by=request.member, now=timezone.now())
        messages.success(request, f"{account} quedó desconectada. {revocation_notice(account)}")
        return redirect("networks:account", pk=pk)
    context = {"account": account, "farewell": revocation_notice(account)}
    return render(request, "networks/disconnect.html", context)


@require_POST
def try_out(request: MemberRequest, pk: int) -> HttpResponse:
    """Test the connection of an account."""
    account = queries.get_account(member=request.member, pk=pk)
    tested = check_connection(account=account, by=request.member, now=timezone.now())
    (messages.success if tested.test_passed else messages.error)(request, tested.test_result)
    return redirect("networks:account", pk=pk)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def application(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the entity's application for an account's network; its secret is never shown again."""
    account, now = queries.get_account(member=request.member, pk=pk), timezone.now()
    rules.check_may_connect(request.member, account, now=now)
    saved = queries.application_for(account)
    form = ApplicationForm(
        request.POST or None,
        is_saved=saved is not None,
        has_live_stream=live_stream(account.network) is not None,
        initial={
            "client_id": saved.client_id if saved else "",
            "live_backfill_minutes": saved.live_backfill_minutes if saved else 0,
        },
    )
    if form.is_valid():
        network, ids = account.network, {name: form.cleaned_data[name] for name in ("client_id", "secret")}
        save_application(network=network, server=account.server, live=form.live, by=request.member, now=now, **ids)
        messages.success(request, "Aplicación guardada. Ya se puede conectar la cuenta.")
        return redirect("networks:account", pk=pk)
    context = {"form": form, "account": account, "redirect": redirect_uri()}
    return render(request, "networks/application.html", context, status=UNPROCESSABLE if form.errors else None)
