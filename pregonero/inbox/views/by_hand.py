"""The page where a person answers at the network itself, because its API does not let us (Q-6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import give_up_by_hand
from pregonero.inbox.forms import ByHandForm
from pregonero.inbox.models import Answer
from pregonero.networks.manual_posting import reply_address
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.outbox.actions.manual import report_manual_post
from pregonero.outbox.post_lookup import look_up
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

UNPROCESSABLE = 422


def _answer(request: MemberRequest, pk: int) -> Answer:
    answer = queries.get_answer(member=request.member, pk=pk)
    check_may(request.member, "inbox.answer", now=timezone.now())
    return answer


@require_http_methods(["GET", "POST"])
def by_hand(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what to write at the network and where, and read it back at the address that the person pastes."""
    answer, form = _answer(request, pk), ByHandForm(request.POST or None)
    if not answer.is_by_hand:
        raise WrongState("Esta respuesta no espera a que alguien la haga en la red.")
    if request.method == "POST" and form.is_valid():
        operation = queries.operation_of(answer)
        try:
            lookup = look_up(operation, form.cleaned_data["address"], answer.text)
            report_manual_post(delivery=operation, lookup=lookup, by=request.member, now=timezone.now())
        except Refused as refusal:
            form.add_error("address", refusal.message)
        else:
            read = "la leímos en la red." if lookup.seen else f"no la pudimos leer. {lookup.why_unread}"
            messages.success(request, f"Quedó como respondida: {read}")
            return redirect(answer.conversation)
    context = {"answer": answer, "opens": _opens(answer), "form": form, "now": timezone.now()}
    return render(request, "inbox/by_hand.html", context, status=UNPROCESSABLE if form.errors else None)


def _opens(answer: Answer) -> str:
    """Return where the person answers: the network's page for replying, or the message itself."""
    account = answer.conversation.account
    manual, credentials = manual_posting(account.network), credentials_without_token(account)
    return reply_address(manual, credentials, answer.text, reply_to=answer.message.remote_id) or answer.message.url


@require_POST
def give_up(request: MemberRequest, pk: int) -> HttpResponse:
    """Store that the person will not answer at the network after all."""
    answer = give_up_by_hand(answer=_answer(request, pk), by=request.member, now=timezone.now())
    return redirect(answer.conversation)
