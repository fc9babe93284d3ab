"""Functions that damage the records directly in the database, and the problem that `verify` must name first.

The owner of the database can disable the triggers; only the chain reveals what the owner changes. Every damage is
done in a transaction that is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from pregonero.records import canonical_body, merkle
from pregonero.records.models import Batch, Event, EventText, Leaf, Pending

TABLES = ("records_event", "records_batch", "records_leaf", "records_eventtext")

CHANGES = {
    "entity_id": 9,
    "at": "2026-11-24T14:59:59.999999Z",
    "event_type": "publication.cancelled",
    "actor": {"kind": "member", "id": 8, "name": "Beto Mora", "role": "Estratega digital"},
    "ref": "publication:999",
    "label": "Otra",
    "related": ["news:999"],
    "facts": {"minute": 999},
    "digests": {"reason": "0" * 64},
}
IMPOSSIBLE = {"number": 10**400}


@dataclass(frozen=True)
class Expected:
    """The expected problem: its code, and the batch or the event."""

    code: str
    batch: int | None = None
    event_id: int | None = None


@contextmanager
def tampering() -> Iterator[None]:
    """Disable the triggers, and roll everything back at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield
        transaction.set_rollback(True)


def change_event(leaf: Leaf, field: str) -> Expected:
    """Change one column of a sealed event."""
    Event.objects.filter(pk=leaf.event_id).update(**{field: CHANGES[field]})
    return Expected("event_changed", leaf.batch, leaf.event_id)


def make_unsealable(leaf: Leaf, _: str) -> Expected:
    """Store in a sealed event a value that has no canonical form."""
    Event.objects.filter(pk=leaf.event_id).update(facts=IMPOSSIBLE)
    return Expected("event_changed", leaf.batch, leaf.event_id)


def change_types(leaf: Leaf, _: str) -> Expected:
    """Replace the JSON objects of a sealed event with values of other types."""
    Event.objects.filter(pk=leaf.event_id).update(facts=[1], digests=["reason"], actor="Ana")
    return Expected("event_changed", leaf.batch, leaf.event_id)


def remove_event(leaf: Leaf, _: str) -> Expected:
    """Delete a sealed event."""
    Event.objects.filter(pk=leaf.event_id).delete()
    return Expected("event_missing", leaf.batch, leaf.event_id)


def remove_leaf(leaf: Leaf, _: str) -> Expected:
    """Delete the leaf of an event."""
    leaf.delete()
    return Expected("leaf_missing", leaf.batch)


def change_leaf(leaf: Leaf, _: str) -> Expected:
    """Change the digest that a leaf stores."""
    Leaf.objects.filter(pk=leaf.event_id).update(digest="0" * 64)
    return Expected("event_changed", leaf.batch, leaf.event_id)


def insert_leaf(leaf: Leaf, _: str) -> Expected:
    """Insert an event with a leaf in a batch that is sealed already."""
    size = Batch.objects.get(entity_id=leaf.entity_id, number=leaf.batch).size
    added = _copy_event(leaf)
    digest = canonical_body.leaf_of(added).hex()
    Leaf.objects.create(event_id=added.pk, entity_id=leaf.entity_id, batch=leaf.batch, index=size, digest=digest)
    return Expected("leaf_unexpected", leaf.batch, added.pk)


def insert_event(leaf: Leaf, _: str) -> Expected:
    """Insert an event without a pending row, so that it is never sealed."""
    return Expected("event_unsealed", None, _copy_event(leaf).pk)


def add_pending(leaf: Leaf, _: str) -> Expected:
    """Add a pending row for a sealed event."""
    Pending.objects.create(event_id=leaf.event_id, entity_id=leaf.entity_id)
    return Expected("pending_sealed", None, leaf.event_id)


def orphan_pending(leaf: Leaf, _: str) -> Expected:
    """Delete an event that is pending."""
    added = _copy_event(leaf)
    Pending.objects.create(event_id=added.pk, entity_id=leaf.entity_id)
    pk = added.pk
    added.delete()
    return Expected("pending_orphaned", None, pk)


def change_batch(leaf: Leaf, field: str) -> Expected:
    """Change one column of a batch."""
    code, value = BATCH_CHANGES[field]
    Batch.objects.filter(entity_id=leaf.entity_id, number=leaf.batch).update(**{field: value})
    return Expected(code, leaf.batch)


