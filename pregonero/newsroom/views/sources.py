"""Pages of the sources of news: their state, registering and retiring them, and their standing rules."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict
from pregonero.newsroom import actions, queries, rules
from pregonero.newsroom.forms import ReasonForm, SourceForm
from pregonero.newsroom.models import Source
from pregonero.newsroom.reading.errors import Malformed, Unreadable
from pregonero.newsroom.reading.urls import canonical_link
from pregonero.newsroom.rules import NotOfficial
from pregonero.newsroom.sources.base import PolledSourceKind, Reading
from pregonero.newsroom.sources.registry import KINDS
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

SECRET_BYTES = 32


@require_GET
def sources(request: MemberRequest) -> HttpResponse:
    """Show the sources of the entity: their last reading, problem, standing rule and number of news."""
    now = timezone.now()
    check_may(request.member, "news.see", now=now)
    context = {
        "rows": queries.sources_with_state(request.member.entity),
        "may_manage": may(request.member, "sources.manage", now=now),
        "may_sign": may(request.member, "rules.sign", now=now),
        "now": now,
    }
    return render(request, "newsroom/sources.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def register_source(request: MemberRequest) -> HttpResponse:
    """Ask for the kind, then for what that kind needs, and register the source. Its secret is shown only once."""
    check_may(request.member, "sources.manage", now=timezone.now())
    kind = KINDS.get(request.POST.get("kind") or request.GET.get("clase", ""))
    if kind is None:
        return render(request, "newsroom/source_kind.html", {"kinds": KINDS.values()})
    form = SourceForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = "" if kind.is_polled else secrets.token_urlsafe(SECRET_BYTES)
        member, now = request.member, timezone.now()
        try:
            source = actions.register_source(
                entity=member.entity, kind=kind, secret=secret, by=member, now=now, **_registration(form)
            )
        except (Malformed, NotOfficial, Conflict) as refusal:
            form.add_error("address", refusal.message)
        else:
            if not kind.is_polled:
                return _show_secret(request, source, secret)
            messages.success(request, f"«{source}» quedó registrada; se lee ahora mismo.")
            return redirect("newsroom:sources")
    return _source_form(request, form)


def _registration(form: SourceForm) -> dict[str, Any]:
    names = ("name", "address", "every_minutes", "options")
    return {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}


@require_POST
def try_source(request: MemberRequest) -> HttpResponse:
    """Read a source once and show its news; nothing is registered."""
    check_may(request.member, "sources.manage", now=timezone.now())
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        return redirect("newsroom:register_source")
    form, reading = SourceForm(kind, request.POST), None
    if form.is_valid() and isinstance(kind, PolledSourceKind):
        address = form.cleaned_data["address"]
        try:
            rules.check_official(request.member.entity, address)
            reading = kind.read(canonical_link(address), form.cleaned_data["options"])
        except (Unreadable, NotOfficial) as refusal:
            form.add_error("address", refusal.message)
    return _source_form(request, form, reading)


def _source_form(request: MemberRequest, form: SourceForm, reading: Reading | None = None) -> HttpResponse:
    context = {"form": form, "kind": form.kind, "items": None if reading is None else reading.items}
    return render(request, "newsroom/source_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _show_secret(request: MemberRequest, source: Source, secret: str) -> HttpResponse:
    address = settings.PUBLIC_ADDRESS + reverse("newsroom:notice", args=[source.pk])
    return render(request, "newsroom/source_secret.html", {"source": source, "secret": secret, "address": address})


@require_http_methods(["GET", "POST"])
def retire_source(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and retire a source."""
    now = timezone.now()
    source = queries.get_source(member=request.member, pk=pk)
    rules.check_may_manage(request.member, source, now=now)
    if request.method == "POST":
        actions.retire_source(source=source, by=request.member, now=now)
        messages.success(request, f"«{source}» quedó retirada.")
        return redirect("newsroom:sources")
    return render(request, "newsroom/source_retire.html", {"source": source})


@require_http_methods(["GET", "POST"])
def sign_rule(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign the standing rule of a source."""
    now = timezone.now()
    source = queries.get_source(member=request.member, pk=pk)
    rules.check_may_sign(request.member, source, now=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.sign_rule(source=source, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, f"Firmaste la regla permanente de «{source}».")
        return redirect("newsroom:sources")
    context = {"form": form, "source": source}
    return render(request, "newsroom/rule_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def revoke_rule(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and revoke the standing rule of a source."""
    now = timezone.now()
    source = queries.get_source(member=request.member, pk=pk)
    rules.check_may_sign(request.member, source, now=now)
    if request.method == "POST":
        actions.revoke_rule(source=source, by=request.member, now=now)
        messages.success(request, f"Revocaste la regla permanente de «{source}».")
        return redirect("newsroom:sources")
    return render(request, "newsroom/rule_revoke.html", {"source": source})
