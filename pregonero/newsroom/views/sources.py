"""Sources: their state, registering and retiring them, and the coordinator's standing rules."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import Conflict
from pregonero.newsroom import actions, queries, rules
from pregonero.newsroom.forms import ReasonForm, SourceForm
from pregonero.newsroom.models import Source, SourceKind
from pregonero.newsroom.reading.errors import Malformed, Unreadable
from pregonero.newsroom.reading.item import Item
from pregonero.newsroom.reading.preview import read_once
from pregonero.newsroom.rules import NotOfficial
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

UNPROCESSABLE = 422
SECRET_BYTES = 32
KIND_WORDS = {
    SourceKind.FEED: "La sede ofrece una dirección RSS o Atom. Es lo más seguro: úsala si existe.",
    SourceKind.LISTING: "La sede no ofrece RSS: se lee su página de noticias. Si la página cambia, hay que ajustarla.",
    SourceKind.WEBHOOK: "La sede avisa por sí sola al publicar. Quien la administra instala un secreto.",
}


@require_GET
def sources(request: MemberRequest) -> HttpResponse:
    """Show each source: its last reading, its problem, its standing rule, what it brought."""
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
    """Ask first of which kind, then what that kind needs, and register it; a webhook's secret is shown this once."""
    check_may(request.member, "sources.manage", now=timezone.now())
    kind = request.POST.get("kind") or request.GET.get("clase", "")
    if kind not in SourceKind:
        return render(
            request,
            "newsroom/source_kind.html",
            {"kinds": [(each.value, each.label, words) for each, words in KIND_WORDS.items()]},
        )
    form = SourceForm(request.POST or None, initial={"kind": kind})
    if request.method == "POST" and form.is_valid():
        secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            source = _register(request, form.cleaned_data, secret)
        except (Malformed, NotOfficial, Conflict) as no:
            form.add_error("address", no.message)
        else:
            if source.kind == SourceKind.WEBHOOK:
                return _show_secret(request, source, secret)
            messages.success(request, f"«{source}» quedó registrada; se lee ahora mismo.")
            return redirect("newsroom:sources")
    return _source_form(request, form, kind)


@require_POST
def try_source(request: MemberRequest) -> HttpResponse:
    """Read a source once, and show what it would bring; nothing is registered."""
    check_may(request.member, "sources.manage", now=timezone.now())
    form, found = SourceForm(request.POST), None
    if form.is_valid() and form.cleaned_data["kind"] != SourceKind.WEBHOOK:
        address, selectors = form.cleaned_data["address"], form.cleaned_data["selectors"]
        try:
            rules.check_official(request.member.entity, address)
            found = read_once(address, selectors)
        except (Unreadable, NotOfficial) as no:
            form.add_error("address", no.message)
    return _source_form(request, form, request.POST.get("kind", ""), found)


def _source_form(
    request: MemberRequest, form: SourceForm, kind: str, found: Sequence[Item] | None = None
) -> HttpResponse:
    context = {"form": form, "kind": kind, "kind_label": dict(SourceKind.choices).get(kind, ""), "found": found}
    return render(request, "newsroom/source_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _register(request: MemberRequest, data: dict[str, Any], secret: str) -> Source:
    return actions.register_source(
        entity=request.member.entity,
        kind=SourceKind(data["kind"]),
        name=data["name"],
        address=data["address"],
        selectors=data["selectors"],
        every_minutes=data["every_minutes"],
        secret=secret if data["kind"] == SourceKind.WEBHOOK else "",
        by=request.member,
        now=timezone.now(),
    )


def _show_secret(request: MemberRequest, source: Source, secret: str) -> HttpResponse:
    address = settings.PUBLIC_ADDRESS + reverse("newsroom:notice", args=[source.pk])
    return render(request, "newsroom/source_secret.html", {"source": source, "secret": secret, "address": address})


@require_http_methods(["GET", "POST"])
def retire_source(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, and stop reading a source for good."""
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
    """Sign that what a source brings is informed by itself."""
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
    """Ask, and end a source's standing rule."""
    now = timezone.now()
    source = queries.get_source(member=request.member, pk=pk)
    rules.check_may_sign(request.member, source, now=now)
    if request.method == "POST":
        actions.revoke_rule(source=source, by=request.member, now=now)
        messages.success(request, f"Revocaste la regla permanente de «{source}».")
        return redirect("newsroom:sources")
    return render(request, "newsroom/rule_revoke.html", {"source": source})
