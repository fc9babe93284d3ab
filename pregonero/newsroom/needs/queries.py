"""Getters of needs, and the lists of their pages."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need, NeedFile, NeedState
from pregonero.newsroom.reading.urls import link_key
from pregonero.newsroom.search import NEED_WORDS, words_query
from pregonero.people.models import Entity, Member

NEWS_SHOWN = 50  # of one need


def get_need(*, member: Member, pk: int, for_update: bool = False) -> Need:
    """Return a need of the member's entity. Raises `NotFound` for any other."""
    needs = Need.objects.select_for_update(no_key=True, of=("self",)) if for_update else Need.objects.all()
    related = needs.select_related("entity", "asked_by", "decided_by", "campaign")
    need = related.filter(pk=pk, entity_id=member.entity_id).first()
    if need is None:
        raise NotFound
    return need


def need_by_code(entity: Entity, code: str) -> Need:
    """Return the need that whoever asked follows, by the secret part of its address. Raises `NotFound`."""
    need = Need.objects.select_related("entity", "decided_by").filter(entity=entity, code=code).first()
    if need is None:
        raise NotFound
    return need


def needs_of(entity: Entity, states: Iterable[NeedState], *, words: str = "") -> QuerySet[Need]:
    """Return the entity's needs in these states, the last asked first; `words` are searched in their texts."""
    needs = Need.objects.filter(entity=entity, state__in=list(states)).select_related("asked_by", "decided_by")
    if (query := words_query(words)) is not None:
        needs = needs.alias(words=NEED_WORDS).filter(words=query)
    return needs.annotate(news_count=Count("news")).order_by("-asked_at", "-pk")


def need_counts(entity: Entity) -> dict[str, int]:
    """Return the number of the entity's needs in each state."""
    rows = Need.objects.filter(entity=entity).values("state").annotate(needs=Count("pk")).order_by("state")
    return {state.value: 0 for state in NeedState} | {row["state"]: row["needs"] for row in rows}


def needs_to_decide(entity: Entity, *, today: date, limit: int) -> tuple[list[Need], int]:
    """Return the needs that wait for a decision, those wanted first at the top, and how many they are.

    A need left for later waits again from its day on.
    """
    waiting = Need.objects.filter(entity=entity).filter(Q(state=NeedState.ASKED) | Q(look_again_on__lte=today))
    return list(waiting.order_by("wanted_on", "asked_at", "pk")[:limit]), waiting.count()


def news_of_need(need: Need) -> list[News]:
    """Return the news that tell a need, the last found first."""
    return list(News.objects.filter(need=need).select_related("picture").order_by("-found_at", "-pk")[:NEWS_SHOWN])


def news_at(*, member: Member, address: str) -> News:
    """Return the entity's news item at an address of the website. Raises `NotFound`."""
    news = News.objects.filter(entity_id=member.entity_id, key=link_key(address)).first()
    if news is None:
        raise NotFound("Ninguna noticia tiene ese enlace: primero hay que informarla.")
    return news


def files_of(need: Need) -> list[NeedFile]:
    """Return the files of a need, without their bytes."""
    return list(NeedFile.objects.filter(need=need).defer("content").order_by("pk"))


def get_file(*, member: Member, pk: int) -> NeedFile:
    """Return a file of a need of the member's entity. Raises `NotFound`."""
    file = NeedFile.objects.filter(pk=pk, need__entity_id=member.entity_id).first()
    if file is None:
        raise NotFound
    return file
