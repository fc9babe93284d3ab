"""The events of a thing, with the words that go with them, and how far the sealing has got."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from pregonero.records.actions import ObjectRef
from pregonero.records.models import Batch, Event, EventText, Leaf, Pending


@dataclass(frozen=True)
class ChainState:
    """How many events of an entity are sealed and how many wait, and the batch that its chain ends in."""

    sealed: int
    pending: int
    last: Batch | None


def events_of(entity_id: int, refs: Iterable[ObjectRef], limit: int = 1_000) -> list[Event]:
    """Return the events about any of the things, or related to them, in their order: the expediente (M-1).

    At most `limit`, from the first on; one query. `event.verb_words` says each in Spanish.
    """
    references = [ref.reference for ref in refs]
    about = Q(ref__in=references) | Q(related__overlap=references)
    return list(Event.objects.filter(about, entity_id=entity_id).order_by("pk")[:limit])


def wordings_of(events: Iterable[Event]) -> dict[int, dict[str, str]]:
    """Return, by event and field, the words that people wrote and that were not erased; one query."""
    words: dict[int, dict[str, str]] = {}
    found = EventText.objects.filter(event_id__in=[event.pk for event in events if event.digests])
    for wording in found.order_by("event_id", "field"):
        words.setdefault(wording.event_id, {})[wording.field] = wording.text
    return words


def chain_state(entity_id: int) -> ChainState:
    """Return how far the sealing of an entity has got."""
    last = Batch.objects.filter(entity_id=entity_id).order_by("-number").first()
    pending = Pending.objects.filter(entity_id=entity_id).count()
    return ChainState(sealed=last.total if last else 0, pending=pending, last=last)


def entities_with_pending() -> list[int]:
    """Return the entities that have something to seal."""
    return list(Pending.objects.order_by("entity_id").values_list("entity_id", flat=True).distinct())


def entities_with_events() -> list[int]:
    """Return every entity that some row of the records names."""
    named = (
        table.objects.order_by().values_list("entity_id", flat=True).distinct()
        for table in (Event, Batch, Leaf, Pending)
    )
    return sorted(set().union(*named))
