"""The calendar: a day, a week, a month or a list of what is published, and moving a publication (P-2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, NotReady, Refused
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.outbox.queries.limits import limits_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing import actions, queries, rules
from pregonero.publishing.calendar import requested_minute
from pregonero.publishing.calendar_form import CalendarForm
from pregonero.publishing.forms import DayForm, MinuteForm, minute_of
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar import hour_of
from pregonero.publishing.queries.calendar_pages import LIST_DAYS, Day, Days, day_of, list_of, month_of, week_of
from pregonero.publishing.sources import kinds
from pregonero.publishing.views.undo import tell_done
from pregonero.ui.templatetags.ui_time import day_words
from pregonero.ui.templatetags.ui_time import hour as hour_label

PAGE_SIZE, LAST_HOUR_OF_DAY = 50, 23


@dataclass(frozen=True)
class CalendarView:
    """One of the ways to look at the calendar: its URL, its labels, and how it is read and drawn."""

    name: str
    label: str
    before: str
    after: str
    read: Callable[..., Day | Days]
    step: timedelta

    @property
    def template(self) -> str:
        """Return the path of its template."""
        return f"publishing/calendar/{self.name}.html"

    @property
    def url(self) -> str:
        """Return the name of its URL, which takes a day."""
        return f"publishing:{self.name}"


VIEWS = (
    CalendarView("day", "Día", "Día anterior", "Día siguiente", day_of, timedelta(days=1)),
    CalendarView("week", "Semana", "Semana anterior", "Semana siguiente", week_of, timedelta(days=7)),
    CalendarView("month", "Mes", "Mes anterior", "Mes siguiente", month_of, timedelta(days=30)),
    CalendarView("list", "Lista", "Dos semanas antes", "Dos semanas después", list_of, timedelta(days=LIST_DAYS)),
)
BY_NAME = {view.name: view for view in VIEWS}


@require_GET
def today(request: MemberRequest) -> HttpResponse:
    """Show the calendar of today, in Bogotá, or go to the day and view that the form of the calendar asks for."""
    form = CalendarForm(request.GET, member=request.member)
    day = form.day or timezone.localdate()
    if form.view or form.day:
        address = reverse(f"publishing:{form.view or 'day'}", args=[day])
        return redirect(f"{address}{form.filters.query}")
    return _calendar(request, BY_NAME["day"], day)


@require_GET
def day(request: MemberRequest, day: date) -> HttpResponse:
    """Show the calendar of a day."""
    return _calendar(request, BY_NAME["day"], day)


@require_GET
def week(request: MemberRequest, day: date) -> HttpResponse:
    """Show the calendar of the week of a day."""
    return _calendar(request, BY_NAME["week"], day)


@require_GET
def month(request: MemberRequest, day: date) -> HttpResponse:
    """Show the calendar of the month of a day."""
    return _calendar(request, BY_NAME["month"], day)


@require_GET
def agenda(request: MemberRequest, day: date) -> HttpResponse:
    """Show the calendar of the two weeks from a day, as a list."""
    return _calendar(request, BY_NAME["list"], day)


@require_GET
def hour(request: MemberRequest, day: date, hour: int) -> HttpResponse:
    """Show all deliveries of one hour, paginated: the calendar of a day shows only the first ones of a busy hour."""
    if hour > LAST_HOUR_OF_DAY:
        raise NotFound
    pages = Paginator(hour_of(request.member.entity, day, hour), PAGE_SIZE)
    page = pages.get_page(request.GET.get("pagina", "1"))
    context = {"day": day, "hour": hour, "next_hour": hour + 1, "page": page, "now": timezone.now()}
    return render(request, "publishing/hour.html", context)


def _calendar(request: MemberRequest, view: CalendarView, shown: date) -> HttpResponse:
    now, member = timezone.now(), request.member
    form = CalendarForm(request.GET, member=member)
    try:
        page = view.read(member, shown, form.filters, now=now)
        before, after = _neighbours(view, shown)
    except OverflowError:  # the first or last weeks that the calendar of Python has
        raise NotFound from None
    context = {
        "page": page,
        "view": view,
        "views": VIEWS,
        "shown": shown,
        "today": timezone.localdate(now),
        "form": form,
        "filters": form.filters,
        "kinds": kinds(),
        "now": now,
        "before": before,
        "after": after,
        "may_compose": may(member, "publication.compose", now=now),
    }
    return render(request, view.template, context)


def _neighbours(view: CalendarView, shown: date) -> tuple[date, date]:
    """Return a day of the period before and one of the period after."""
    if view.name != "month":
        return shown - view.step, shown + view.step
    first = shown.replace(day=1)
    return first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)


@require_GET
def capacity(request: MemberRequest) -> HttpResponse:
    """Show what each network still lets the entity publish: the part that the calendar asks for when it is unfolded."""
    now = timezone.now()
    networks = limits_of(request.member.entity, today=timezone.localdate(now), now=now)
    return render(request, "publishing/calendar/capacity.html", {"networks": networks, "now": now})


@require_http_methods(["GET", "POST"])
def reschedule(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for another day and hour for a publication, or move it and go back to where it was asked."""
    now = timezone.now()
    publication = queries.get_publication(member=request.member, pk=pk)
    rules.check_may_move(request.member, publication, deliveries_of(publication.ref), now=now)
    asked = requested_minute(request.GET.get("hora", ""), now)
    form = MinuteForm(request.POST or None, now=now, initial=minute_of(publication, asked, now=now))
    if form.is_valid():
        try:
            return _move(request, publication, form, now)
        except NotReady as refusal:
            form.add_error(None, refusal.message)
    back = _safe_path(request.POST.get("volver") or request.GET.get("volver", ""))
    context = {"publication": publication, "form": form, "back": back, "now": now}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "publishing/calendar/reschedule.html", context, status=status)


