"""The page of a conversation, and its acts."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox import queries, rules
from pregonero.inbox.actions import answers, triage
from pregonero.inbox.actions import press as press_actions
from pregonero.inbox.actions.answers import WrittenAnswer
from pregonero.inbox.actions.composer import save_draft
from pregonero.inbox.alike import alike_conversations
from pregonero.inbox.answer_proposals import AnswerProposal, propose_answer
from pregonero.inbox.composer import composer_context, new_answer
from pregonero.inbox.followup import followup_context
from pregonero.inbox.forms import (
    AnswerForm,
    CloseForm,
    LinkedTextForm,
    NoteForm,
    PressDeadlineForm,
    RedirectForm,
    SnoozeForm,
    SortForm,
)
from pregonero.inbox.models import Answer, Conversation, Draft, Message
from pregonero.inbox.press import advises_or_coordinates, deadline_of
from pregonero.inbox.private_answers import AnswerWindow, private_reply_window, window_of
from pregonero.inbox.question_queries import heaviest_words
from pregonero.inbox.rules import LinksRefused
from pregonero.inbox.states import AnswerKind, ConversationState, Question
from pregonero.inbox.thread import thread_of
from pregonero.inbox.views.links import check_links_of
from pregonero.newsroom.queries import get_news
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may, may
from pregonero.ui.undo import offer_undo


def _conversation(request: MemberRequest, pk: int, right: str) -> Conversation:
    """Return a conversation that this person may see and act on. Raises `NotFound` or `NotAllowed`."""
    found = queries.get_conversation(member=request.member, pk=pk)
    check_may(request.member, right, now=timezone.now())
    return found


@require_GET
def conversation_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a conversation, what it asks for, the proposed answer, and what can be done with it."""
    return _page(request, _conversation(request, pk, "inbox.see"))


def _page(
    request: MemberRequest, conversation: Conversation, form: Form | None = None, *, status: int | None = None
) -> HttpResponse:
    now, member = timezone.now(), request.member
    today = timezone.localdate(now)
    composer = _answer_context(conversation, now) | composer_context(conversation, member=member, now=now)
    context = {
        "conversation": conversation,
        "thread": thread_of(conversation, member=member, today=today, before=_before(request)),
        "changed_since": _changed_since(form),
        "link_refused": isinstance(form, LinkedTextForm) and form.refuses_links,
        "limit": rules.answer_limit(conversation, is_private=conversation.is_private),
        "questions": Question.choices,
        "pqrsd": queries.pqrsd_parameters(conversation.entity),
        "people": networks_people(conversation.entity, today=today),
        "is_open": conversation.state == ConversationState.OPEN,
        "now": now,
        **composer,
        **followup_context(conversation, today=today),
        **_forms(form, _initial_answer(conversation, now, **composer), conversation),
        **_rights(member, conversation, now),
    }
    return render(request, "inbox/conversation.html", context, status=status)


def _before(request: MemberRequest) -> datetime | None:
    """Return the moment before which the page shows earlier entries; None for the latest ones."""
    try:
        return parse_datetime(request.GET.get("antes", ""))
    except ValueError:
        return None


def _changed_since(form: Form | None) -> datetime | None:
    """Return the moment after which entries are marked as new: when the person opened the composer. None marks none."""
    return form.cleaned_data["opened"] if isinstance(form, AnswerForm) and form.is_for_an_older_state else None


def _answer_context(conversation: Conversation, now: datetime) -> dict[str, Any]:
    """Return the message to answer and its windows, the proposed answer to a basic question, and those who ask it."""
    message = queries.message_to_answer(conversation)
    found: dict[str, Any] = {"message": message, "proposal": None, "alike": [], **_windows(message, now)}
    found["heaviest_words"], found["press_deadline"] = heaviest_words(conversation, message), deadline_of(conversation)
    if message is None or conversation.question != Question.BASIC:
        return found
    proposal, alike = propose_answer(conversation, message), alike_conversations(conversation, message)
    return found | {"proposal": proposal, "alike": alike}


