"""The pages of the day's programme and of a publication's editor."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import Conflict, NotFound
from pregonero.newsroom.queries import get_news, informing_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may
from pregonero.publishing import actions, link_check, queries, rules
from pregonero.publishing.edit_conflict import side_by_side
from pregonero.publishing.editor import Editor, editor_of
from pregonero.publishing.forms import MinuteForm, ReasonForm, StartForm, change_of
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.queries.calendar import hour_of, programme_of, waiting_for_minute

CONFLICT, UNPROCESSABLE = 409, 422
IN_PAGE, LAST_HOUR_OF_DAY = 50, 23
LONGEST_NUMBER = 20  # digits: more than any row's number has


@require_GET
def today(request: MemberRequest) -> HttpResponse:
    """Show the programme of the day that it is in Bogotá."""
    return _programme(request, timezone.localdate())


@require_GET
def day(request: MemberRequest, day: date) -> HttpResponse:
    """Show the programme of a day."""
    return _programme(request, day)


@require_GET
def hour(request: MemberRequest, day: date, hour: int) -> HttpResponse:
    """Show everything of an hour, in pages: a very full one does not fit in the day."""
    if hour > LAST_HOUR_OF_DAY:
        raise NotFound
    pages = Paginator(hour_of(request.member.entity, day, hour), IN_PAGE)
    page = pages.get_page(request.GET.get("pagina", "1"))
    context = {"day": day, "hour": hour, "next_hour": hour + 1, "page": page, "now": timezone.now()}
    return render(request, "publishing/hour.html", context)


def _programme(request: MemberRequest, shown: date) -> HttpResponse:
    now = timezone.now()
    context = {
        "programme": programme_of(request.member.entity, shown, now=now),
        "now": now,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "may_compose": may(request.member, "publication.compose", now=now),
        "may_move": may(request.member, "publication.program", now=now),
        "may_stop": rules.may_stop_everything(request.member, queries.stop_of_all(request.member.entity_id), now=now),
    }
    return render(request, "publishing/programme.html", context)


@require_http_methods(["GET", "POST"])
def start(request: MemberRequest) -> HttpResponse:
    """Choose an informed news item and start its publication."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        news = get_news(member=request.member, pk=form.cleaned_data["news"])
        key = form.cleaned_data["key"]
        publication = actions.draft_publication(news=news, key=key, by=request.member, now=timezone.now())
        return _to_editor(publication, hour=form.cleaned_data["hour"])
    chosen = request.GET.get("noticia", "")[:LONGEST_NUMBER]
    context = {
        "news": get_news(member=request.member, pk=int(chosen)) if chosen.isdecimal() else None,
        "waiting": waiting_for_minute(request.member.entity),
        "key": uuid4(),
        "hour": request.GET.get("hora", ""),
    }
    return render(request, "publishing/start.html", context)


