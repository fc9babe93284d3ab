"""Pages of a person's own security: activating the second factor, and the recovery codes."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import User
from pregonero.people.security import actions, queries, verified_session
from pregonero.people.security.forms import ConfirmForm
from pregonero.people.security.own_page import own_page


def _user(request: MemberRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the session middleware lets nobody else in
    return request.user


def _proof(user: User) -> str:
    """Return the page that asks for the second factor, and then leads to Today."""
    name = "mfa_reauthenticate" if queries.has_code_app(user) else "mfa_reauthenticate_webauthn"
    return f"{reverse(name)}?next=/"


@never_cache
@require_GET
def enrol(request: MemberRequest) -> HttpResponse:
    """Say what is missing to have a second factor; show it to a session that began before it existed."""
    user = _user(request)
    if queries.is_enrolled(user):
        return redirect("people:security" if verified_session.is_marked(request) else _proof(user))
    is_obliged = queries.must_have_second_factor(user, today=timezone.localdate())
    context = {"has_factor": queries.has_factor(user), "is_obliged": is_obliged}
    return render(request, "people/security/enrol.html", context)


@require_POST
@own_page
def start_code_app(request: MemberRequest) -> HttpResponse:
    """Make the key of a code application, and go to the page that shows it."""
    actions.start_code_app(user=_user(request))
    return redirect("people:code_app")


@never_cache
@require_http_methods(["GET", "POST"])
@own_page
def code_app(request: MemberRequest) -> HttpResponse:
    """Show the key of a code application, and activate it with its first code."""
    user = _user(request)
    secret = queries.secret_to_confirm(user)
    if not secret:
        return redirect("people:enrol")
    form = ConfirmForm(request.POST or None, user=user)
    if form.is_valid():
        record_authentication(request, user, "mfa", type=actions.APP, reauthenticated=True)
        messages.success(request, "Aplicación de códigos activa.")
        return redirect("people:enrol")
    context = {"form": form, "secret": secret, "image": queries.qr_image(secret, user.email)}
    return render(request, "people/security/code_app.html", context, status=UNPROCESSABLE if form.errors else None)


@never_cache
@require_http_methods(["GET", "POST"])
@own_page
def recovery_codes(request: MemberRequest) -> HttpResponse:
    """Make recovery codes, which replace the earlier ones, and show them this once."""
    user, now = _user(request), timezone.now()
    if not queries.has_factor(user):
        return redirect("people:enrol")
    if request.method == "POST":
        codes = actions.make_recovery_codes(user=user, now=now)
        verified_session.mark(request)
        return render(request, "people/security/new_codes.html", {"codes": codes})
    return render(request, "people/security/codes.html", {"left": queries.recovery_codes_left(user)})


@require_GET
def security(request: MemberRequest) -> HttpResponse:
    """Show the person's second factors, recovery codes, trusted devices and sessions."""
    user, now = request.member.user, timezone.now()
    context = {
        "sessions": queries.open_sessions(user, now=now),
        "current": verified_session.open_session_id(request),
        "devices": queries.trusted_devices(user, now=now),
        "tokens": queries.tokens_in_force(request.member, now=now),
        "may_have_tokens": not request.member.is_outside,
        "now": now,
        "code_app": queries.confirmed_code_app(user),
        "keys": queries.keys_of(user),
        "may_lose_factor": queries.may_lose_factor(user, today=timezone.localdate(now)),
        "codes_left": queries.recovery_codes_left(user),
    }
    return render(request, "people/security/security.html", context)


@require_POST
@own_page
def remove_code_app(request: MemberRequest) -> HttpResponse:
    """Remove the code application; the last factor of who must have one stays."""
    try:
        actions.remove_code_app(user=_user(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Aplicación de códigos quitada.")
    return redirect("people:security")
