"""News: the list, one news item, informing, dismissing, and its receipt."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.newsroom import actions, queries, rules
from pregonero.newsroom.diff import history_of
from pregonero.newsroom.forms import LinkForm, NewsForm, ReasonForm
from pregonero.newsroom.models import NewsState
from pregonero.newsroom.reading.errors import Unreadable
from pregonero.newsroom.reading.page import Page, open_page
from pregonero.newsroom.rules import AlreadyInformed, NotOfficial, check_official
from pregonero.people.actions import see_notice
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may, may

UNPROCESSABLE = 422
# The tabs: how the address names each state, and how the screen does.
TABS = (
    ("por-informar", NewsState.CANDIDATE, "Por informar"),
    ("informadas", NewsState.INFORMED, "Informadas"),
    ("descartadas", NewsState.DISMISSED, "Descartadas"),
)


@require_GET
def news_list(request: MemberRequest) -> HttpResponse:
    """Show the news of one state, latest first, by pages."""
    now = timezone.now()
    check_may(request.member, "news.see", now=now)
    entity = request.member.entity
    slug, state, label = next((tab for tab in TABS if tab[0] == request.GET.get("estado")), TABS[0])
    counts = queries.counts_by_state(entity)
    context = {
        "tabs": [(name, words, counts[each], name == slug) for name, each, words in TABS],
        "label": label,
        "page": Paginator(queries.news_of(entity, state), queries.PAGE_SIZE).get_page(request.GET.get("pagina")),
        "may_inform": may(request.member, "news.inform", now=now),
        "now": now,
        "room_counts": {"noticias": counts[NewsState.CANDIDATE]},
    }
    return render(request, "newsroom/list.html", context)


@require_GET
def news_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one news item: what it says, its media, who informed it, who received it, how it changed."""
    now, member = timezone.now(), request.member
    check_may(member, "news.see", now=now)
    news = queries.get_news(member=member, pk=pk)
    receipts = queries.receipts(news)
    context = {
        "news": news,
        "history": history_of(queries.versions_of(news)),
        "receipts": receipts,
        "mine": next((each for each in receipts if each.member_id == member.pk and each.seen_at is None), None),
        "may_inform": rules.may_inform(member, news, now=now),
        "may_dismiss": rules.may_dismiss(member, news, now=now),
        "may_compose": news.state == NewsState.INFORMED and may(member, "publication.compose", now=now),
        "now": now,
    }
    return render(request, "newsroom/news.html", context)


@require_http_methods(["GET", "POST"])
def inform_link(request: MemberRequest) -> HttpResponse:
    """Inform the link of what was published; its page is read first, outside the act."""
    now, member = timezone.now(), request.member
    check_may(member, "news.inform", now=now)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            check_official(member.entity, address)
            page = open_page(address)
            news = actions.inform_link(entity=member.entity, page=page, by=member, now=now, **form.cleaned_data)
        except AlreadyInformed as told:
            messages.info(request, told.message)
            return redirect("newsroom:news", told.data["news"])
        except (Unreadable, NotOfficial) as no:
            form.add_error("address", no.message)
        else:
            messages.success(request, "Quedó informada: las personas de las redes ya lo saben.")
            return redirect(news)
    return _form(request, "newsroom/inform_link.html", {"form": form, "told": _told_people(member)})


@require_POST
def preview_link(request: MemberRequest) -> HttpResponse:
    """Read the page of a link and show what would be informed; nobody is told anything."""
    member = request.member
    check_may(member, "news.inform", now=timezone.now())
    form, context = LinkForm(request.POST), dict[str, Page]()
    if form.is_valid():
        try:
            check_official(member.entity, form.cleaned_data["address"])
            context["page"] = open_page(form.cleaned_data["address"])
            check_official(member.entity, context["page"].canonical)
        except (Unreadable, NotOfficial) as no:
            form.add_error("address", no.message)
    return _form(request, "newsroom/inform_link.html", {**context, "form": form, "told": _told_people(member)})


def _told_people(member: Member) -> str:
    """Return who would be told today, by name."""
    return ", ".join(each.name for each in networks_people(member.entity, today=timezone.localdate()))


@require_http_methods(["GET", "POST"])
def inform_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a candidate: inform it, with the neighbour's reference."""
    now = timezone.now()
    news = queries.get_news(member=request.member, pk=pk)
    rules.check_may_inform(request.member, news, now=now)
    form = NewsForm(request.POST or None, initial={"reference": news.reference})
    if request.method == "POST" and form.is_valid():
        actions.inform_news(news=news, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, "Quedó informada: las personas de las redes ya lo saben.")
        return redirect(news)
    return _form(request, "newsroom/inform_news.html", {"form": form, "news": news})


@require_http_methods(["GET", "POST"])
def dismiss_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave a candidate out of the networks, with the reason."""
    now = timezone.now()
    news = queries.get_news(member=request.member, pk=pk)
    rules.check_may_dismiss(request.member, news, now=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.dismiss_news(news=news, by=request.member, now=now, **form.cleaned_data)
        messages.success(request, "Quedó descartada. Todavía puede informarse después.")
        return redirect("newsroom:list")
    return _form(request, "newsroom/dismiss_news.html", {"form": form, "news": news})


@require_POST
def receive_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep this person's receipt of the news, given from its own page."""
    news = queries.get_news(member=request.member, pk=pk)
    for notice in queries.receipts(news):
        if notice.member_id == request.member.pk:
            see_notice(notice=notice, by=request.member, now=timezone.now())
    return redirect(news)


def _form(request: MemberRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = UNPROCESSABLE if context["form"].errors else None
    return render(request, template, context, status=status)
