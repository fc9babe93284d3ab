"""The editor of a publication: saving, scheduling, and checking its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import Conflict, NotFound, NotReady, WrongState
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may
from pregonero.publishing import actions, link_check, queries, rules
from pregonero.publishing.autosave import autosave
from pregonero.publishing.edit_conflict import side_by_side
from pregonero.publishing.editor import Editor, editor_of
from pregonero.publishing.editor_problems import Problem, form_problems, issue_problems
from pregonero.publishing.forms import ReasonForm, change_of
from pregonero.publishing.kept_forms import data_of, kept_form_of, opened_by
from pregonero.publishing.models import KeptForm, Publication
from pregonero.publishing.pieces import offered_pieces
from pregonero.publishing.views.drafts import to_editor

NOT_SAVED = "No se guardó: corrige esto; lo que escribiste sigue aquí."
STILL_EDITING = timedelta(minutes=2)  # since another person saved
REDIRECT, CONFLICT, UNPROCESSABLE = 302, 409, 422
EARLIER_SHOWN = 12  # files of earlier publications that each account offers


@dataclass(frozen=True)
class Failure:
    """Why an act of the editor failed, with the problems to fix, each linked to its field."""

    text: str
    problems: Sequence[Problem] = ()


@require_GET
def editor(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a publication's texts, a preview for each network, and the issues to fix before scheduling."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, hour=request.GET.get("hora", ""))
    kept = kept_form_of(request.member, page.publication)
    if kept is not None:
        page = editor_of(member=request.member, pk=pk, now=now, data=data_of(kept))
    return show_editor(request, page, now, kept=kept)


@require_POST
def discard_kept_form(request: MemberRequest, pk: int) -> HttpResponse:
    """Discard what the person wrote of a publication after the session ended."""
    publication = queries.get_publication(member=request.member, pk=pk)
    kept = kept_form_of(request.member, publication)
    if kept is not None:
        actions.discard_kept_form(pk=kept.pk, by=request.member)
    return to_editor(publication)


@require_POST
def review(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the previews and issues of the form as it is being written; with `autosave`, save it too."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    saving = autosave(page=page, by=request.member, now=now) if "autosave" in request.POST else None
    if saving is not None and saving.kind == "saved":
        _discard_restored(request)
    return render(
        request, "publishing/editor.html#review", editor_context(request, page, now, live=True) | {"saving": saving}
    )


@require_POST
def save(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the form."""
    return save_written(request, pk, request.POST)


