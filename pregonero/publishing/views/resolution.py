"""The page where a person decides whether a delivery went out: what was sent beside what was found (rule 3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import NotOutForm, OutForm
from pregonero.publishing.models import Delivery
from pregonero.publishing.post_lookup import PostLookup, look_at
from pregonero.publishing.states import DeliveryState

UNPROCESSABLE, CONFLICT = 422, 409


@require_GET
def question(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what was sent beside what was found; what was decided already leads to its file."""
    delivery = queries.get_delivery(member=request.member, pk=pk)
    if delivery.state != DeliveryState.NEEDS_PERSON:
        messages.info(request, queries.who_decided(delivery) or "Este envío ya no espera una decisión.")
        return redirect("reports:expediente", pk=delivery.publication_id)
    return _page(request, pk)


@require_POST
def is_out(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep which post it is: one of those found, or another one that is read at the network first."""
    delivery, now = queries.get_delivery(member=request.member, pk=pk), timezone.now()
    rules.check_may_decide(request.member, delivery, queries.who_decided(delivery), now=now)
    form = OutForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, out=form, status=UNPROCESSABLE)
    try:
        sighting = _sighting(request, delivery, form)
    except Refused as refusal:
        # Somebody may have decided just now, and then there is nothing left to choose from: that is what to say.
        latest = queries.get_delivery(member=request.member, pk=pk)
        rules.check_may_decide(request.member, latest, queries.who_decided(latest), now=now)
        form.add_error("address", refusal.message)
        return _page(request, pk, out=form, status=UNPROCESSABLE)
    attempt = form.cleaned_data["attempt"]
    actions.decide_is_out(delivery=delivery, sighting=sighting, attempt=attempt, by=request.member, now=timezone.now())
    messages.success(request, _said(sighting))
    return redirect("reports:expediente", pk=delivery.publication_id)


def _sighting(request: MemberRequest, delivery: Delivery, form: OutForm) -> PostLookup:
    question = queries.question_of(member=request.member, pk=delivery.pk, now=timezone.now())
    for candidate in question.candidates:
        if candidate.remote_id == form.cleaned_data["remote_id"]:
            return candidate.sighting
    if not form.cleaned_data["address"]:
        raise Refused("Esa publicación no está entre las que se encontraron en la red.")
    said = question.attempt.content["text"] if question.attempt else ""
    return look_at(delivery, form.cleaned_data["address"], said)


def _said(sighting: PostLookup) -> str:
    if sighting.seen is not None:
        return "Quedó como publicada, con su dirección leída en la red."
    return f"Quedó como publicada por tu palabra: no se pudo leer en la red. {sighting.why_unread}"


@require_POST
def is_not_out(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep that it did not go out: it is sent again, unless its hour has passed or somebody stopped it."""
    delivery, now = queries.get_delivery(member=request.member, pk=pk), timezone.now()
    rules.check_may_decide(request.member, delivery, queries.who_decided(delivery), now=now)
    form = NotOutForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, not_out=form, status=UNPROCESSABLE)
    attempt, reason = form.cleaned_data["attempt"], form.cleaned_data["reason"]
    actions.decide_is_not_out(delivery=delivery, attempt=attempt, reason=reason, by=request.member, now=now)
    again = now <= delivery.expires_at and not delivery.cancel_requested_reason
    messages.success(request, "Se envía otra vez." if again else "Quedó sin enviar: no se envía tarde ni detenida.")
    return redirect("reports:expediente", pk=delivery.publication_id)


def _page(
    request: MemberRequest, pk: int, *, out: OutForm | None = None, not_out: NotOutForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    question = queries.question_of(member=request.member, pk=pk, now=now)
    check_may(request.member, "delivery.decide", now=now)
    asked = {"attempt": question.delivery.attempts_made}
    context = {
        "question": question,
        "now": now,
        "out": out or OutForm(initial=asked),
        "not_out": not_out or NotOutForm(initial=asked),
    }
    return render(request, "publishing/question.html", context, status=status)
