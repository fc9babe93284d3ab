"""Schedule a publication from the editor: at the chosen minute, in the next free hour, or now (P-2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pregonero.errors import WrongState
from pregonero.people.middleware import MemberRequest
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.editor import editor_of
from pregonero.publishing.editor_problems import Problem, form_problems, issue_problems
from pregonero.publishing.forms import MinuteForm
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.views.editor import Failure, save_or_refuse, show_editor
from pregonero.publishing.views.undo import tell_done
from pregonero.ui.templatetags.ui_time import hour

NOT_SCHEDULED = "Tus textos quedaron guardados, pero no se programó:"
BAD_MINUTE = "No se programó: corrige la hora; tus textos quedaron guardados."

Schedule = Callable[[Publication], Publication]
"""Gives a publication its time, and returns it."""


@require_POST
def schedule(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the form and schedule the publication, or show the issues that prevent it."""
    now = timezone.now()
    minute = MinuteForm(request.POST, now=now)

    def give_minute(publication: Publication) -> Publication:
        return actions.give_minute(publication=publication, due_at=minute.due_at(), by=request.member, now=now)

    return _save_and_schedule(request, pk, now, give_minute, minute)


@require_POST
def use_next_free_hour(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the form and schedule the publication for the next hour in which none of its accounts publishes."""
    now = timezone.now()

    def use_next(publication: Publication) -> Publication:
        return actions.use_next_free_hour(publication=publication, by=request.member, now=now)

    return _save_and_schedule(request, pk, now, use_next)


@require_POST
def publish_now(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the form and publish at once."""
    now = timezone.now()

    def publish(publication: Publication) -> Publication:
        return actions.publish_now(publication=publication, by=request.member, now=now)

    return _save_and_schedule(request, pk, now, publish)


def _save_and_schedule(
    request: MemberRequest, pk: int, now: datetime, act: Schedule, minute: MinuteForm | None = None
) -> HttpResponse:
    """Save the form, check the link and schedule; if something prevents it, show what and where to fix it."""
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    refusal = save_or_refuse(request, page, now, request.POST)
    if refusal is not None:
        return refusal
    publication = queries.get_publication(member=request.member, pk=pk)
    link_check.refresh_link(publication, now=now)
    page = editor_of(member=request.member, pk=pk, now=now)
    page = replace(page, minute=minute or page.minute)
    if minute is not None and not minute.is_valid():
        return show_editor(request, page, now, failure=Failure(BAD_MINUTE, form_problems(page, minute)))
    if page.issues:
        return show_editor(request, page, now, failure=Failure(NOT_SCHEDULED, issue_problems(page)))
    is_scheduled = publication.state == PublicationState.PROGRAMMED
    try:
        moved = act(publication)
    except WrongState as wrong:
        failure = Failure(NOT_SCHEDULED, [Problem(wrong.message, "id_hour")])
        return show_editor(request, page, now, failure=failure)
    if is_scheduled:
        tell_done(request, f"Movida a las {hour(moved.due_at or now)}.", publication, by=request.member)
    return redirect("reports:expediente", pk=pk)
