"""News of the official website: informing and dismissing them (P-1)."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from pregonero.api.bodies import FormBody
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import CREATED, reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.newsroom import actions, queries, rules
from pregonero.newsroom.forms import LinkForm, NewsForm, ReasonForm
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.rules import check_official
from pregonero.people.rules import check_may

router = Router(tags=["Noticias"])
WORDS_LIMIT = 200


class NewsOut(Schema):
    """A news item of the official website."""

    id: int
    address: str
    title: str
    summary: str
    section: str
    published_at: datetime | None
    found_at: datetime
    state: NewsState
    reference: str
    need_id: int | None
    campaign_id: int | None
    path: str

    @staticmethod
    def resolve_reference(news: News) -> str:
        """Return the number with which it was informed, or the one that its source gave."""
        return news.informing.reference if hasattr(news, "informing") else news.reference

    @staticmethod
    def resolve_path(news: News) -> str:
        """Return the path of its page."""
        return news.get_absolute_url()


class NewsQuery(PageQuery):
    """Which news are asked."""

    state: NewsState = NewsState.CANDIDATE
    q: str = Field("", max_length=WORDS_LIMIT, description="Palabras que se buscan.")


class LinkBody(FormBody[LinkForm]):
    """El enlace de una noticia de la sede que se informa."""

    form_class = LinkForm


class InformingBody(FormBody[NewsForm]):
    """El número de la publicación en la sede, y una nota para quienes publican."""

    form_class = NewsForm


class DismissalBody(FormBody[ReasonForm]):
    """Por qué una noticia no va a las redes."""

    form_class = ReasonForm


@router.get("", **reading("news.read", Page[NewsOut], "Ver las noticias"))
def list_news(request: ApiRequest, query: Query[NewsQuery]) -> dict[str, Any]:
    """Return the news in a state, by pages."""
    check_may(request.member, "news.see", now=timezone.now())
    words = query.q.replace("\0", "").strip()
    return page_of(queries.news_of(request.member.entity, query.state, words=words), query)


@router.post("", **writing("news.write", NewsOut, "Informar el enlace de una noticia", status=CREATED))
def inform_link(request: ApiRequest, payload: LinkBody) -> News:
    """Inform a link of the official website; its page is read before the action."""
    member, now, data = request.member, timezone.now(), payload.form.cleaned_data
    check_may(member, "news.inform", now=now)
    check_official(member.entity, data["address"])
    page = fetch_page(data["address"])
    return actions.inform_link(entity=member.entity, page=page, by=member, now=now, **data)


@router.get("/{pk}", **reading("news.read", NewsOut, "Ver una noticia"))
def show_news(request: ApiRequest, pk: int) -> News:
    """Return a news item."""
    check_may(request.member, "news.see", now=timezone.now())
    return queries.get_news(member=request.member, pk=pk)


@router.post("/{pk}/informing", **writing("news.write", NewsOut, "Informar una noticia candidata"))
def inform_news(request: ApiRequest, pk: int, payload: InformingBody) -> News:
    """Inform a candidate."""
    member, now = request.member, timezone.now()
    news = queries.get_news(member=member, pk=pk)
    rules.check_may_inform(member, news, now=now)
    return actions.inform_news(news=news, by=member, now=now, **payload.form.cleaned_data)


@router.post("/{pk}/dismissal", **writing("news.write", NewsOut, "Descartar una noticia candidata"))
def dismiss_news(request: ApiRequest, pk: int, payload: DismissalBody) -> News:
    """Dismiss a candidate, with the reason."""
    member, now = request.member, timezone.now()
    news = queries.get_news(member=member, pk=pk)
    return actions.dismiss_news(news=news, by=member, now=now, **payload.form.cleaned_data)
