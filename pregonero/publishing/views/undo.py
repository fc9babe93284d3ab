"""Undo a move or a cancellation in its first seconds, from the message that announced it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import Conflict, WrongState
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.publishing import actions, queries
from pregonero.publishing.models import Publication, PublicationState
from pregonero.ui.templatetags.ui_time import day_short, hour
from pregonero.ui.undo import offer_undo, page_of_undo


def tell_done(request: HttpRequest, text: str, publication: Publication, *, by: Member) -> None:
    """Say that a publication was moved or cancelled, with «Deshacer» while it can be undone."""
    act = queries.undoable_act(publication, by=by, now=timezone.now())
    if act is None:
        messages.success(request, text)
    else:
        offer_undo(request, text, reverse("publishing:undo", args=[act.pk]))


@require_POST
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo an act, or say why not; return to the page where the button was pressed."""
    act = queries.get_reversible_act(member=request.member, pk=pk)
    try:
        publication = actions.undo_act(act=act, by=request.member, now=timezone.now())
    except (Conflict, WrongState) as refusal:
        messages.error(request, f"«{act.publication.title}»: {refusal.message}")
    else:
        messages.success(request, _undone(publication) if act.group is None else "Deshecho: cada una volvió a su hora.")
    return redirect(page_of_undo(request, reverse("reports:expediente", args=[act.publication_id])))


def _undone(publication: Publication) -> str:
    if publication.state == PublicationState.PROGRAMMED and publication.due_at is not None:
        when = f"sigue programada para el {day_short(publication.due_at)} a las {hour(publication.due_at)}"
        return f"Deshecho: «{publication.title}» {when}."
    return f"Deshecho: «{publication.title}» vuelve a ser un borrador."
