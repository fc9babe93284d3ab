"""Pages of rectifications: the register, a request, and one with its decision and both sides (N-2)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.outbox.states import PUBLIC
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing.queries import get_publication
from pregonero.publishing.rectification import actions, queries, rules
from pregonero.publishing.rectification.forms import RequestForm, RulingForm
from pregonero.publishing.rectification.origins import RequestOrigin, load_origin
from pregonero.publishing.rectification.rectification_models import Rectification, Ruling
from pregonero.records.actions import ObjectRef

PAGE_SIZE = 30


@require_GET
def rectifications(request: MemberRequest) -> HttpResponse:
    """Show the register with its figures."""
    member, now = request.member, timezone.now()
    check_may(member, "rectification.see", now=now)
    today = timezone.localdate(now)
    context = {
        "figures": queries.figures_of(member.entity, today=today),
        "page": Paginator(queries.rectifications_of(member.entity), PAGE_SIZE).get_page(request.GET.get("pagina")),
        "today": today,
        "now": now,
    }
    return render(request, "publishing/rectification/register.html", context)


@require_http_methods(["GET", "POST"])
def ask_rectification(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a request to rectify a publication, from the message that the address names if it names one."""
    member, now = request.member, timezone.now()
    publication = get_publication(member=member, pk=pk)
    rules.check_may_ask(member, now=now)
    origin = _asked_origin(request)
    out = [one for one in deliveries_of(publication.ref) if one.state in PUBLIC]
    parts = sorted({one.position for one in out}) if any(one.position for one in out) else []
    form = RequestForm(request.POST or None, parts=parts, is_message=origin is not None, now=now)
    if form.is_valid():
        asked = form.request(origin.ref, origin.at) if origin else form.request()
        try:
            made = actions.ask_rectification(publication=publication, request=asked, by=member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Quedó la petición: falta decidirla.")
            return redirect(made)
    context = {"publication": publication, "form": form, "origin": origin, "is_out": bool(out)}
    status = UNPROCESSABLE if form.errors else None
    return render(request, "publishing/rectification/ask.html", context, status=status)


def _asked_origin(request: MemberRequest) -> RequestOrigin | None:
    """Return the message that the address names, or None."""
    try:
        return load_origin(ObjectRef.parse(request.GET.get("de", "")), by=request.member, now=timezone.now())
    except (ValueError, NotFound):
        return None


@require_GET
def rectification(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a rectification: the request, the decision, both sides on each account, and what is left to do."""
    check_may(request.member, "rectification.see", now=timezone.now())
    return _page(request, queries.get_rectification(member=request.member, pk=pk))


def _page(request: MemberRequest, found: Rectification, form: RulingForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    sides, made = queries.sides_of(found), queries.publications_made(found)
    corrections = [side.correction for side in sides if side.correction]
    first_out = queries.out_at(found.publication)
    accounts = [side.account for side in sides]
    comparable = rules.comparable_minute(first_out, now=now) if first_out else None
    context = {
        "rectification": found,
        "origin": _origin_of(request, found),
        "sides": sides,
        "publications": made,
        "comparable": comparable,
        "hour": f"{comparable:%Y-%m-%dT%H:%M}" if comparable else "",
        "form": (form or RulingForm(accounts=accounts)) if rules.may_decide(member, found, now=now) else None,
        "may_compose": found.ruling == Ruling.YES and not made and may(member, "publication.compose", now=now),
        "may_close": rules.may_close(member, found, corrections, now=now),
        "may_pin": rules.may_ask(member, now=now),
        "is_overdue": not found.ruling and found.due_on < timezone.localdate(now),
        "now": now,
    }
    return render(
        request, "publishing/rectification/rectification.html", context, status=UNPROCESSABLE if form else None
    )


def _origin_of(request: MemberRequest, found: Rectification) -> RequestOrigin | None:
    """Return the message of a request, if this person may see it."""
    try:
        return load_origin(found.origin, by=request.member, now=timezone.now()) if found.origin else None
    except NotFound:
        return None


@require_POST
def decide_rectification(request: MemberRequest, pk: int) -> HttpResponse:
    """Decide a request."""
    member, now = request.member, timezone.now()
    found = queries.get_rectification(member=member, pk=pk)
    rules.check_may_decide(member, found, now=now)
    form = RulingForm(request.POST, accounts=[side.account for side in queries.sides_of(found)])
    if not form.is_valid():
        return _page(request, found, form)
    data = form.cleaned_data
    found = actions.decide_rectification(
        rectification=found,
        ruling=Ruling(data["ruling"]),
        reason=data["reason"],
        correction=data["correction"],
        pinned=list(data["pinned"]),
        by=member,
        now=now,
    )
    messages.success(request, f"Decidido: {found.get_ruling_display()}.")
    return redirect(found)


@require_POST
def close_rectification(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark the original as rectified."""
    found = queries.get_rectification(member=request.member, pk=pk)
    actions.close_rectification(rectification=found, by=request.member, now=timezone.now())
    messages.success(request, "La original quedó marcada como rectificada.")
    return redirect(found)


@require_POST
def note_pinned(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Record that the rectification was pinned at the network."""
    found = queries.get_rectification(member=request.member, pk=pk)
    actions.note_pinned(rectification=found, account=account, by=request.member, now=timezone.now())
    messages.success(request, "Quedó que está fijada.")
    return redirect(found)
