"""One comment: covered until somebody asks to see it, what was decided about it, and the decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox.models import Message
from pregonero.moderation import author_notices, comment_queue, queries
from pregonero.moderation.actions import decisions
from pregonero.moderation.forms import DecisionForm
from pregonero.moderation.models import ModeratedComment
from pregonero.moderation.rules import Ruling, why_not_hidden
from pregonero.moderation.states import Effect, Verb, Visibility
from pregonero.networks.moderation import ManualSteps
from pregonero.networks.registry import chat_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def comment(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a comment, covered unless this person asked to see it."""
    return _page(request, _message(request, pk, "moderation.see"), None)


@require_POST
def uncover(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the words of a covered comment to this person, and count it."""
    message = _message(request, pk, "moderation.see")
    decisions.expose(message=message, by=request.member, now=timezone.now())
    address = reverse("moderation:comment", args=[message.pk])
    return redirect(f"{address}?ver=1")


@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a decision about a comment."""
    message = _message(request, pk, "moderation.decide")
    form = _form(request, message, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            decision = decisions.decide(
                message=message,
                ruling=Ruling(Verb(data["verb"]), data["rule"], data["reason"]),
                by=request.member,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Decidido: {decision.get_verb_display()}.")
            return redirect("moderation:queue")
    return _page(request, message, form)


def _message(request: MemberRequest, pk: int, right: str) -> Message:
    """Return a message that this person may see and act on; whoever may not learns nothing of it."""
    found = queries.get_message(member=request.member, pk=pk)
    check_may(request.member, right, now=timezone.now())
    return found


def _page(request: MemberRequest, message: Message, form: DecisionForm | None) -> HttpResponse:
    now, member = timezone.now(), request.member
    loaded = comment_queue.with_moderation(Message.objects.filter(pk=message.pk)).get()
    may_decide = may(member, "moderation.decide", now=now)
    state = getattr(loaded, "moderation", None)
    context: dict[str, Any] = {
        "message": message,
        "row": comment_queue.row_of(loaded),
        "state": state,
        "steps": _manual_steps(message, state) if may_decide else None,
        "is_uncovered": "ver" in request.GET and queries.has_uncovered(member, message, now=now),
        "uncovered_today": queries.uncovered_today(member, now=now),
        "decisions": queries.decisions_about(message),
        "notices": author_notices.notices_about(message),
        "why_not": why_not_hidden(message),
        "version": queries.rules_in_force(member.entity),
        "form": form or (_form(request, message, None) if may_decide else None),
        "now": now,
    }
    return render(request, "moderation/comment.html", context, status=UNPROCESSABLE if form is not None else None)


def _manual_steps(message: Message, state: ModeratedComment | None) -> ManualSteps | None:
    """Return what a person still has to do at the network about a message; None when there is nothing."""
    chat = chat_of(message.account.network)
    if chat is None or state is None or state.decision.effect != Effect.BY_HAND:
        return None
    return chat.steps(message.conversation.post_id)


def _form(request: MemberRequest, message: Message, data: Any) -> DecisionForm:
    state = getattr(message, "moderation", None)
    is_visible = state is None or state.visibility == Visibility.VISIBLE
    hides = [] if why_not_hidden(message) else [Verb.HIDE, Verb.HOLD]
    verbs = [Verb.KEEP, *hides] if is_visible else [Verb.RESTORE, *hides]
    proposal = queries.open_proposal(message)
    category = proposal.category if proposal else state.decision.category if state else ""
    version = queries.rules_in_force(request.member.entity)
    rule = queries.rule_for(version, category) if version and category else None
    return DecisionForm(data, version=version, verbs=verbs, initial={"rule": rule})
