"""Merge and split topics by hand; what people did is kept, and tunes the grouping (T-2)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused
from pregonero.monitoring import queries, rules
from pregonero.monitoring.actions.readings import refresh_topics
from pregonero.monitoring.models import Entry, Topic, TopicChange
from pregonero.monitoring.similarity import Grouper, Text
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def merge_topics(*, topic: Topic, other: Topic, by: Member, now: datetime) -> Topic:
    """Put the entries of `other` in `topic`. Its decisions stay where they were made, with a link to this topic."""
    topic, other = _lock(topic, other, by)
    check_may(by, "topic.arrange", now=now)
    rules.check_is_open(topic)
    rules.check_is_open(other)
    if topic.pk == other.pk:
        raise Refused("Elige otro tema: es el mismo.")
    change = _keep_change(TopicChange.Kind.MERGE, topic, other, by, now)
    Entry.objects.filter(topic=other).update(topic=topic, is_placed_by_hand=True)
    other.merged_into, other.is_rising = topic, False
    other.save(update_fields=["merged_into", "is_rising"])
    refresh_topics([topic], now=now)
    _record("topic.merged", change, by, now)
    return topic


@transaction.atomic(durable=True)
def split_topic(*, topic: Topic, entries: Sequence[int], by: Member, now: datetime) -> Topic:
    """Take entries out of a topic, to one of their own, and return it."""
    topic, _ = _lock(topic, topic, by)
    check_may(by, "topic.arrange", now=now)
    rules.check_is_open(topic)
    leaving = list(Entry.objects.filter(topic=topic, pk__in=entries).order_by("at", "pk"))
    if not leaving or len(leaving) == topic.entry_count:
        raise Refused("Elige las notas que son de otro tema: alguna, y no todas.")
    first = leaving[0]
    made = Topic.objects.create(
        entity_id=topic.entity_id,
        title=first.title,
        summary=first.summary,
        started_at=first.at,
        latest_at=first.at,
    )
    Entry.objects.filter(pk__in=[entry.pk for entry in leaving]).update(topic=made, is_placed_by_hand=True)
    change = _keep_change(TopicChange.Kind.SPLIT, topic, made, by, now)
    refresh_topics([topic, made], now=now)
    _record("topic.split", change, by, now)
    return made


def _lock(topic: Topic, other: Topic, by: Member) -> tuple[Topic, Topic]:
    """Lock both topics, after the entity: the grouping of what arrives meanwhile waits."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    return queries.get_topic(member=by, pk=topic.pk), queries.get_topic(member=by, pk=other.pk)


def _keep_change(kind: TopicChange.Kind, topic: Topic, other: Topic, by: Member, now: datetime) -> TopicChange:
    entries = list(Entry.objects.filter(topic__in=[topic, other]).order_by("at", "pk"))
    grouper = Grouper(Text(one.pk, one.title, one.summary, one.at, one.topic_id) for one in entries)
    sides = [[entry.pk for entry in entries if entry.topic_id == side.pk] for side in (topic, other)]
    return TopicChange.objects.create(
        entity_id=topic.entity_id,
        kind=kind,
        topic=topic,
        other=other,
        similarity=grouper.similarity(*sides),
        by=by,
        at=now,
    )


def _record(event_type: str, change: TopicChange, by: Member, now: datetime) -> None:
    record(
        entity_id=change.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=change.topic.ref,
        at=now,
        related=[change.other.ref],
        facts={"likeness": round(change.similarity * 100)},
    )
