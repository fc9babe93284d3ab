"""Acts of an invented entity, to leave records of."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from pregonero.records.actions import Actor, ObjectRef, record, seal_events
from pregonero.records.models import Event

ENTITY = 1
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
ANA = Actor(kind="member", id=7, name="Ana Rojas", role="Community manager")


def leave(number: int = 1, *, entity_id: int = ENTITY, reason: str = "") -> Event:
    """Leave the record of an act about publication `number`, in a transaction of its own."""
    with transaction.atomic():
        return record(
            entity_id=entity_id, event_type="publication.moved", actor=ANA, at=AT + timedelta(seconds=number),
            ref=ObjectRef("publication", number, f"Publicación «{number}»"), related=[ObjectRef("news", number // 2)],
            facts={"minute": number, "accounts": ["x", "facebook"], "urgent": number % 2 == 0},
            words={"reason": reason},
        )  # fmt: skip


def leave_and_seal(sizes: list[int], *, entity_id: int = ENTITY) -> list[int]:
    """Leave and seal batches of those sizes, with words in every other event; return the events' ids in order."""
    left: list[int] = []
    for position, size in enumerate(sizes):
        for _ in range(size):
            number = len(left)
            left.append(leave(number, entity_id=entity_id, reason="Por el paro" if number % 2 else "").pk)
        seal_events(entity_id=entity_id, now=AT + timedelta(hours=position))
    return left
