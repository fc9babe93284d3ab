"""Pages of news: the list, one news item, informing, dismissing, and the receipt of a notice."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict, WrongState
from pregonero.newsroom import actions, queries, rules
from pregonero.newsroom.article import article_of
from pregonero.newsroom.diff import history_of
from pregonero.newsroom.followups import followups_of, live_events_of
from pregonero.newsroom.forms import LinkForm, NewsForm, ReasonForm
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.pieces.panel import piece_panel
from pregonero.newsroom.reading.errors import Unreadable
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.recipients import informed_sentence, opened_sentence, to_people
from pregonero.newsroom.rules import AlreadyInformed, NotOfficial, check_official
from pregonero.people.actions import see_notice
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may, may
from pregonero.ui.undo import offer_undo, page_of_undo

WORDS_LIMIT = 200  # characters of a search
# The tabs: the name in the address, the state, and the name on the screen.
TABS = (
    ("por-informar", NewsState.CANDIDATE, "Por informar"),
    ("informadas", NewsState.INFORMED, "Informadas"),
    ("descartadas", NewsState.DISMISSED, "Descartadas"),
)


@require_GET
def news_list(request: MemberRequest) -> HttpResponse:
    """Show the news of one state, the last found first, by pages."""
    now, member = timezone.now(), request.member
    check_may(member, "news.see", now=now)
    slug, state, label = next((tab for tab in TABS if tab[0] == request.GET.get("estado")), TABS[0])
    counts = queries.counts_by_state(member.entity)
    context = {
        "tabs": [(name, tab_label, counts[tab_state], name == slug) for name, tab_state, tab_label in TABS],
        "slug": slug,
        "label": label,
        "sources": queries.sources_summary(member.entity),
        "may_inform_link": may(member, "news.inform", now=now),
        "may_inform": may(member, "news.inform", now=now) and state != NewsState.INFORMED,
        "may_dismiss": may(member, "news.dismiss", now=now) and state == NewsState.CANDIDATE,
        "may_compose": may(member, "publication.compose", now=now) and state == NewsState.INFORMED,
        "now": now,
        "section_counts": {"noticias": counts[NewsState.CANDIDATE]},
    }
    return render(request, "newsroom/list.html", context | _search_results(request, member, state))


def _search_results(request: MemberRequest, member: Member, state: NewsState) -> dict[str, Any]:
    """Return the news of a state that match the search, by pages, and the values of the search."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:WORDS_LIMIT]
    sections = queries.sections_of(member.entity, state)
    section = next((name for name in sections if name == request.GET.get("seccion")), "")
    news = queries.news_of(member.entity, state, words=words, section=section)
    page = Paginator(news, queries.PAGE_SIZE).get_page(request.GET.get("pagina"))
    receipts = queries.receipts_among(page.object_list) if state == NewsState.INFORMED else {}
    followups = followups_of(page.object_list) if state == NewsState.INFORMED else {}
    rows = [(item, opened_sentence(receipts.get(item.pk, [])), followups.get(item.pk)) for item in page.object_list]
    return {"words": words, "section_names": sections, "section": section, "page": page, "rows": rows}