def _windows(message: Message | None, now: datetime) -> dict[str, AnswerWindow | None]:
    """Return until when the message may be answered, and until when in private if its network lets us."""
    if message is None:
        return {"window": None, "private_window": None}
    private = private_reply_window(message, now=now)
    is_open = private is not None and not private.why_by_hand
    return {"window": window_of(message, now=now), "private_window": private if is_open else None}


def _initial_answer(
    conversation: Conversation, now: datetime, *, draft: Draft | None, proposal: AnswerProposal | None, **_: Any
) -> dict[str, Any]:
    text = draft.text if draft else proposal.text if proposal else ""
    return {"text": text, "source": proposal.news.pk if proposal else None, **new_answer(conversation, now)}


def _forms(form: Form | None, initial: dict[str, Any], conversation: Conversation) -> dict[str, Form]:
    """Return the forms of the page; the one that was sent keeps what it had."""
    forms = {
        "answer_form": AnswerForm(initial=initial),
        "redirect_form": RedirectForm(initial=initial),
        "sort_form": SortForm(initial={"question": conversation.question}),
        "close_form": CloseForm(),
        "note_form": NoteForm(),
        "snooze_form": SnoozeForm(),
        "press_form": PressDeadlineForm(),
    }
    return {name: form if form is not None and type(form) is type(empty) else empty for name, empty in forms.items()}


def _rights(member: Member, conversation: Conversation, now: datetime) -> dict[str, bool]:
    return {
        "may_answer": rules.may_answer(member, conversation, kind=AnswerKind.ANSWER, now=now),
        "may_redirect": rules.may_answer(member, conversation, kind=AnswerKind.REDIRECT, now=now),
        "may_work": may(member, "inbox.answer", now=now),
        "may_open_petition": may(member, "petition.open", now=now),
        "may_sort": may(member, "inbox.sort", now=now),
        "may_reserve": advises_or_coordinates(member, today=timezone.localdate(now)),
        "may_note": may(member, "inbox.note", now=now),
    }


