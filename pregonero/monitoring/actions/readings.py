"""What a round of reading brings: each entry is stored once, edits keep the earlier text, and topics gather them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from pregonero.monitoring import queries
from pregonero.monitoring.growth import rise_of
from pregonero.monitoring.models import Entry, EntryVersion, Topic, WatchedSource, WatchedState
from pregonero.monitoring.reader import Result
from pregonero.monitoring.similarity import REACH, Grouper, Text
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.urls import canonical_link, link_key
from pregonero.newsroom.sources.base import Item
from pregonero.people.models import Entity

LEAST_MINUTES, MOST_MINUTES = 2, 60
MAX_RETRY_DELAY, MAX_DOUBLINGS = timedelta(hours=6), 8
MOST_AT_ONCE = 3000  # entries in one grouping; the next one takes the rest


@transaction.atomic(durable=True)
def save_result(*, result: Result, now: datetime) -> int:
    """Store what reading a source gave and when to read it again; return how many entries are new.

    A source that brings something is read more often, one that does not change less often, and one that fails less and
    less, up to every six hours. Nothing else waits for it.
    """
    source = WatchedSource.objects.select_for_update(no_key=True, of=("self",)).get(pk=result.source.pk)
    if source.state != WatchedState.ACTIVE:
        return 0
    source.checked_at = now
    if result.problem:
        _save_problem(source, result, now)
        return 0
    found = _save_items(source, result.items, now)
    if found:
        source.every_minutes, source.changed_at = max(LEAST_MINUTES, source.every_minutes // 2), now
    else:
        source.every_minutes = min(MOST_MINUTES, source.every_minutes + 1 + source.every_minutes // 4)
    source.problem, source.failures = "", 0
    source.etag, source.last_modified, source.body_digest = result.etag, result.last_modified, result.body_digest
    source.next_check_at = now + timedelta(minutes=source.every_minutes)
    source.save()
    return found


def _save_problem(source: WatchedSource, result: Result, now: datetime) -> None:
    delay = timedelta(minutes=source.every_minutes) * 2 ** min(source.failures, MAX_DOUBLINGS)
    source.problem, source.failures = result.problem[:300], min(source.failures + 1, 1000)
    source.next_check_at = now + max(min(delay, MAX_RETRY_DELAY), result.wait)
    source.save(update_fields=["problem", "failures", "checked_at", "next_check_at"])


def _save_items(source: WatchedSource, items: Sequence[Item], now: datetime) -> int:
    keyed = _keyed(items)
    known = {entry.key: entry for entry in Entry.objects.filter(entity_id=source.entity_id, key__in=keyed)}
    is_first = source.checked_at is None or source.changed_at is None
    new = [_entry(source, key, item, is_first, now) for key, item in keyed.items() if key not in known]
    created = Entry.objects.bulk_create(new, ignore_conflicts=True)
    for key, item in keyed.items():
        entry = known.get(key)
        if entry is not None and entry.source_id == source.pk and entry.digest != item.digest:
            _edit(entry, item, now)
    return len(created)


def _entry(source: WatchedSource, key: str, item: Item, is_first: bool, now: datetime) -> Entry:
    published = item.published_at
    return Entry(
        entity_id=source.entity_id,
        source=source,
        key=key,
        address=item.address,
        title=item.title,
        summary=item.summary,
        digest=item.digest,
        published_at=published,
        found_at=now,
        at=published if published is not None and published <= now else now,
        is_first_reading=is_first,
    )


def _edit(entry: Entry, item: Item, now: datetime) -> None:
    """Store the new text of an entry that its source edited; the earlier one stays as a version."""
    EntryVersion.objects.create(entry=entry, title=entry.title, summary=entry.summary, replaced_at=now)
    entry.title, entry.summary, entry.digest = item.title, item.summary, item.digest
    entry.save(update_fields=["title", "summary", "digest"])


def _keyed(items: Iterable[Item]) -> dict[str, Item]:
    """Return the items by the key of their link; those of one reading with the same link are told apart by title.

    The identifiers of feeds are not used: some sites change them at each reading.
    """
    pairs = []
    for item in items:
        try:
            pairs.append((link_key(canonical_link(item.address)), item))
        except Malformed:
            continue  # its link leads nowhere
    counts = Counter(key for key, _ in pairs)
    titled = ((key if counts[key] == 1 else f"{key} {_short_digest(item.title)}", item) for key, item in pairs)
    return dict(reversed(list(titled)))


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@transaction.atomic(durable=True)
def group_entries(*, entity: Entity, now: datetime) -> list[Topic]:
    """Put the entries of the last days that have no topic in one, and return the topics that changed."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    recent = Entry.objects.filter(entity=entity, at__gte=now - REACH - timedelta(days=1))
    new = {entry.pk: entry for entry in recent.filter(topic__isnull=True).order_by("at", "pk")[:MOST_AT_ONCE]}
    if not new:
        return []
    placed = recent.filter(topic__isnull=False)
    texts = [Text(one.pk, one.title, one.summary, one.at, one.topic_id) for one in [*placed, *new.values()]]
    changed = []
    for cluster in Grouper(texts, threshold=queries.threshold_of(entity)).group():
        joining = [new[pk] for pk in cluster.members if pk in new]
        if not joining:
            continue
        topic = Topic.objects.get(pk=cluster.id) if cluster.id is not None else _start_topic(joining[0])
        for entry in joining:
            entry.topic = topic
        changed.append(topic)
    Entry.objects.bulk_update(new.values(), ["topic"], batch_size=500)
    refresh_topics(changed, now=now)
    return changed


def _start_topic(entry: Entry) -> Topic:
    return Topic.objects.create(
        entity_id=entry.entity_id,
        title=entry.title,
        summary=entry.summary,
        started_at=entry.at,
        latest_at=entry.at,
    )


def refresh_topics(topics: Iterable[Topic], *, now: datetime) -> None:
    """Count again the entries and sources of topics, and say which ones rise; in the caller's transaction."""
    by_pk = {topic.pk: topic for topic in topics}
    moments: dict[int, list[tuple[datetime, int]]] = {pk: [] for pk in by_pk}
    rows = Entry.objects.filter(topic_id__in=by_pk).order_by("at", "pk").values_list("topic_id", "at", "source_id")
    for pk, at, source in rows:
        moments[pk].append((at, source))
    for pk, topic in by_pk.items():
        entries, rise = moments[pk], rise_of(moments[pk], now=now)
        topic.entry_count, topic.source_count = len(entries), len({source for _, source in entries})
        if entries:
            topic.started_at, topic.latest_at = entries[0][0], entries[-1][0]
        topic.is_rising, topic.rising_why = rise.is_rising, rise.why
    Topic.objects.bulk_update(
        by_pk.values(),
        ["entry_count", "source_count", "started_at", "latest_at", "is_rising", "rising_why"],
        batch_size=500,
    )


@transaction.atomic(durable=True)
def refresh_rising(*, entity: Entity, now: datetime) -> None:
    """Look again at the topics that rise and at those of the last day: time passes, and they stop rising."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    refresh_topics(queries.topics_that_may_rise(entity, now=now), now=now)