@require_POST
def add_link(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Save the form, with the publication's link added at the end of an account's text."""
    name = f"red{account}-text"
    if name not in request.POST:
        raise NotFound
    written = request.POST.copy()
    written[name] = f"{str(written[name]).rstrip()}\n\n{written.get('link', '')}".strip()
    return save_written(request, pk, written)


@require_POST
def use_general_text(request: MemberRequest, pk: int, account: int) -> HttpResponse:
    """Save the form, with an account's own text replaced by the one for all networks."""
    written = request.POST.copy()
    written[f"red{account}-general"] = "1"
    return save_written(request, pk, written)


@require_POST
def add_accounts(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the form, and add the accounts registered since the draft was made."""
    now = timezone.now()
    response = save_written(request, pk, request.POST)
    if response.status_code == REDIRECT:
        publication = queries.get_publication(member=request.member, pk=pk)
        actions.add_accounts(publication=publication, by=request.member, now=now)
    return response


def save_written(request: MemberRequest, pk: int, written: QueryDict) -> HttpResponse:
    """Save a form of the editor that an act changed, and return to the editor."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=written)
    refusal = save_or_refuse(request, page, now, written)
    if refusal is not None:
        return refusal
    messages.success(request, "Guardado.")
    return to_editor(page.publication)


def save_or_refuse(request: MemberRequest, page: Editor, now: datetime, written: QueryDict) -> HttpResponse | None:
    """Save the editor's forms; if that is not possible, return the editor with the reason and everything written."""
    if not page.is_valid:
        return show_editor(request, page, now, failure=Failure(NOT_SAVED, form_problems(page, page.minute)))
    try:
        save_forms(request, page, now)
    except Conflict:
        return show_edit_conflict(request, page.publication.pk, now, written)
    except (NotReady, WrongState) as refusal:
        problems = issue_problems(page) if isinstance(refusal, NotReady) else [Problem(refusal.message, "")]
        return show_editor(request, page, now, failure=Failure(NOT_SAVED, problems))
    return None


def show_edit_conflict(request: MemberRequest, pk: int, now: datetime, written: QueryDict) -> HttpResponse:
    """Show the form beside the version that another person saved meanwhile. The form keeps what was written."""
    conflict = side_by_side(member=request.member, pk=pk, now=now, data=written)
    context = editor_context(request, conflict.page, now) | {"minute": conflict.page.minute, "conflict": conflict}
    return render(request, "publishing/editor.html", context, status=CONFLICT)


def save_forms(request: MemberRequest, page: Editor, now: datetime) -> Publication:
    """Save the editor's forms, on behalf of the person who sent them."""
    change = change_of(page.general, [part.form for part in page.parts])
    revision = page.general.cleaned_data["revision"]
    saved = actions.edit_publication(
        publication=page.publication, change=change, revision=revision, by=request.member, now=now
    )
    _discard_restored(request)
    return saved


def _discard_restored(request: MemberRequest) -> None:
    """Discard what was kept without a session, if the form that was just saved was made from it."""
    restored = request.POST.get("kept", "")
    if restored.isdecimal() and len(restored) < len(str(2**63)):
        actions.discard_kept_form(pk=int(restored), by=request.member)


def show_editor(
    request: MemberRequest,
    page: Editor,
    now: datetime,
    *,
    failure: Failure | None = None,
    kept: KeptForm | None = None,
) -> HttpResponse:
    """Render the editor. With a failure, also show why the request failed and where to fix it, with status 422.

    `kept` is what the person wrote without a session, if the page shows it.
    """
    context = editor_context(request, page, now) | {"minute": page.minute, "failure": failure, "kept": kept}
    return render(request, "publishing/editor.html", context, status=UNPROCESSABLE if failure else 200)


def editor_context(request: MemberRequest, page: Editor, now: datetime, *, live: bool = False) -> dict[str, object]:
    """Return what the templates of the editor show."""
    return {
        "editor": page,
        "publication": page.publication,
        "now": now,
        "live": live,
        "not_schedulable_reason": _not_schedulable_reason(request, page, now),
        "reason_form": ReasonForm(),
        "opened_by": opened_by(request.member, page.publication),
        "other_editor": _other_editor(request, page, now),
        "source": page.source,
        "earlier": queries.earlier_media(request.member)[:EARLIER_SHOWN],
        "pieces": offered_pieces(page.publication),
    }


def _not_schedulable_reason(request: MemberRequest, page: Editor, now: datetime) -> str:
    """Return why the publication cannot be scheduled now, or an empty string."""
    deliveries = [delivery for part in page.parts for delivery in part.thread]
    return rules.why_not_minute(request.member, page.publication, deliveries, now=now)


def _other_editor(request: MemberRequest, page: Editor, now: datetime) -> str:
    """Return the name of another person who saved it in the last minutes, or an empty string."""
    publication = page.publication
    is_other = publication.edited_by_id != request.member.pk
    return publication.edited_by.name if is_other and now - publication.edited_at < STILL_EDITING else ""


@require_POST
def check_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Request the link now and store the result."""
    publication, now = queries.get_publication(member=request.member, pk=pk), timezone.now()
    check_may(request.member, "link.check", now=now)
    link_check.refresh_link(publication, now=now, even_if_fresh=True)
    return to_editor(publication)


@require_POST
def accept_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Accept a link that failed its check; the person gives the reason and is recorded as responsible."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.accept_link(publication=publication, reason=reason, by=request.member, now=timezone.now())
    return to_editor(publication)
