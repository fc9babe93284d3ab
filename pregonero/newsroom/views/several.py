"""Inform or dismiss several news items at once. One that is refused does not stop the others; the page says why."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.newsroom import actions, queries
from pregonero.newsroom.forms import ReasonForm
from pregonero.newsroom.models import News
from pregonero.newsroom.recipients import informed_sentence
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import networks_people
from pregonero.people.rules import check_may
from pregonero.ui.undo import offer_undo, page_of_undo

MOST_AT_ONCE = 100
ID_DIGITS = 18  # of a row's number


@require_POST
def inform_several(request: MemberRequest) -> HttpResponse:
    """Inform each of the chosen news items, with the number that its source gave it."""
    member, now = request.member, timezone.now()
    check_may(member, "news.inform", now=now)

    def inform(news: News) -> None:
        actions.inform_news(news=news, reference=news.reference, note="", by=member, now=now)

    done = _do_each(request, _news_of(member, request.POST), inform, "no se informó")
    if done:
        sentence = informed_sentence(networks_people(member.entity, today=timezone.localdate(now)))
        messages.success(request, sentence if len(done) == 1 else f"{len(done)} noticias informadas. {sentence}")
    return _back(request)


@require_POST
def dismiss_several(request: MemberRequest) -> HttpResponse:
    """Ask for the reason and, with it, dismiss each of the chosen news items."""
    member, now = request.member, timezone.now()
    check_may(member, "news.dismiss", now=now)
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    chosen = _news_of(member, request.POST)
    if chosen and not form.is_valid():
        context = {"form": form, "chosen": chosen}
        return render(request, "newsroom/dismiss_several.html", context, status=UNPROCESSABLE if form.errors else None)

    def dismiss(news: News) -> None:
        actions.dismiss_news(news=news, reason=form.cleaned_data["reason"], by=member, now=now)

    done = _do_each(request, chosen, dismiss, "no se descartó")
    if done:
        address = f"{reverse('newsroom:undo_dismissals')}?{urlencode({'news': [news.pk for news in done]}, doseq=True)}"
        offer_undo(request, "Descartada." if len(done) == 1 else f"{len(done)} noticias descartadas.", address)
    return _back(request)


@require_POST
def undo_dismissals(request: MemberRequest) -> HttpResponse:
    """Undo the recent dismissals of the news items in the query string; the page says which were refused and why."""
    member, now = request.member, timezone.now()
    check_may(member, "news.dismiss", now=now)

    def undo(news: News) -> None:
        actions.undo_dismissal(news=news, by=member, now=now)

    done = _do_each(request, _news_of(member, request.GET), undo, "sigue descartada")
    if done:
        subject = "una noticia está" if len(done) == 1 else f"{len(done)} noticias están"
        messages.success(request, f"Deshecho: {subject} otra vez por informar.")
    return redirect(page_of_undo(request, reverse("newsroom:list")))


def _news_of(member: Member, data: QueryDict) -> list[News]:
    """Return the chosen news items, or the one whose own button was pressed."""
    ids = data.getlist("only") or data.getlist("news")
    numbers = [int(text) for text in ids[:MOST_AT_ONCE] if text.isdecimal() and len(text) <= ID_DIGITS]
    return queries.news_among(member=member, ids=numbers)


def _do_each(request: MemberRequest, chosen: list[News], act: Callable[[News], None], failed: str) -> list[News]:
    """Call `act` for each news item, and add a message for each refusal. Return the news items that were accepted."""
    if not chosen:
        messages.warning(request, "Elige al menos una noticia.")
    done = []
    for news in chosen:
        try:
            act(news)
        except Refused as refusal:
            messages.warning(request, f"«{news.title}» {failed}: {refusal.message}")
        else:
            done.append(news)
    return done


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the page that the form came from, if it is on this site."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return redirect(address if is_ours else reverse("newsroom:list"))
