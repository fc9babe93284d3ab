"""Record invented acts of an entity."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from pregonero.records.actions import Actor, ObjectRef, record, seal_events
from pregonero.records.models import Event

ENTITY = 1
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
ANA = Actor(kind="member", id=7, name="Ana Rojas", role="Community manager")


def record_act(number: int = 1, *, entity_id: int = ENTITY, reason: str = "") -> Event:
    """Record an act about publication `number` in its own transaction."""
    with transaction.atomic():
        return record(
            entity_id=entity_id,
            event_type="publication.rescheduled",
            actor=ANA,
            at=AT + timedelta(seconds=number),
            ref=ObjectRef("publication", number, f"Publicación «{number}»"),
            related=[ObjectRef("news", number // 2)],
            facts={"minute": number, "accounts": ["x", "facebook"], "urgent": number % 2 == 0},
            texts={"reason": reason},
        )


def record_and_seal(sizes: list[int], *, entity_id: int = ENTITY) -> list[int]:
    """Record and seal batches of those sizes, with a text in every other event; return the event ids in order."""
    event_ids: list[int] = []
    for position, size in enumerate(sizes):
        for _ in range(size):
            number = len(event_ids)
            event_ids.append(record_act(number, entity_id=entity_id, reason="Por el paro" if number % 2 else "").pk)
        seal_events(entity_id=entity_id, now=AT + timedelta(hours=position))
    return event_ids
