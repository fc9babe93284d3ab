"""The pages of saved answers: the list with a form for a new one, and each with its versions (Q-2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox import composer_queries
from pregonero.inbox.actions import saved_answers
from pregonero.inbox.forms import SavedAnswerForm
from pregonero.inbox.models import SavedAnswer
from pregonero.inbox.saved_text import VARIABLES
from pregonero.inbox.views.links import check_links_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_http_methods(["GET", "POST"])
def saved_list(request: MemberRequest) -> HttpResponse:
    """List the saved answers, and keep a new one."""
    member, now = request.member, timezone.now()
    check_may(member, "inbox.see", now=now)
    form = SavedAnswerForm(request.POST or None)
    if request.method == "POST" and _save(request, form):
        return redirect("inbox:saved_answers")
    context = {
        "form": form,
        "saved_answers": composer_queries.saved_answers(member.entity),
        "variables": VARIABLES,
        "may_manage": may(member, "saved_answer.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/saved_answers.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def saved_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a saved answer with its versions, and change what it says."""
    member, now = request.member, timezone.now()
    saved = composer_queries.get_saved_answer(member=member, pk=pk)
    check_may(member, "inbox.see", now=now)
    versions = composer_queries.versions_of_saved(saved)
    form = SavedAnswerForm(request.POST or None, initial={"name": versions[0].name, "text": versions[0].text})
    if request.method == "POST" and _save(request, form, saved):
        return redirect("inbox:saved_answers")
    context = {
        "form": form,
        "saved": saved,
        "versions": versions,
        "variables": VARIABLES,
        "may_manage": may(member, "saved_answer.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/saved_answer.html", context, status=UNPROCESSABLE if form.errors else None)


def _save(request: MemberRequest, form: SavedAnswerForm, saved: SavedAnswer | None = None) -> bool:
    """Store a saved answer or a new version of one. Return False, with the reason in the form, when it is refused."""
    if not form.is_valid():
        return False
    member, now = request.member, timezone.now()
    name, text = form.cleaned_data["name"], form.cleaned_data["text"]
    check_may(member, "saved_answer.manage", now=now)
    try:
        check_links_of(request, text, form)
        if saved is None:
            saved_answers.keep_saved_answer(name=name, text=text, by=member, now=now)
        else:
            saved_answers.change_saved_answer(saved=saved, name=name, text=text, by=member, now=now)
    except Refused as refusal:
        form.refuse("text", refusal)
        return False
    messages.success(request, f"«{name}» quedó guardada.")
    return True


@require_POST
def retire(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a saved answer out of use."""
    saved = composer_queries.get_saved_answer(member=request.member, pk=pk)
    saved_answers.retire_saved_answer(saved=saved, by=request.member, now=timezone.now())
    messages.success(request, "Ya no se ofrece. Lo que decía queda en el registro.")
    return redirect("inbox:saved_answers")