@require_POST
def sort(request: MemberRequest, pk: int) -> HttpResponse:
    """Confirm or correct what a conversation asks for."""
    conversation = _conversation(request, pk, "inbox.sort")
    form = SortForm(request.POST)
    if form.is_valid():
        try:
            triage.sort_conversation(
                conversation=conversation,
                question=Question(form.cleaned_data["question"]),
                reason=form.cleaned_data["reason"],
                by=request.member,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("reason", refusal.message)
        else:
            return redirect(conversation)
    return _page(request, conversation, form, status=UNPROCESSABLE)


@require_POST
def answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Send an answer. When the thread changed meanwhile, nothing is sent and the text is kept."""
    member, conversation = request.member, _conversation(request, pk, "inbox.answer")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, conversation, form, status=UNPROCESSABLE)
    try:
        check_links_of(request, form.cleaned_data["text"], form)
        sent = answers.send_answer(
            conversation=conversation,
            written=_written_answer(form, member),
            by=member,
            now=timezone.now(),
        )
    except Refused as refusal:
        return _refused_answer(request, conversation, form, refusal)
    if sent.is_by_hand:
        return redirect("inbox:by_hand", pk=sent.pk)
    _answer_alike(request, sent)
    return redirect(conversation)


def _written_answer(form: AnswerForm, member: Member) -> WrittenAnswer:
    data = form.cleaned_data
    source = get_news(member=member, pk=data["source"]) if data["source"] else None
    return WrittenAnswer(data["text"], data["key"], data["seen"], source, is_private=data["is_private"])


def _answer_alike(request: MemberRequest, answer: Answer) -> None:
    """Give the same answer to the chosen conversations, and show which ones did not get it."""
    chosen = {value for value in request.POST.getlist("alike") if value.isdecimal()}
    others = [one.conversation for one in alike_conversations(answer.conversation, answer.message)]
    others = [other for other in others if str(other.pk) in chosen]
    sent, refused = answers.send_alike(answer=answer, others=others, by=request.member, now=timezone.now())
    count = len(sent) + 1
    sentence = "Respuesta en camino." if count == 1 else f"{count} respuestas en camino."
    offer_undo(request, sentence, reverse("inbox:undo", args=[answer.pk]))
    for reason in refused:
        messages.warning(request, f"No se respondió a {reason}")


def _refused_answer(
    request: MemberRequest, conversation: Conversation, form: AnswerForm, refusal: Refused
) -> HttpResponse:
    """Show the thread as it is now, with the text that was not sent and why."""
    conversation.refresh_from_db()
    save_draft(conversation=conversation, text=form.cleaned_data["text"], by=request.member, now=timezone.now())
    refused = AnswerForm({**form.cleaned_data, **new_answer(conversation, timezone.now())})
    refused.is_valid()
    refused.cleaned_data["opened"] = form.cleaned_data["opened"]
    refused.refuse("text", refusal)
    return _page(request, conversation, refused, status=UNPROCESSABLE)


@require_POST
def redirect_person(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the person to PQRSD."""
    conversation = _conversation(request, pk, "inbox.answer")
    form = RedirectForm(request.POST)
    if not form.is_valid():
        return redirect(conversation)
    parameters, data = queries.pqrsd_parameters(conversation.entity), form.cleaned_data
    try:
        check_links_of(request, parameters.address if parameters else "", form)
        sent = answers.redirect_to_pqrsd(
            conversation=conversation, key=data["key"], seen=data["seen"], by=request.member, now=timezone.now()
        )
    except LinksRefused as refusal:
        form.refuse("link_reason", refusal)
        return _page(request, conversation, form, status=UNPROCESSABLE)
    if sent.is_by_hand:
        return redirect("inbox:by_hand", pk=sent.pk)
    offer_undo(request, "Le enviamos la dirección de PQRSD.", reverse("inbox:undo", args=[sent.pk]))
    return redirect(conversation)


@require_POST
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Close a conversation that needs no answer."""
    conversation, form = _conversation(request, pk, "inbox.answer"), CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, conversation, form, status=UNPROCESSABLE)
    triage.close_conversation(conversation=conversation, by=request.member, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "Conversación cerrada.")
    return redirect("inbox:list")


@require_POST
def reopen(request: MemberRequest, pk: int) -> HttpResponse:
    """Open a conversation again."""
    conversation = _conversation(request, pk, "inbox.answer")
    triage.reopen_conversation(conversation=conversation, by=request.member, now=timezone.now())
    return redirect(conversation)


@require_POST
def assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a conversation to a person, or to nobody."""
    member, conversation = request.member, _conversation(request, pk, "inbox.answer")
    people = {str(person.pk): person for person in networks_people(member.entity, today=timezone.localdate())}
    chosen = people.get(request.POST.get("assignee", ""))
    triage.assign_conversation(conversation=conversation, assignee=chosen, by=member, now=timezone.now())
    return redirect(conversation)


@require_POST
def snooze(request: MemberRequest, pk: int) -> HttpResponse:
    """Set a conversation aside until a day."""
    conversation, form = _conversation(request, pk, "inbox.answer"), SnoozeForm(request.POST)
    if form.is_valid():
        try:
            triage.snooze_conversation(
                conversation=conversation, until=form.until, by=request.member, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("day", refusal.message)
        else:
            messages.success(request, "Pospuesta: vuelve ese día, o antes si la persona escribe.")
            return redirect("inbox:list")
    return _page(request, conversation, form, status=UNPROCESSABLE)


@require_POST
def note(request: MemberRequest, pk: int) -> HttpResponse:
    """Write an internal note."""
    conversation, form = _conversation(request, pk, "inbox.note"), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, conversation, form, status=UNPROCESSABLE)
    add = press_actions.add_reserved_note if form.cleaned_data["is_reserved"] else triage.add_note
    add(conversation=conversation, text=form.cleaned_data["text"], by=request.member, now=timezone.now())
    return redirect(conversation)


@require_POST
def press_deadline(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the deadline of a press question."""
    conversation, form = _conversation(request, pk, "inbox.sort"), PressDeadlineForm(request.POST)
    if form.is_valid():
        try:
            press_actions.set_press_deadline(
                conversation=conversation, due_at=form.due_at, by=request.member, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("day", refusal.message)
        else:
            return redirect(conversation)
    return _page(request, conversation, form, status=UNPROCESSABLE)