BATCH_CHANGES: dict[str, tuple[str, object]] = {
    "sealed_at": ("batch_head", "2020-01-01T00:00:00Z"),
    "size": ("leaf_missing", 5_000),
    "total": ("batch_total", 5_000),
    "root": ("batch_root", "0" * 64),
    "previous": ("batch_unlinked", "1" * 64),
    "head": ("batch_head", "0" * 64),
}


def remove_batch(leaf: Leaf, _: str) -> Expected:
    """Delete a batch: another follows directly, or its leaves have no batch."""
    batches = Batch.objects.filter(entity_id=leaf.entity_id)
    batches.filter(number=leaf.batch).delete()
    if batches.filter(number__gt=leaf.batch).exists():
        return Expected("batch_missing", leaf.batch)
    first = Leaf.objects.get(entity_id=leaf.entity_id, batch=leaf.batch, index=0)
    return Expected("leaf_unexpected", leaf.batch, first.event_id)


def rebuild_batch(leaf: Leaf, _: str) -> Expected:
    """Change an event and recompute its leaf and its batch; only the next batch reveals it."""
    event = Event.objects.get(pk=leaf.event_id)
    event.label = "Otra"
    event.save()
    Leaf.objects.filter(pk=leaf.pk).update(digest=canonical_body.leaf_of(event).hex())
    batch = Batch.objects.get(entity_id=leaf.entity_id, number=leaf.batch)
    leaves = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).order_by("index")
    batch.root = merkle.root_of([bytes.fromhex(leaf.digest) for leaf in leaves]).hex()
    batch.head = canonical_body.head_of(batch)
    batch.save()
    return Expected("batch_unlinked", leaf.batch + 1)


def reorder_leaves(leaf: Leaf, _: str) -> Expected:
    """Swap the first two leaves of a batch, with their digests."""
    first, second = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).order_by("index")[:2]
    for moved, index in ((first, 4_000), (second, 0), (first, 1)):
        Leaf.objects.filter(pk=moved.pk).update(index=index)
    return Expected("leaf_out_of_order", leaf.batch, first.event_id)


def reorder_batches(leaf: Leaf, _: str) -> Expected:
    """Swap two neighbouring batches, with their leaves."""
    for model, column in ((Batch, "number"), (Leaf, "batch")):
        for old, new in ((leaf.batch, 4_000), (leaf.batch + 1, leaf.batch), (4_000, leaf.batch + 1)):
            model._default_manager.filter(entity_id=leaf.entity_id, **{column: old}).update(**{column: new})
    return Expected("batch_unlinked", leaf.batch)


def change_text(leaf: Leaf, _: str) -> Expected:
    """Change a text that a person wrote."""
    text = _text_of(leaf)
    EventText.objects.filter(pk=text.pk).update(text="Otra cosa")
    return Expected("text_changed", None, text.event_id)


def remove_text(leaf: Leaf, _: str) -> Expected:
    """Delete a text without recording the erasure."""
    text = _text_of(leaf)
    EventText.objects.filter(pk=text.pk).delete()
    return Expected("text_missing", None, text.event_id)


def add_text(leaf: Leaf, _: str) -> Expected:
    """Add a text to an event that does not name it."""
    EventText.objects.create(event_id=leaf.event_id, field="afterwards", salt="", text="Otra cosa")
    return Expected("text_unexpected", None, leaf.event_id)


def _text_of(leaf: Leaf) -> EventText:
    events = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).values("event_id")
    return EventText.objects.filter(event_id__in=events).order_by("event_id")[0]


def _copy_event(leaf: Leaf) -> Event:
    event = Event.objects.get(pk=leaf.event_id)
    event.pk, event.digests = None, {}
    event.save(force_insert=True)
    return event


Damage = Callable[[Leaf, str], Expected]
ANY_BATCH: list[tuple[Damage, str]] = [
    *((change_event, field) for field in CHANGES),
    *((change_batch, field) for field in BATCH_CHANGES),
    *(
        (damage, "")
        for damage in (
            make_unsealable,
            change_types,
            remove_event,
            remove_leaf,
            change_leaf,
            insert_leaf,
            insert_event,
            add_pending,
            orphan_pending,
            remove_batch,
            change_text,
            remove_text,
            add_text,
            reorder_leaves,
        )
    ),
]
EXCEPT_LAST_BATCH: list[tuple[Damage, str]] = [(rebuild_batch, ""), (reorder_batches, "")]
