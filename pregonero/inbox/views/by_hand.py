"""The page where a person answers at the network itself, because its API does not let us (Q-6)."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import give_up_by_hand
from pregonero.inbox.forms import ByHandForm, ByHandMessageForm
from pregonero.inbox.models import Answer
from pregonero.inbox.private_answers import private_target
from pregonero.inbox.rules import check_is_by_hand, check_replies_to
from pregonero.networks.manual_posting import message_address, reply_address
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.outbox.actions.manual import report_manual_post
from pregonero.outbox.post_lookup import PostLookup, look_up, look_up_message
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.rules import check_may


def _answer(request: MemberRequest, pk: int) -> Answer:
    answer = queries.get_answer(member=request.member, pk=pk)
    check_may(request.member, "inbox.answer", now=timezone.now())
    return answer


@require_http_methods(["GET", "POST"])
def by_hand(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what to write at the network and where, and read it back: at its address, or in the conversation."""
    answer = _answer(request, pk)
    form = (ByHandMessageForm if answer.is_private else ByHandForm)(request.POST if request.method == "POST" else None)
    check_is_by_hand(answer)
    if request.method == "POST" and form.is_valid():
        try:
            lookup = _report(answer, form, request.member)
        except Refused as refusal:
            form.add_error("address" if "address" in form.fields else None, refusal.message)
        else:
            read = "la leímos en la red." if lookup.seen else f"no la pudimos leer. {lookup.why_unread}"
            messages.success(request, f"Quedó como respondida: {read}")
            return redirect(answer.conversation)
    context = {"answer": answer, "opens": _reply_page(answer), "form": form, "now": timezone.now()}
    return render(request, "inbox/by_hand.html", context, status=UNPROCESSABLE if form.errors else None)


def _report(answer: Answer, form: Form, by: Member) -> PostLookup:
    """Read what the person wrote at the network, and store that the answer was given."""
    operation, now = queries.operation_of(answer), timezone.now()
    if answer.is_private:
        lookup = look_up_message(operation, since=answer.at, now=now)
    else:
        lookup = look_up(operation, form.cleaned_data["address"], answer.text)
        check_replies_to(answer.message, lookup)
    report_manual_post(delivery=operation, lookup=lookup, by=by, now=timezone.now())
    return lookup


def _reply_page(answer: Answer) -> str:
    """Return where the person answers: the private conversation, the network's page for replying, or the message."""
    account = answer.conversation.account
    manual, credentials = manual_posting(account.network), credentials_without_token(account)
    target = private_target(answer)
    if target is not None:
        return message_address(manual, credentials, answer.text, target) or answer.message.url
    return reply_address(manual, credentials, answer.text, reply_to=answer.message.remote_id) or answer.message.url


@require_POST
def give_up(request: MemberRequest, pk: int) -> HttpResponse:
    """Store that the person will not answer at the network after all."""
    answer = give_up_by_hand(answer=_answer(request, pk), by=request.member, now=timezone.now())
    return redirect(answer.conversation)