@require_GET
def news_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one news item: its text and media, who informed it, who has seen the notice, and its versions."""
    now, member = timezone.now(), request.member
    check_may(member, "news.see", now=now)
    news = queries.get_news(member=member, pk=pk)
    receipts = queries.receipts(news)
    context = {
        **_with_form(member, news, NewsForm(initial={"reference": news.reference}), now),
        "history": history_of(queries.versions_of(news)),
        "receipts": receipts,
        "mine": next((notice for notice in receipts if notice.member_id == member.pk and notice.seen_at is None), None),
        "may_inform": rules.may_inform(member, news, now=now),
        "may_dismiss": rules.may_dismiss(member, news, now=now),
        "may_compose": news.state == NewsState.INFORMED and may(member, "publication.compose", now=now),
        "live": live_events_of(news.entity, news.ref),
        "live_source": news.ref.reference if _may_broadcast(member, news, now) else "",
        **piece_panel(news, member, now=now),
    }
    return render(request, "newsroom/news.html", context)


def _may_broadcast(member: Member, news: News, now: datetime) -> bool:
    return news.state == NewsState.INFORMED and may(member, "live.manage", now=now)


@require_http_methods(["GET", "POST"])
def inform_link(request: MemberRequest) -> HttpResponse:
    """Inform a link of the official website; its page is read before the action."""
    now, member = timezone.now(), request.member
    check_may(member, "news.inform", now=now)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            check_official(member.entity, address)
            page = fetch_page(address)
            news = actions.inform_link(entity=member.entity, page=page, by=member, now=now, **form.cleaned_data)
        except AlreadyInformed as refusal:
            messages.info(request, refusal.message)
            return redirect("newsroom:news", refusal.data["news"])
        except (Unreadable, NotOfficial) as refusal:
            form.add_error("address", refusal.message)
        else:
            return _informed(request, news)
    return _form(request, "newsroom/inform_link.html", {"form": form, "recipients": _recipients(member)})


@require_POST
def preview_link(request: MemberRequest) -> HttpResponse:
    """Read the page of a link and show what would be informed; nothing is stored."""
    member, now = request.member, timezone.now()
    check_may(member, "news.inform", now=now)
    form = LinkForm(request.POST)
    context: dict[str, Any] = {"form": form, "recipients": _recipients(member), "now": now}
    if form.is_valid():
        try:
            check_official(member.entity, form.cleaned_data["address"])
            page = fetch_page(form.cleaned_data["address"])
            check_official(member.entity, page.canonical)
            context |= {"page": page, "article": article_of(page)}
        except (Unreadable, NotOfficial) as refusal:
            form.add_error("address", refusal.message)
    return _form(request, "newsroom/inform_link.html", context)


def _recipients(member: Member) -> str:
    """Return who would be notified today, such as "a Ana y a Beto"."""
    return to_people(networks_people(member.entity, today=timezone.localdate()))


def _informed(request: MemberRequest, news: News) -> HttpResponse:
    """Say who was told, and show the news item."""
    messages.success(request, informed_sentence([notice.member for notice in queries.receipts(news)]))
    return redirect(news)


def _with_form(member: Member, news: News, form: NewsForm, now: datetime) -> dict[str, Any]:
    """Return the context of the form that informs a news item, with the text that the page shows beside it."""
    return {"news": news, "article": article_of(news), "form": form, "recipients": _recipients(member), "now": now}


@require_http_methods(["GET", "POST"])
def inform_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Inform a candidate, with the reference of the neighbouring procedure."""
    now = timezone.now()
    news = queries.get_news(member=request.member, pk=pk)
    rules.check_may_inform(request.member, news, now=now)
    form = NewsForm(request.POST or None, initial={"reference": news.reference})
    if request.method == "POST" and form.is_valid():
        actions.inform_news(news=news, by=request.member, now=now, **form.cleaned_data)
        return _informed(request, news)
    return _form(request, "newsroom/inform_news.html", _with_form(request.member, news, form, now))


@require_http_methods(["GET", "POST"])
def dismiss_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Dismiss a candidate, with the reason."""
    now = timezone.now()
    news = queries.get_news(member=request.member, pk=pk)
    rules.check_may_dismiss(request.member, news, now=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.dismiss_news(news=news, by=request.member, now=now, **form.cleaned_data)
        offer_undo(
            request,
            f"«{news.title}» quedó descartada. Si hace falta, se puede informar después.",
            reverse("newsroom:undo_dismissal", args=[pk]),
        )
        return redirect("newsroom:list")
    return _form(request, "newsroom/dismiss_news.html", {"form": form, "news": news})


@require_POST
def undo_dismissal(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo the dismissal of a news item in its first seconds, or say why not."""
    news = queries.get_news(member=request.member, pk=pk)
    try:
        actions.undo_dismissal(news=news, by=request.member, now=timezone.now())
    except (Conflict, WrongState) as refusal:
        messages.error(request, f"«{news.title}»: {refusal.message}")
    else:
        messages.success(request, f"Deshecho: «{news.title}» está otra vez por informar.")
    return redirect(page_of_undo(request, news.get_absolute_url()))


@require_POST
def receive_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark the member's notice of this news as seen."""
    news = queries.get_news(member=request.member, pk=pk)
    for notice in queries.receipts(news):
        if notice.member_id == request.member.pk:
            see_notice(notice=notice, by=request.member, now=timezone.now())
    return redirect(news)


def _form(request: MemberRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = UNPROCESSABLE if context["form"].errors else None
    return render(request, template, context, status=status)