@require_GET
def editor(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a publication's texts, how each network would show them, and what is missing."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, hour=request.GET.get("hora", ""))
    return show_editor(request, page, now)


@require_POST
def review(request: MemberRequest, pk: int) -> HttpResponse:
    """Judge what is being written, as it would be saved; nothing is saved."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    return render(request, "publishing/editor.html#review", _context(request, page, now, live=True))


@require_POST
def save(request: MemberRequest, pk: int) -> HttpResponse:
    """Save what was written; with the link at the end of the text that the button names."""
    now, written = timezone.now(), _with_link(request.POST)
    page = editor_of(member=request.member, pk=pk, now=now, data=written)
    if not page.is_valid:
        return show_editor(request, page, now, status=UNPROCESSABLE)
    try:
        save_written(request, page, now)
    except Conflict:
        return show_both(request, pk, now, written)
    messages.success(request, "Guardado.")
    return _to_editor(page.publication)


@require_POST
def program(request: MemberRequest, pk: int) -> HttpResponse:
    """Save what was written and give it its minute, or say everything that is missing."""
    now = timezone.now()
    page = editor_of(member=request.member, pk=pk, now=now, data=request.POST)
    if not (page.is_valid and page.minute.is_valid()):
        return show_editor(request, page, now, status=UNPROCESSABLE)
    try:
        publication = save_written(request, page, now)
    except Conflict:
        return show_both(request, pk, now, request.POST)
    link_check.refresh_link(publication, now=now)
    page = editor_of(member=request.member, pk=pk, now=now)
    if page.issues:
        return show_editor(request, page, now, status=UNPROCESSABLE, minute=MinuteForm(request.POST, now=now))
    _give_minute(publication, MinuteForm(request.POST, now=now), request, now)
    return redirect("reports:expediente", pk=pk)


def _with_link(written: QueryDict) -> QueryDict:
    account = written.get("add_link", "")
    name = f"red{account}-text"
    if name not in written:
        return written
    changed = written.copy()
    changed[name] = f"{str(written[name]).rstrip()}\n\n{written.get('link', '')}".strip()
    return changed


def show_both(request: MemberRequest, pk: int, now: datetime, written: QueryDict) -> HttpResponse:
    """Somebody saved meanwhile: show both, with what was written here still in the form."""
    both = side_by_side(member=request.member, pk=pk, now=now, data=written)
    context = _context(request, both.page, now) | {"minute": both.page.minute, "both": both}
    return render(request, "publishing/editor.html", context, status=CONFLICT)


def _give_minute(publication: Publication, minute: MinuteForm, request: MemberRequest, now: datetime) -> None:
    minute.full_clean()
    programmed = publication.state == PublicationState.PROGRAMMED
    act = actions.move_publication if programmed else actions.program_publication
    act(publication=publication, due_at=minute.due_at(), by=request.member, now=now)


def save_written(request: MemberRequest, page: Editor, now: datetime) -> Publication:
    """Keep what the page's forms say, by whoever sent them."""
    change = change_of(page.general, [part.form for part in page.parts])
    revision = page.general.cleaned_data["revision"]
    return actions.edit_publication(
        publication=page.publication, change=change, revision=revision, by=request.member, now=now
    )


def show_editor(
    request: MemberRequest, page: Editor, now: datetime, *, status: int = 200, minute: MinuteForm | None = None
) -> HttpResponse:
    """Show the editor's page; with a status of refusal, why what was asked was not done."""
    context = _context(request, page, now) | {"minute": minute or page.minute}
    if status == UNPROCESSABLE:
        context |= {"not_done": page.why_not_saved or page.why_not_ready}
    return render(request, "publishing/editor.html", context, status=status)


def _context(request: MemberRequest, page: Editor, now: datetime, *, live: bool = False) -> dict[str, object]:
    return {
        "editor": page,
        "publication": page.publication,
        "now": now,
        "live": live,
        "why_not": _why_not(request, page, now),
        "reason_form": ReasonForm(),
        "informing": informing_of(page.publication.news) if page.publication.news else None,
    }


def _why_not(request: MemberRequest, page: Editor, now: datetime) -> str:
    """Return why it cannot be given a minute now, for its button; nothing when it can."""
    deliveries = [delivery for part in page.parts for delivery in part.thread]
    return rules.why_not_minute(request.member, page.publication, deliveries, now=now)


def _to_editor(publication: Publication, hour: str = "") -> HttpResponseRedirect:
    address = reverse("publishing:editor", args=[publication.pk])
    return HttpResponseRedirect(f"{address}?{urlencode({'hora': hour}, safe=':')}" if hour else address)


@require_POST
def check_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Open the link now and keep what it answers."""
    publication, now = queries.get_publication(member=request.member, pk=pk), timezone.now()
    check_may(request.member, "link.check", now=now)
    link_check.refresh_link(publication, now=now, even_if_fresh=True)
    return _to_editor(publication)


@require_POST
def accept_link(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer by name for a link that did not pass."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.accept_link(publication=publication, reason=reason, by=request.member, now=timezone.now())
    return _to_editor(publication)


@require_POST
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop what has not gone out."""
    publication = queries.get_publication(member=request.member, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Para detenerla, escribe la razón: queda en el expediente.")
        return redirect("reports:expediente", pk=pk)
    reason = form.cleaned_data["reason"]
    actions.cancel_publication(publication=publication, reason=reason, by=request.member, now=timezone.now())
    messages.success(request, "Detenida: no saldrá lo que faltaba.")
    return redirect("reports:expediente", pk=pk)
