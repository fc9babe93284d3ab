"""Getters of topics, sources and decisions, and the lists and figures of the screens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, F, Max, Prefetch, Q, QuerySet
from django.utils import timezone

from pregonero.errors import NotFound
from pregonero.monitoring.models import (
    TOPIC_WORDS,
    CrisisEntry,
    CrisisRoom,
    Decision,
    DecisionKind,
    Entry,
    EntryVersion,
    Outcome,
    Statement,
    Topic,
    TopicChange,
    WatchedRole,
    WatchedSource,
    WatchedState,
)
from pregonero.monitoring.similarity import tuned_threshold
from pregonero.people.models import Entity, Member
from pregonero.publishing.models import Publication

SHOWN_ENTRIES, SHOWN_SOURCES, SHOWN_STATEMENTS = 200, 2000, 50
DUE_AT_ONCE = 2000
RISING_WINDOW = timedelta(days=2)
VOLUME_HOURS = 48
TUNED_BY = 400  # the last corrections of people
LATENCY_SAMPLE, LATENCY_SHARE = timedelta(days=1), 0.95
MOST_LATE = timedelta(hours=12)  # a date further back is of an old note that a source shows again


@dataclass(frozen=True)
class HourVolume:
    """How many entries a topic had in an hour of Bogotá; `share` is the height of its bar, of 100."""

    hour: datetime
    count: int
    share: int

    @property
    def gap(self) -> int:
        """Return how far from the top its bar begins."""
        return 100 - self.share


def active_sources(entity_id: int) -> QuerySet[WatchedSource]:
    """Return the sources that the entity follows."""
    return WatchedSource.objects.filter(entity_id=entity_id, state=WatchedState.ACTIVE)


def get_source(*, member: Member, pk: int, for_update: bool = False) -> WatchedSource:
    """Return a watched source of the member's entity. Raises `NotFound`."""
    sources = (
        WatchedSource.objects.select_for_update(no_key=True, of=("self",)) if for_update else WatchedSource.objects
    )
    source = sources.filter(pk=pk, entity_id=member.entity_id).first()
    if source is None:
        raise NotFound
    return source


def get_topic(*, member: Member, pk: int, for_update: bool = False) -> Topic:
    """Return a topic of the member's entity. Raises `NotFound`."""
    topics = Topic.objects.select_for_update(no_key=True, of=("self",)) if for_update else Topic.objects.all()
    topic = topics.select_related("entity", "merged_into").filter(pk=pk, entity_id=member.entity_id).first()
    if topic is None:
        raise NotFound
    return topic


def get_entry(*, topic: Topic, pk: int) -> Entry:
    """Return an entry of a topic. Raises `NotFound`."""
    entry = Entry.objects.filter(pk=pk, topic=topic).select_related("source").first()
    if entry is None:
        raise NotFound("Esa nota ya no está en este tema.")
    return entry


def sources_due(*, now: datetime) -> list[WatchedSource]:
    """Return the sources to read now, those that wait longest first."""
    due = WatchedSource.objects.filter(state=WatchedState.ACTIVE, next_check_at__lte=now)
    return list(due.order_by("next_check_at", "pk")[:DUE_AT_ONCE])


def sources_with_state(entity: Entity, *, role: str = "") -> list[WatchedSource]:
    """Return the sources that are followed, those with a problem first, each with `entry_total` and `latest_at`."""
    sources = active_sources(entity.pk).filter(**({"role": role} if role else {}))
    counted = sources.annotate(entry_total=Count("entries"), latest_at=Max("entries__at"))
    return list(counted.order_by(F("failures").desc(), "role", "name", "pk")[:SHOWN_SOURCES])


def role_counts(entity: Entity) -> dict[str, int]:
    """Return how many sources of each role are followed."""
    rows = active_sources(entity.pk).values("role").annotate(total=Count("pk")).order_by("role")
    return {role.value: 0 for role in WatchedRole} | {row["role"]: row["total"] for row in rows}


