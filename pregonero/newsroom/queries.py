"""Getters of sources and news, and the lists and counts of the screens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.newsroom.models import (
    Dismissal,
    Informing,
    News,
    NewsState,
    NewsVersion,
    Source,
    SourceState,
    StandingRule,
)
from pregonero.newsroom.search import NEWS_WORDS, words_query
from pregonero.newsroom.sources.registry import kind_of
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.queries import receipts_of

PAGE_SIZE = 50
SECTIONS_SHOWN = 8


@dataclass(frozen=True)
class SourceRow:
    """A source with its rule in force, the number of its news, and when the last one was found."""

    source: Source
    kind_label: str
    rule: StandingRule | None
    news: int
    latest_at: datetime | None


def get_news(*, member: Member, pk: int, for_update: bool = False) -> News:
    """Return a news item of the member's entity. Raises `NotFound` for any other."""
    rows = News.objects.filter(pk=pk, entity_id=member.entity_id)
    news = (rows.select_for_update(no_key=True, of=("self",)) if for_update else _with_related(rows)).first()
    if news is None:
        raise NotFound
    return news


def news_among(*, member: Member, ids: Iterable[int]) -> list[News]:
    """Return the news items with these ids that belong to the member's entity, in the order of the list."""
    return list(_with_related(News.objects.filter(pk__in=ids, entity_id=member.entity_id)).order_by("-found_at", "-pk"))


def get_source(*, member: Member, pk: int, for_update: bool = False) -> Source:
    """Return a source of the member's entity. Raises `NotFound` for any other."""
    sources = Source.objects.select_for_update(no_key=True, of=("self",)) if for_update else Source.objects.all()
    source = sources.filter(pk=pk, entity_id=member.entity_id).first()
    if source is None:
        raise NotFound
    return source


def source_to_read(*, pk: int, for_update: bool = False) -> Source:
    """Return a source of any entity, for the jobs that read sources. Raises `NotFound`."""
    sources = Source.objects.select_for_update(no_key=True, of=("self",)) if for_update else Source.objects.all()
    source = sources.select_related("entity").filter(pk=pk).first()
    if source is None:
        raise NotFound("La fuente ya no existe.")
    return source


def source_with_secret(*, pk: int) -> Source | None:
    """Return a source that receives notices, or None: without a signature, the answer must not show if it exists."""
    return Source.objects.filter(pk=pk).exclude(encrypted_secret=b"").first()


def news_to_read(*, pk: int, for_update: bool = False) -> News:
    """Return a news item of any entity, for the jobs that read pages. Raises `NotFound`."""
    rows = News.objects.select_for_update(no_key=True, of=("self",)) if for_update else News.objects.all()
    news = rows.select_related("entity", "picture", "video").filter(pk=pk).first()
    if news is None:
        raise NotFound("La noticia ya no existe.")
    return news


def sources_due(*, now: datetime, limit: int = 500) -> list[int]:
    """Return the ids of the active sources that are due, of every entity, the longest due first."""
    due = Source.objects.filter(state=SourceState.ACTIVE, next_check_at__lte=now)
    return list(due.order_by("next_check_at", "pk").values_list("pk", flat=True)[:limit])


def pages_due(*, read_before: datetime, informed_after: datetime, limit: int = 50) -> list[int]:
    """Return the ids of news informed after one moment whose page was last read before another, the oldest first."""
    due = News.objects.filter(state=NewsState.INFORMED, informing__at__gte=informed_after, page_read_at__lt=read_before)
    return list(due.order_by("page_read_at", "pk").values_list("pk", flat=True)[:limit])


def news_of(entity: Entity, state: NewsState, *, words: str = "", section: str = "") -> QuerySet[News]:
    """Return the entity's news in a state, the last found first. The caller slices the queryset.

    `words` are searched in the texts of the news; `section` keeps only one section.
    """
    news = _with_related(News.objects.filter(entity=entity, state=state)).defer("body")
    if (query := words_query(words)) is not None:
        news = news.alias(words=NEWS_WORDS).filter(words=query)
    if section:
        news = news.filter(section=section)
    return news.order_by("-found_at", F("published_at").desc(nulls_last=True), "-pk")