@require_POST
def move_several(request: MemberRequest) -> HttpResponse:
    """Ask for one day for the chosen publications, and move each one at its hour; a message says which were refused."""
    member, now = request.member, timezone.now()
    check_may(member, "publication.program", now=now)
    chosen = queries.chosen_publications(member=member, ids=request.POST.getlist("publication"))
    if not chosen:
        messages.info(request, "Elige al menos una publicación de la lista.")
        return redirect("publishing:publications")
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    form = DayForm(request.POST if "day" in request.POST else None, initial={"day": tomorrow})
    if not form.is_valid():
        context = {"chosen": chosen, "form": form, "now": now}
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "publishing/move_several.html", context, status=status)
    for publication in chosen:
        try:
            due_at = form.due_at(publication)
            actions.move_publication(publication=publication, due_at=due_at, by=member, now=now)
        except Refused as refusal:
            messages.error(request, f"«{publication.title}»: {refusal.message}")
        else:
            tell_done(request, _moved_sentence(publication, due_at, now), publication, by=member)
    return redirect("publishing:publications")


def _moved_sentence(publication: Publication, due_at: datetime, now: datetime) -> str:
    return f"«{publication.title}»: movida al {day_words(due_at, now)}, a las {hour_label(due_at)}."


def _move(request: MemberRequest, publication: Publication, form: MinuteForm, now: datetime) -> HttpResponse:
    due_at = form.due_at()
    actions.move_publication(publication=publication, due_at=due_at, by=request.member, now=now)
    tell_done(request, _moved_sentence(publication, due_at, now), publication, by=request.member)
    back = _safe_path(request.POST.get("volver", ""))
    return redirect(back or reverse("publishing:day", args=[timezone.localdate(due_at)]))


def _safe_path(path: str) -> str:
    """Return a path of the calendar, or an empty string if it is none."""
    is_ours = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours and path.startswith(reverse("publishing:today")) else ""
