"""The day's calendar: what is published at each hour, and moving a publication to another hour (P-2)."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotFound, NotReady, WrongState
from pregonero.outbox.queries.holds import hold_on_everything
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import may
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.forms import MinuteForm
from pregonero.publishing.queries.calendar import hour_of, programme_of
from pregonero.ui.templatetags.ui_time import hour as hour_label

PAGE_SIZE, LAST_HOUR_OF_DAY = 50, 23


@require_GET
def today(request: MemberRequest) -> HttpResponse:
    """Show the calendar of today, in Bogotá."""
    return _calendar(request, timezone.localdate())


@require_GET
def day(request: MemberRequest, day: date) -> HttpResponse:
    """Show the calendar of a day."""
    return _calendar(request, day)


@require_GET
def hour(request: MemberRequest, day: date, hour: int) -> HttpResponse:
    """Show all deliveries of one hour, paginated: the calendar of a day shows only the first ones of a busy hour."""
    if hour > LAST_HOUR_OF_DAY:
        raise NotFound
    pages = Paginator(hour_of(request.member.entity, day, hour), PAGE_SIZE)
    page = pages.get_page(request.GET.get("pagina", "1"))
    context = {"day": day, "hour": hour, "next_hour": hour + 1, "page": page, "now": timezone.now()}
    return render(request, "publishing/hour.html", context)


def _calendar(request: MemberRequest, shown: date) -> HttpResponse:
    now = timezone.now()
    context = {
        "programme": programme_of(request.member.entity, shown, now=now),
        "now": now,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "may_compose": may(request.member, "publication.compose", now=now),
        "may_move": may(request.member, "publication.program", now=now),
        "may_stop": rules.may_pause_everything(request.member, hold_on_everything(request.member.entity_id), now=now),
    }
    return render(request, "publishing/calendar.html", context)


@require_POST
def reschedule(request: MemberRequest, pk: int) -> HttpResponse:
    """Move a publication to another hour of the same day, and show the calendar of that day."""
    now = timezone.now()
    publication = queries.get_publication(member=request.member, pk=pk)
    form = MinuteForm(request.POST, now=now)
    try:
        due_at = form.due_at() if form.is_valid() else None
        if due_at is None:
            errors = " ".join(str(error) for field_errors in form.errors.values() for error in field_errors)
            messages.error(request, f"«{publication.title}» no se movió. {errors}")
        else:
            actions.move_publication(publication=publication, due_at=due_at, by=request.member, now=now)
            messages.success(request, f"«{publication.title}»: lo que falta por salir sale a las {hour_label(due_at)}.")
    except (NotReady, WrongState) as refusal:
        messages.error(request, f"«{publication.title}» no se movió. {refusal.message}")
    day = form.cleaned_data.get("day")
    return redirect("publishing:day", day) if day else redirect("publishing:today")