def sections_of(entity: Entity, state: NewsState) -> list[str]:
    """Return the sections with most news in a state, by name."""
    news = News.objects.filter(entity=entity, state=state).exclude(section="")
    largest = news.values("section").annotate(news=Count("pk")).order_by("-news", "section")[:SECTIONS_SHOWN]
    return sorted(row["section"] for row in largest)


@dataclass(frozen=True)
class SourcesSummary:
    """When the sources in use were last read, and how many have a problem."""

    count: int
    read_at: datetime | None
    problems: int


def sources_summary(entity: Entity) -> SourcesSummary:
    """Return when the entity's sources were last read and how many have a problem, in one query."""
    active = Source.objects.filter(entity=entity, state=SourceState.ACTIVE)
    row = active.aggregate(count=Count("pk"), read_at=Max("checked_at"), problems=Count("pk", filter=~Q(problem="")))
    return SourcesSummary(**row)


def receipts_among(news: Iterable[News]) -> dict[int, list[Notice]]:
    """Return by news item the notices that told people of it, with their members, in one query."""
    references = {item.ref.reference: item.pk for item in news}
    notices = Notice.objects.filter(kind="news.informed", ref__in=references).select_related("member")
    found: dict[int, list[Notice]] = {}
    for notice in notices.order_by("member__name", "pk"):
        found.setdefault(references[notice.ref], []).append(notice)
    return found


def counts_by_state(entity: Entity) -> dict[str, int]:
    """Return the number of the entity's news in each state."""
    counts = News.objects.filter(entity=entity).values("state").annotate(news=Count("pk")).order_by("state")
    return {state.value: 0 for state in NewsState} | {row["state"]: row["news"] for row in counts}


def versions_of(news: News) -> list[NewsVersion]:
    """Return the versions of a news item, the first one first."""
    return list(NewsVersion.objects.filter(news=news).order_by("number"))


def receipts(news: News) -> list[Notice]:
    """Return the notices that the news was informed, with who saw each one and when (P-1)."""
    return receipts_of(news.entity, kind="news.informed", ref=news.ref.reference)


def sources_with_state(entity: Entity) -> list[SourceRow]:
    """Return the entity's sources, the active ones first."""
    in_force = StandingRule.objects.filter(revoked_at__isnull=True).select_related("signed_by")
    sources = (
        Source.objects.filter(entity=entity)
        .annotate(news_count=Count("news"), latest_at=Max("news__found_at"))
        .prefetch_related(Prefetch("rules", queryset=in_force, to_attr="in_force"))
        .order_by("state", "name", "pk")[:200]
    )
    return [
        SourceRow(
            source, kind_of(source.kind).label, next(iter(source.in_force), None), source.news_count, source.latest_at
        )
        for source in sources
    ]


def rule_in_force(source: Source) -> StandingRule | None:
    """Return the standing rule of a source that is in force, or None."""
    rules = StandingRule.objects.filter(source=source, revoked_at__isnull=True)
    return rules.select_related("signed_by").first()


def known_news(*, entity: Entity, source: Source | None, keys: Iterable[str], guids: Iterable[str]) -> list[News]:
    """Return the entity's news with one of these keys, or of this source with one of these guids, and lock them."""
    is_known = Q(key__in=list(keys))
    if source is not None:
        is_known |= Q(source=source, guid__in=[guid for guid in guids if guid])
    news = (
        News.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source")
        .filter(is_known, entity=entity)
    )
    return list(news.order_by("pk"))


def _with_related(news: QuerySet[News]) -> QuerySet[News]:
    return news.select_related(
        "entity",
        "source",
        "picture",
        "video",
        "informing__by",
        "informing__rule__source",
        "informing__rule__signed_by",
    ).prefetch_related(Prefetch("dismissals", Dismissal.objects.select_related("by").order_by("-pk")))


def informing_of(news: News) -> Informing | None:
    """Return who informed a news item, and the note; None if it is not informed."""
    return Informing.objects.filter(news=news).select_related("by", "rule__signed_by", "rule__source").first()
