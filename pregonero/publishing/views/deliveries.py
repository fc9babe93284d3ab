"""Acts of a person on one delivery.

Resolution: say whether an uncertain delivery was published (rule 3). Manual post: publish by hand at the network and
report the address of the post (Q-6).
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.outbox.actions import manual
from pregonero.outbox.models import Delivery
from pregonero.outbox.post_lookup import PostLookup, look_up
from pregonero.outbox.queries.deliveries import get_delivery
from pregonero.outbox.queries.manual import manual_work_of, pending_decision_of, who_decided
from pregonero.outbox.rules import check_may_decide, check_may_report_manual_post, check_may_withdraw
from pregonero.outbox.states import WAITING, DeliveryState
from pregonero.outbox.subjects import handler_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing.forms import HandMadeForm, NotOutForm, OutForm, ReasonForm


def subject_path(delivery: Delivery) -> str:
    """Return the page of what a delivery sends: a publication's expediente, or the conversation of an answer."""
    return handler_of(delivery.subject_kind).path_of(delivery)


@require_GET
def resolution(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what was sent next to what the network has. Redirect to the publication if it is resolved already."""
    delivery = get_delivery(member=request.member, pk=pk)
    if delivery.state != DeliveryState.NEEDS_PERSON:
        messages.info(request, who_decided(delivery) or "Este envío ya no espera una decisión.")
        return redirect(subject_path(delivery))
    return _resolution_page(request, pk)


@require_POST
def confirm_published(request: MemberRequest, pk: int) -> HttpResponse:
    """Record which post it is: one of the candidates, or another one, which is first read from the network."""
    delivery, now = get_delivery(member=request.member, pk=pk), timezone.now()
    check_may_decide(request.member, delivery, who_decided(delivery), now=now)
    form = OutForm(request.POST)
    if not form.is_valid():
        return _resolution_page(request, pk, out=form, status=UNPROCESSABLE)
    try:
        lookup = _find_post(request, delivery, form)
    except Refused as refusal:
        # If another person resolved it meanwhile, there are no candidates left: report that instead of a form error.
        latest = get_delivery(member=request.member, pk=pk)
        check_may_decide(request.member, latest, who_decided(latest), now=now)
        form.add_error("address", refusal.message)
        return _resolution_page(request, pk, out=form, status=UNPROCESSABLE)
    attempt = form.cleaned_data["attempt"]
    manual.decide_is_out(delivery=delivery, lookup=lookup, attempt=attempt, by=request.member, now=timezone.now())
    messages.success(request, _resolution_message(lookup))
    return redirect(subject_path(delivery))


def _find_post(request: MemberRequest, delivery: Delivery, form: OutForm) -> PostLookup:
    question = pending_decision_of(member=request.member, pk=delivery.pk, now=timezone.now())
    for candidate in question.candidates:
        if candidate.remote_id == form.cleaned_data["remote_id"]:
            return candidate.lookup
    if not form.cleaned_data["address"]:
        raise Refused("Esa publicación no está entre las que se encontraron en la red.")
    sent_text = question.attempt.content["text"] if question.attempt else ""
    return look_up(delivery, form.cleaned_data["address"], sent_text)


def _resolution_message(lookup: PostLookup) -> str:
    if lookup.seen is not None:
        return "Quedó como publicada: leímos su dirección en la red."
    return f"Quedó como publicada, según lo que dijiste: no la pudimos leer en la red. {lookup.why_unread}"


@require_POST
def confirm_not_published(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that it was not published. It is sent again unless it expired or was cancelled."""
    delivery, now = get_delivery(member=request.member, pk=pk), timezone.now()
    check_may_decide(request.member, delivery, who_decided(delivery), now=now)
    form = NotOutForm(request.POST)
    if not form.is_valid():
        return _resolution_page(request, pk, not_out=form, status=UNPROCESSABLE)
    attempt, reason = form.cleaned_data["attempt"], form.cleaned_data["reason"]
    manual.decide_is_not_out(delivery=delivery, attempt=attempt, reason=reason, by=request.member, now=now)
    again = now <= delivery.expires_at and not delivery.cancel_requested_reason
    messages.success(request, "Se envía otra vez." if again else "Quedó sin enviar.")
    return redirect(subject_path(delivery))


def _resolution_page(
    request: MemberRequest, pk: int, *, out: OutForm | None = None, not_out: NotOutForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    question = pending_decision_of(member=request.member, pk=pk, now=now)
    check_may(request.member, "delivery.decide", now=now)
    initial = {"attempt": question.delivery.attempts_made}
    context = {
        "question": question,
        "subject_path": subject_path(question.delivery),
        "now": now,
        "out": out or OutForm(initial=initial),
        "not_out": not_out or NotOutForm(initial=initial),
    }
    return render(request, "publishing/resolution.html", context, status=status)


@require_POST
def start_manual_post(request: MemberRequest, pk: int) -> HttpResponse:
    """Assign a delivery to the person who will post it by hand: the worker no longer sends it."""
    delivery = get_delivery(member=request.member, pk=pk)
    manual.start_manual_post(delivery=delivery, by=request.member, now=timezone.now())
    return redirect("publishing:manual_post", pk=pk)


@require_http_methods(["GET", "POST"])
def manual_post(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what to post at the network, and record the address of the post, read back where the network allows it."""
    now = timezone.now()
    work = manual_work_of(member=request.member, pk=pk, now=now)
    check_may_report_manual_post(request.member, work.delivery, now=now)
    form = HandMadeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lookup = look_up(work.delivery, form.cleaned_data["address"], work.text)
            manual.report_manual_post(delivery=work.delivery, lookup=lookup, by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, _manual_post_message(lookup))
            return redirect(subject_path(work.delivery))
    context = {
        "work": work,
        "form": form,
        "now": now,
        "is_taken": work.delivery.state not in WAITING,
        "subject_path": subject_path(work.delivery),
    }
    return render(request, "publishing/manual_post.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason of withdrawing a published post, and schedule its removal at the network."""
    now, form = timezone.now(), ReasonForm(request.POST or None)
    delivery = get_delivery(member=request.member, pk=pk)
    check_may_withdraw(request.member, delivery, now=now)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        manual.withdraw_post(delivery=delivery, reason=reason, by=request.member, now=now)
        messages.success(request, "La estamos retirando de la red: en un momento lo verás en el expediente.")
        return redirect(subject_path(delivery))
    context = {"delivery": delivery, "form": form, "now": now, "subject_path": subject_path(delivery)}
    return render(request, "publishing/withdraw.html", context, status=UNPROCESSABLE if form.errors else 200)


def _manual_post_message(lookup: PostLookup) -> str:
    if lookup.why_unread:
        return f"Quedó como publicada, según lo que dijiste: no la pudimos leer en la red. {lookup.why_unread}"
    if lookup.seen is not None and lookup.seen.is_same is False:
        return "Quedó como publicada. Revisa: su texto en la red no es igual al preparado."
    return "Quedó como publicada: la leímos en la red."
