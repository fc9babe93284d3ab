"""Pages of a person's tokens, with which programs act for them: making one, and revoking it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.security import queries
from pregonero.people.security.actions import tokens
from pregonero.people.security.forms import TokenForm
from pregonero.people.security.own_page import own_page

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "POST"])
@own_page
def make_token(request: MemberRequest) -> HttpResponse:
    """Make a token and show it this once."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, text = tokens.make_token(plan=form.plan(), by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return render(request, "people/security/new_token.html", {"token": token, "text": text})
    status = UNPROCESSABLE if form.errors else None
    return render(request, "people/security/token_form.html", {"form": form}, status=status)


@require_POST
def revoke_token(request: MemberRequest, pk: int) -> HttpResponse:
    """Revoke a token: one's own, or somebody's in the entity for who may."""
    now = timezone.now()
    token = queries.get_token(member=request.member, pk=pk, now=now)
    tokens.revoke_token(token=token, by=request.member, now=now)
    messages.success(request, f"El programa «{token}» ya no entra.")
    return redirect("people:security" if token.member_id == request.member.pk else token.member)
