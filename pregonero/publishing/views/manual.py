"""The page of an assisted act: the network opens with the text ready, and what was made is read back (Q-6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import Refused
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import HandMadeForm
from pregonero.publishing.post_lookup import look_at
from pregonero.publishing.states import WAITING

UNPROCESSABLE = 422


@require_POST
def take(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a delivery to make it by hand."""
    delivery = queries.get_delivery(member=request.member, pk=pk)
    actions.start_manual_post(delivery=delivery, by=request.member, now=timezone.now())
    return redirect("publishing:by_hand", pk=pk)


@require_http_methods(["GET", "POST"])
def by_hand(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what to do at the network, and keep the address of what was made, read back when it can be."""
    now = timezone.now()
    work = queries.handwork_of(member=request.member, pk=pk, now=now)
    rules.check_may_report_hand_made(request.member, work.delivery, now=now)
    form = HandMadeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sighting = look_at(work.delivery, form.cleaned_data["address"], work.text)
            actions.report_manual_post(delivery=work.delivery, sighting=sighting, by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, _said(sighting.why_unread, same=sighting.seen.same if sighting.seen else None))
            return redirect("reports:expediente", pk=work.delivery.publication_id)
    context = {"work": work, "form": form, "now": now, "is_taken": work.delivery.state not in WAITING}
    return render(request, "publishing/by_hand.html", context, status=UNPROCESSABLE if form.errors else 200)


def _said(why_unread: str, *, same: bool | None) -> str:
    if why_unread:
        return f"Quedó publicada por tu palabra: no se pudo leer en la red. {why_unread}"
    if same is False:
        return "Quedó publicada y leída en la red. Ojo: su texto no es igual al preparado."
    return "Quedó publicada, leída en la red."
