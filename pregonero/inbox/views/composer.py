"""What happens around the composer: drafts, presence, saved answers put into it, labels, and undoing what was sent."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox import composer_queries, queries
from pregonero.inbox.actions import composer, undo
from pregonero.inbox.forms import DraftForm, LabelsForm
from pregonero.inbox.models import Conversation
from pregonero.inbox.saved_text import fill
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.ui.undo import page_of_undo


def _conversation(request: MemberRequest, pk: int, right: str) -> Conversation:
    found = queries.get_conversation(member=request.member, pk=pk)
    check_may(request.member, right, now=timezone.now())
    return found


@require_POST
def draft(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep what a person is writing, while they write it."""
    conversation, form = _conversation(request, pk, "inbox.answer"), DraftForm(request.POST)
    if not form.is_valid():
        sentence = f"Borrador sin guardar: {form.errors['text'][0]}"
        return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=UNPROCESSABLE)
    text = form.cleaned_data["text"]
    composer.save_draft(conversation=conversation, text=text, by=request.member, now=timezone.now())
    return HttpResponse("Borrador guardado" if text.strip() else "", content_type="text/plain; charset=utf-8")


@require_POST
def presence(request: MemberRequest, pk: int) -> HttpResponse:
    """Store that the person has the page open; say who else does, and whether the conversation changed."""
    conversation, now = _conversation(request, pk, "inbox.see"), timezone.now()
    composer.mark_present(conversation=conversation, by=request.member, now=now)
    seen = request.POST.get("seen", "")
    context = {
        "conversation": conversation,
        "company": composer_queries.company_in(conversation, besides=request.member, now=now),
        "is_changed": seen.isdecimal() and seen != str(conversation.revision),
        "now": now,
    }
    return render(request, "inbox/company.html", context)


@require_POST
def insert_saved(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a saved answer, with the values of its variables, after what the person wrote; nothing written is lost."""
    conversation, form, now = _conversation(request, pk, "inbox.answer"), DraftForm(request.POST), timezone.now()
    chosen = request.POST.get("saved", "")
    is_number = chosen.isdecimal() and len(chosen) < len(str(2**63))
    saved = composer_queries.get_saved_answer(member=request.member, pk=int(chosen) if is_number else 0)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    try:
        filled = fill(composer_queries.versions_of_saved(saved)[0].text, conversation, now=now)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        text = f"{text.rstrip()}\n\n{filled}" if text.strip() else filled
    composer.save_draft(conversation=conversation, text=text, by=request.member, now=now)
    return redirect(f"{conversation.get_absolute_url()}#id_text")


@require_POST
def label(request: MemberRequest, pk: int) -> HttpResponse:
    """Set the labels of a conversation."""
    conversation, form = _conversation(request, pk, "inbox.answer"), LabelsForm(request.POST)
    if form.is_valid():
        composer.label_conversation(conversation=conversation, names=form.chosen, by=request.member, now=timezone.now())
    return redirect(conversation)


@require_POST
def undo_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo an answer, and those given at once to others, before they are sent; or say which ones are out already."""
    answer = queries.get_answer(member=request.member, pk=pk)
    check_may(request.member, "inbox.answer", now=timezone.now())
    undone, refused = undo.undo_answers(answer=answer, by=request.member, now=timezone.now())
    if undone:
        count = "La respuesta no salió" if undone == 1 else f"{undone} respuestas no salieron"
        messages.success(request, f"{count}: el texto volvió a tu borrador.")
    for reason in refused:
        messages.error(request, reason)
    return redirect(page_of_undo(request, answer.conversation.get_absolute_url()))