def topics_of(entity: Entity, *, tab: str, words: str = "") -> QuerySet[Topic]:
    """Return the topics of a tab: rising and relevant ones first, then those with more sources, the latest first."""
    topics = Topic.objects.filter(entity=entity, merged_into__isnull=True)
    if words:
        topics = topics.alias(words=TOPIC_WORDS).filter(
            words=SearchQuery(words, config="spanish", search_type="websearch")
        )
    elif tab == "decididos":
        topics = topics.filter(decisions__isnull=False).distinct()
    elif tab == "sin-decidir":
        topics = topics.filter(decisions__isnull=True, latest_at__gte=timezone.now() - RISING_WINDOW)
    elif tab == "crecen":
        topics = topics.filter(is_rising=True)
    decisions = Decision.objects.select_related("by", "responsible").order_by("-at", "-pk")
    related = topics.prefetch_related(Prefetch("decisions", decisions, to_attr="latest_decisions"))
    return related.order_by("-is_rising", "-relevance", "-source_count", "-latest_at", "-pk")


def topic_counts(entity: Entity, *, now: datetime) -> dict[str, int]:
    """Return how many topics each tab has."""
    topics = Topic.objects.filter(entity=entity, merged_into__isnull=True)
    recent = Q(decisions__isnull=True, latest_at__gte=now - RISING_WINDOW)
    return topics.aggregate(
        **{
            "crecen": Count("pk", filter=Q(is_rising=True), distinct=True),
            "sin-decidir": Count("pk", filter=recent, distinct=True),
            "decididos": Count("pk", filter=Q(decisions__isnull=False), distinct=True),
            "todos": Count("pk", distinct=True),
        }
    )


def topics_that_may_rise(entity: Entity, *, now: datetime) -> list[Topic]:
    """Return the topics that rise and those with entries of the last two days."""
    topics = Topic.objects.filter(entity=entity, merged_into__isnull=True)
    recent = topics.filter(Q(is_rising=True) | Q(latest_at__gte=now - RISING_WINDOW, source_count__gte=2))
    return list(recent.order_by("pk"))


def entries_of(topic: Topic, *, known_at: datetime | None = None) -> list[Entry]:
    """Return the entries of a topic, the first published first; with `known_at`, those known at that moment."""
    entries = Entry.objects.filter(topic=topic, **({"found_at__lte": known_at} if known_at else {}))
    versions = EntryVersion.objects.order_by("replaced_at", "pk")
    related = entries.select_related("source").prefetch_related(Prefetch("versions", versions))
    return list(related.order_by("at", "pk")[:SHOWN_ENTRIES])


def volume_of(entries: Sequence[Entry]) -> list[HourVolume]:
    """Return the number of entries of each of the last hours in which a topic had any, the oldest first."""
    if not entries:
        return []
    counts = Counter(_hour(entry.at) for entry in entries)
    last = max(counts)
    first = max(min(counts), last - timedelta(hours=VOLUME_HOURS - 1))
    most = max(counts.values())
    hours = [first + timedelta(hours=step) for step in range(int((last - first) / timedelta(hours=1)) + 1)]
    return [HourVolume(hour, counts[hour], round(100 * counts[hour] / most)) for hour in hours]


