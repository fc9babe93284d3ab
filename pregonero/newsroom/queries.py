"""What is read of sources and news: the doors, and the lists that the screens show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.newsroom.models import (
    Informing,
    News,
    NewsState,
    NewsVersion,
    Source,
    SourceKind,
    SourceState,
    StandingRule,
)
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.queries import receipts_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class SourceRow:
    """A source as the screen shows it, with its rule in force and how much it has brought."""

    source: Source
    rule: StandingRule | None
    news: int
    latest_at: datetime | None


def get_news(*, member: Member, pk: int, for_update: bool = False) -> News:
    """Return a news item of the member's entity; any other is not found."""
    found = News.objects.filter(pk=pk, entity_id=member.entity_id)
    news = (found.select_for_update() if for_update else _with_everything(found)).first()
    if news is None:
        raise NotFound
    return news


def get_source(*, member: Member, pk: int, for_update: bool = False) -> Source:
    """Return a source of the member's entity; any other is not found."""
    sources = Source.objects.select_for_update() if for_update else Source.objects.all()
    source = sources.filter(pk=pk, entity_id=member.entity_id).first()
    if source is None:
        raise NotFound
    return source


def source_to_read(*, pk: int, for_update: bool = False) -> Source:
    """Return a source for the system's own reading, which acts for no member."""
    sources = Source.objects.select_for_update(of=("self",)) if for_update else Source.objects.all()
    source = sources.select_related("entity").filter(pk=pk).first()
    if source is None:
        raise NotFound("La fuente ya no existe.")
    return source


def webhook_source(*, pk: int) -> Source | None:
    """Return a source that takes notices; whether one exists must not show to whoever has no signature."""
    return Source.objects.filter(pk=pk, kind=SourceKind.WEBHOOK).first()


def news_to_read(*, pk: int, for_update: bool = False) -> News:
    """Return a news item for the system's own reading of its page, which acts for no member."""
    items = News.objects.select_for_update(of=("self",)) if for_update else News.objects.all()
    news = items.select_related("entity", "picture", "video").filter(pk=pk).first()
    if news is None:
        raise NotFound("La noticia ya no existe.")
    return news


def sources_due(*, now: datetime, limit: int = 500) -> list[int]:
    """Return the sources to read by that moment, of every entity, the longest waiting first."""
    due = Source.objects.filter(state=SourceState.ACTIVE, next_check_at__lte=now)
    due = due.exclude(kind=SourceKind.WEBHOOK)
    return list(due.order_by("next_check_at", "pk").values_list("pk", flat=True)[:limit])


def pages_due(*, read_before: datetime, informed_after: datetime, limit: int = 50) -> list[int]:
    """Return the news lately informed whose page was read before a moment: the website may have edited it."""
    due = News.objects.filter(state=NewsState.INFORMED, informing__at__gte=informed_after, page_read_at__lt=read_before)
    return list(due.order_by("page_read_at", "pk").values_list("pk", flat=True)[:limit])


def news_of(entity: Entity, state: NewsState) -> QuerySet[News]:
    """Return the entity's news in a state, the latest found first, ready for the list; slice it."""
    news = _with_everything(News.objects.filter(entity=entity, state=state))
    return news.order_by("-found_at", "-published_at", "-pk")


def counts_by_state(entity: Entity) -> dict[str, int]:
    """Return how many news items the entity has in each state."""
    counted = News.objects.filter(entity=entity).values("state").annotate(news=Count("pk")).order_by("state")
    return {state.value: 0 for state in NewsState} | {row["state"]: row["news"] for row in counted}


def versions_of(news: News) -> list[NewsVersion]:
    """Return what the news said, first to last."""
    return list(NewsVersion.objects.filter(news=news).order_by("number"))


def receipts(news: News) -> list[Notice]:
    """Return who was told that the news was informed, and who saw it when (P-1)."""
    return receipts_of(news.entity, kind="news.informed", ref=news.ref.reference)


def sources_with_state(entity: Entity) -> list[SourceRow]:
    """Return the entity's sources, those in use first, each with its rule in force and what it has brought."""
    in_force = StandingRule.objects.filter(revoked_at__isnull=True).select_related("signed_by")
    sources = (
        Source.objects.filter(entity=entity)
        .annotate(brought=Count("news"), latest_at=Max("news__found_at"))
        .prefetch_related(Prefetch("rules", queryset=in_force, to_attr="in_force"))
        .order_by("state", "name", "pk")[:200]
    )
    return [
        SourceRow(source, next(iter(source.in_force), None), source.brought, source.latest_at) for source in sources
    ]


def rule_in_force(source: Source) -> StandingRule | None:
    """Return the coordinator's standing rule of a source, if one is in force."""
    rules = StandingRule.objects.filter(source=source, revoked_at__isnull=True)
    return rules.select_related("signed_by").first()


def known_news(*, entity: Entity, source: Source | None, keys: Iterable[str], guids: Iterable[str]) -> list[News]:
    """Return, locked, the entity's news with one of these keys, or of this source with one of these guids."""
    same = Q(key__in=list(keys))
    if source is not None:
        same |= Q(source=source, guid__in=[guid for guid in guids if guid])
    news = News.objects.select_for_update(of=("self",)).select_related("source").filter(same, entity=entity)
    return list(news.order_by("pk"))


def _with_everything(news: QuerySet[News]) -> QuerySet[News]:
    return news.select_related(
        "entity", "source", "picture", "video", "informing__by", "informing__rule__source",
        "informing__rule__signed_by", "dismissal__by",
    )  # fmt: skip


def informing_of(news: News) -> Informing | None:
    """Return who informed a news item, and with which note."""
    return Informing.objects.filter(news=news).select_related("by", "rule__signed_by", "rule__source").first()
