"""The events about an object with their texts, and how many events of an entity are sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from pregonero.records import canonical_body
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Batch, Event, EventText, Leaf, Pending


@dataclass(frozen=True)
class SealStatus:
    """Whether some events are sealed: how many still have their digest, how many wait, and the ids of the changed ones.

    `waiting_since` is the time of the oldest event that is not sealed; sealing takes seconds while a worker runs.
    """

    verified: int
    pending: int
    changed: tuple[int, ...]
    waiting_since: datetime | None


@dataclass(frozen=True)
class ChainState:
    """How many events of an entity are sealed, how many are pending, and the last batch of its chain."""

    sealed: int
    pending: int
    last: Batch | None


def events_of(entity_id: int, refs: Iterable[ObjectRef], limit: int = 1_000) -> list[Event]:
    """Return the first `limit` events whose object, or a related one, is among `refs`, oldest first (M-1)."""
    references = [ref.reference for ref in refs]
    about = Q(ref__in=references) | Q(related__overlap=references)
    return list(Event.objects.filter(about, entity_id=entity_id).order_by("pk")[:limit])


def texts_of(events: Iterable[Event]) -> dict[int, dict[str, str]]:
    """Return the texts that were not erased, as a mapping from event id to texts by field. One query."""
    texts: dict[int, dict[str, str]] = {}
    rows = EventText.objects.filter(event_id__in=[event.pk for event in events if event.digests])
    for row in rows.order_by("event_id", "field"):
        texts.setdefault(row.event_id, {})[row.field] = row.text
    return texts


def seal_status_of(events: Sequence[Event]) -> SealStatus:
    """Compute the digest of each event again and compare it with the sealed one. One query.

    It does not read the whole chain: `verification.verify` does.
    """
    leaves = Leaf.objects.filter(event_id__in=[event.pk for event in events])
    digests = dict(leaves.values_list("event_id", "digest"))
    sealed = [event for event in events if event.pk in digests]
    changed = tuple(event.pk for event in sealed if canonical_body.leaf_of(event).hex() != digests[event.pk])
    pending = [event.at for event in events if event.pk not in digests]
    return SealStatus(len(sealed) - len(changed), len(pending), changed, min(pending, default=None))


def chain_state(entity_id: int) -> ChainState:
    """Return how many events of an entity are sealed and how many are pending."""
    last = Batch.objects.filter(entity_id=entity_id).order_by("-number").first()
    pending = Pending.objects.filter(entity_id=entity_id).count()
    return ChainState(sealed=last.total if last else 0, pending=pending, last=last)


def entities_with_pending() -> list[int]:
    """Return the entities that have events to seal."""
    return list(Pending.objects.order_by("entity_id").values_list("entity_id", flat=True).distinct())


def entities_with_events() -> list[int]:
    """Return every entity that has a row in any table of the records."""
    ids_by_table = (
        table.objects.order_by().values_list("entity_id", flat=True).distinct()
        for table in (Event, Batch, Leaf, Pending)
    )
    return sorted(set().union(*ids_by_table))