def _hour(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(minute=0, second=0, microsecond=0)


def decisions_of(topic: Topic) -> list[Decision]:
    """Return what was decided about a topic, the last one first."""
    related = Decision.objects.filter(topic=topic).select_related(
        "by", "responsible", "entry__source", "topic", "statement"
    )
    return list(related.order_by("-at", "-pk"))


def get_decision(*, member: Member, pk: int) -> Decision:
    """Return a decision of the member's entity. Raises `NotFound`."""
    decision = (
        Decision.objects.select_related("topic", "entry").filter(pk=pk, topic__entity_id=member.entity_id).first()
    )
    if decision is None:
        raise NotFound
    return decision


def outcomes_of(topic: Topic) -> list[Outcome]:
    """Return what came of a topic as people wrote it, the last one first."""
    return list(Outcome.objects.filter(topic=topic).select_related("by").order_by("-at", "-pk"))


def publications_of(decisions: Sequence[Decision]) -> list[Publication]:
    """Return the publications that rest on these decisions, the last one first."""
    ids = [decision.pk for decision in decisions if decision.kind != DecisionKind.NOTHING]
    publications = Publication.objects.filter(source_kind="topic_decision", source_id__in=ids)
    return list(publications.select_related("created_by").order_by("-pk"))


def statements_of(entity: Entity) -> list[Statement]:
    """Return the spokesperson's list: what waits for a text or a word, by deadline, then the last approved ones."""
    statements = Statement.objects.filter(decision__topic__entity=entity)
    related = statements.select_related("decision__topic", "decision__by", "written_by", "approval")
    waiting = related.filter(approval__isnull=True).order_by("decision__due_at", "pk")
    return [*waiting[:SHOWN_STATEMENTS], *related.filter(approval__isnull=False).order_by("-pk")[:SHOWN_STATEMENTS]]


def get_statement(*, member: Member, pk: int, for_update: bool = False) -> Statement:
    """Return a statement of the member's entity. Raises `NotFound`."""
    rows = Statement.objects.select_for_update(no_key=True, of=("self",)) if for_update else Statement.objects.all()
    related = rows.select_related("decision__topic__entity", "decision__by", "written_by", "approval__by")
    statement = related.filter(pk=pk, decision__topic__entity_id=member.entity_id).first()
    if statement is None:
        raise NotFound
    return statement


def is_replaced(decision: Decision) -> bool:
    """Return whether a later decision on the same topic replaces this one."""
    return Decision.objects.filter(topic_id=decision.topic_id, pk__gt=decision.pk).exists()


def open_room(entity_id: int) -> CrisisRoom | None:
    """Return the open crisis room of an entity, or None."""
    rooms = CrisisRoom.objects.filter(entity_id=entity_id, closed_at__isnull=True)
    return rooms.select_related("decider", "opened_by", "hold", "entity").first()


def rooms_of(entity: Entity) -> list[CrisisRoom]:
    """Return the crisis rooms of an entity, the last one first."""
    return list(CrisisRoom.objects.filter(entity=entity).select_related("decider", "opened_by").order_by("-pk")[:50])


def get_room(*, member: Member, pk: int, for_update: bool = False) -> CrisisRoom:
    """Return a crisis room of the member's entity. Raises `NotFound`."""
    rooms = CrisisRoom.objects.select_for_update(no_key=True, of=("self",)) if for_update else CrisisRoom.objects.all()
    related = rooms.select_related("decider", "opened_by", "closed_by", "hold", "entity")
    room = related.filter(pk=pk, entity_id=member.entity_id).first()
    if room is None:
        raise NotFound
    return room


def log_of(room: CrisisRoom) -> list[CrisisEntry]:
    """Return the log of a crisis room, the last entry first."""
    return list(CrisisEntry.objects.filter(room=room).select_related("by").order_by("-at", "-pk"))


def decisions_during(room: CrisisRoom) -> list[Decision]:
    """Return what was decided about topics while a crisis room was open, the first one first."""
    decisions = Decision.objects.filter(topic__entity=room.entity, at__gte=room.opened_at)
    if room.closed_at is not None:
        decisions = decisions.filter(at__lte=room.closed_at)
    return list(decisions.select_related("topic", "by").order_by("at", "pk"))


def mergeable_topics(topic: Topic, *, limit: int = 20) -> list[Topic]:
    """Return the topics with which a topic may be merged: those of its days with most sources."""
    near = Topic.objects.filter(entity=topic.entity, merged_into__isnull=True).exclude(pk=topic.pk)
    days = near.filter(latest_at__gte=topic.started_at - RISING_WINDOW, started_at__lte=topic.latest_at + RISING_WINDOW)
    return list(days.order_by("-source_count", "-latest_at", "-pk")[:limit])


def threshold_of(entity: Entity) -> float:
    """Return the likeness from which an entry joins a topic, as what people merged and split has tuned it (T-2)."""
    rows = TopicChange.objects.filter(entity=entity).order_by("-pk").values_list("kind", "similarity")[:TUNED_BY]
    changes = list(rows)
    merged = [likeness for kind, likeness in changes if kind == TopicChange.Kind.MERGE]
    return tuned_threshold(merged, [likeness for kind, likeness in changes if kind == TopicChange.Kind.SPLIT])


def latency_of(entity: Entity, *, now: datetime) -> timedelta | None:
    """Return within how long 95 of 100 entries of the last day were on the screen after they were published."""
    entries = Entry.objects.filter(
        entity=entity, found_at__gte=now - LATENCY_SAMPLE, published_at__isnull=False, is_first_reading=False
    )
    pairs = entries.filter(published_at__lte=F("found_at")).order_by("pk").values_list("published_at", "found_at")
    waits = sorted(found - published for published, found in pairs if published and found - published <= MOST_LATE)
    return waits[min(len(waits) - 1, int(len(waits) * LATENCY_SHARE))] if waits else None
