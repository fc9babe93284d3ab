"""Needs: what the areas ask to be told, and the decision (M-1)."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from pregonero.api.bodies import FormBody
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import CREATED, reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.newsroom.need_models import Need, NeedKind, NeedState
from pregonero.newsroom.needs import actions, queries
from pregonero.newsroom.needs.forms import DecisionForm, NeedForm, NewsAddressForm
from pregonero.people.rules import check_may

router = Router(tags=["Necesidades"])
WORDS_LIMIT = 200


class NeedOut(Schema):
    """A need, with what was decided."""

    id: int
    kind: NeedKind
    title: str
    what: str
    why: str
    audience: str
    wanted_on: date | None
    area: str
    contact_name: str
    contact: str
    asked_at: datetime
    state: NeedState
    answer: str
    look_again_on: date | None
    decided_at: datetime | None
    campaign_id: int | None
    path: str

    @staticmethod
    def resolve_path(need: Need) -> str:
        """Return the path of its page."""
        return need.get_absolute_url()


class NeedsQuery(PageQuery):
    """Which needs are asked."""

    state: NeedState | None = None
    q: str = Field("", max_length=WORDS_LIMIT, description="Palabras que se buscan.")


class NeedBody(FormBody[NeedForm]):
    """Lo que un área pide contar."""

    form_class = NeedForm


class DecisionBody(FormBody[DecisionForm]):
    """Lo que decide el Grupo, con la respuesta que lee quien pidió."""

    form_class = DecisionForm


class TieBody(FormBody[NewsAddressForm]):
    """La noticia que cuenta una necesidad."""

    form_class = NewsAddressForm


@router.get("", **reading("needs.read", Page[NeedOut], "Ver lo que las áreas piden contar"))
def list_needs(request: ApiRequest, query: Query[NeedsQuery]) -> dict[str, Any]:
    """Return the needs of the entity, by pages."""
    check_may(request.member, "need.see", now=timezone.now())
    states = [query.state] if query.state else list(NeedState)
    words = query.q.replace("\0", "").strip()
    return page_of(queries.needs_of(request.member.entity, states, words=words), query)


@router.post("", **writing("needs.write", NeedOut, "Pedir que algo se cuente", status=CREATED))
def ask_need(request: ApiRequest, payload: NeedBody) -> Need:
    """Ask for something to be told, without files."""
    member = request.member
    return actions.ask_need(entity=member.entity, request=payload.form.request(), by=member, now=timezone.now())


@router.get("/{pk}", **reading("needs.read", NeedOut, "Ver una necesidad"))
def show_need(request: ApiRequest, pk: int) -> Need:
    """Return a need."""
    check_may(request.member, "need.see", now=timezone.now())
    return queries.get_need(member=request.member, pk=pk)


@router.post("/{pk}/decision", **writing("needs.write", NeedOut, "Decidir una necesidad"))
def decide_need(request: ApiRequest, pk: int, payload: DecisionBody) -> Need:
    """Decide a need."""
    member, now = request.member, timezone.now()
    need = queries.get_need(member=member, pk=pk)
    data = payload.form.cleaned_data | {"state": NeedState(payload.form.cleaned_data["state"])}
    return actions.decide_need(need=need, by=member, now=now, **data)


@router.post("/{pk}/news", **writing("needs.write", NeedOut, "Decir qué noticia cuenta una necesidad"))
def tie_news(request: ApiRequest, pk: int, payload: TieBody) -> Need:
    """Say which news item tells a need."""
    member, now = request.member, timezone.now()
    need = queries.get_need(member=member, pk=pk)
    check_may(member, "need.decide", now=now)
    news = queries.news_at(member=member, address=payload.form.cleaned_data["address"])
    actions.tie_news(need=need, news=news, by=member, now=now)
    return need
