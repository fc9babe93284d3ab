"""Ways to damage the records behind the product's back, each with what a check of them must name first.

Whoever owns the database can switch the triggers off: they hold back the product and its role, and this is what is
left against the owner. Each damage happens in a transaction that is rolled back.
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
class Named:
    """What the check must name: its code, and the batch or the event."""

    code: str
    batch: int | None = None
    event_id: int | None = None


@contextmanager
def tampering() -> Iterator[None]:
    """Switch the triggers off and give everything back as it was at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield
        transaction.set_rollback(True)


def change_event(leaf: Leaf, field: str) -> Named:
    """Change one column of a sealed event."""
    Event.objects.filter(pk=leaf.event_id).update(**{field: CHANGES[field]})
    return Named("event_changed", leaf.batch, leaf.event_id)


def spoil_event(leaf: Leaf, _: str) -> Named:
    """Make a sealed event hold what could never be sealed."""
    Event.objects.filter(pk=leaf.event_id).update(facts=IMPOSSIBLE)
    return Named("event_changed", leaf.batch, leaf.event_id)


def bend_event(leaf: Leaf, _: str) -> Named:
    """Leave in a sealed event something else than the objects that it had."""
    Event.objects.filter(pk=leaf.event_id).update(facts=[1], digests=["reason"], actor="Ana")
    return Named("event_changed", leaf.batch, leaf.event_id)


def remove_event(leaf: Leaf, _: str) -> Named:
    """Remove a sealed event."""
    Event.objects.filter(pk=leaf.event_id).delete()
    return Named("event_missing", leaf.batch, leaf.event_id)


def remove_leaf(leaf: Leaf, _: str) -> Named:
    """Remove the place of an event in its batch."""
    leaf.delete()
    return Named("leaf_missing", leaf.batch)


def change_leaf(leaf: Leaf, _: str) -> Named:
    """Change the digest that a leaf keeps."""
    Leaf.objects.filter(pk=leaf.event_id).update(digest="0" * 64)
    return Named("event_changed", leaf.batch, leaf.event_id)


def insert_leaf(leaf: Leaf, _: str) -> Named:
    """Insert an event and put it into a batch that is sealed already."""
    size = Batch.objects.get(entity_id=leaf.entity_id, number=leaf.batch).size
    added = _copy_event(leaf)
    digest = canonical_body.leaf_of(added).hex()
    Leaf.objects.create(event_id=added.pk, entity_id=leaf.entity_id, batch=leaf.batch, index=size, digest=digest)
    return Named("leaf_left_over", leaf.batch, added.pk)


def insert_event(leaf: Leaf, _: str) -> Named:
    """Insert an event that nobody seals."""
    return Named("event_unsealed", None, _copy_event(leaf).pk)


def wait_again(leaf: Leaf, _: str) -> Named:
    """Let a sealed event wait for a second seal."""
    Pending.objects.create(event_id=leaf.event_id, entity_id=leaf.entity_id)
    return Named("pending_twice", None, leaf.event_id)


def wait_for_nothing(leaf: Leaf, _: str) -> Named:
    """Remove an event that waits for its seal."""
    added = _copy_event(leaf)
    Pending.objects.create(event_id=added.pk, entity_id=leaf.entity_id)
    pk = added.pk
    added.delete()
    return Named("pending_of_nothing", None, pk)


def change_batch(leaf: Leaf, field: str) -> Named:
    """Change one column of a batch."""
    code, value = BATCH_CHANGES[field]
    Batch.objects.filter(entity_id=leaf.entity_id, number=leaf.batch).update(**{field: value})
    return Named(code, leaf.batch)


BATCH_CHANGES: dict[str, tuple[str, object]] = {
    "sealed_at": ("batch_head", "2020-01-01T00:00:00Z"),
    "size": ("leaf_missing", 5_000),
    "total": ("batch_total", 5_000),
    "root": ("batch_root", "0" * 64),
    "previous": ("batch_unlinked", "1" * 64),
    "head": ("batch_head", "0" * 64),
}


def remove_batch(leaf: Leaf, _: str) -> Named:
    """Remove a batch: another is in its place, or its leaves have none."""
    batches = Batch.objects.filter(entity_id=leaf.entity_id)
    batches.filter(number=leaf.batch).delete()
    if batches.filter(number__gt=leaf.batch).exists():
        return Named("batch_missing", leaf.batch)
    first = Leaf.objects.get(entity_id=leaf.entity_id, batch=leaf.batch, index=0)
    return Named("leaf_left_over", leaf.batch, first.event_id)


def remake_batch(leaf: Leaf, _: str) -> Named:
    """Change an event and make its leaf, its batch's root and head anew: the next batch gives it away."""
    event = Event.objects.get(pk=leaf.event_id)
    event.label = "Otra"
    event.save()
    Leaf.objects.filter(pk=leaf.pk).update(digest=canonical_body.leaf_of(event).hex())
    batch = Batch.objects.get(entity_id=leaf.entity_id, number=leaf.batch)
    leaves = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).order_by("index")
    batch.root = merkle.root_of([bytes.fromhex(each.digest) for each in leaves]).hex()
    batch.head = canonical_body.head_of(batch)
    batch.save()
    return Named("batch_unlinked", leaf.batch + 1)


def reorder_leaves(leaf: Leaf, _: str) -> Named:
    """Let the first two leaves of a batch change places, with their digests."""
    first, second = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).order_by("index")[:2]
    for each, index in ((first, 4_000), (second, 0), (first, 1)):
        Leaf.objects.filter(pk=each.pk).update(index=index)
    return Named("leaf_out_of_order", leaf.batch, first.event_id)


def reorder_batches(leaf: Leaf, _: str) -> Named:
    """Let two neighbouring batches change places, with their leaves."""
    for model, column in ((Batch, "number"), (Leaf, "batch")):
        for old, new in ((leaf.batch, 4_000), (leaf.batch + 1, leaf.batch), (4_000, leaf.batch + 1)):
            model._default_manager.filter(entity_id=leaf.entity_id, **{column: old}).update(**{column: new})
    return Named("batch_unlinked", leaf.batch)


def change_words(leaf: Leaf, _: str) -> Named:
    """Change what a person wrote."""
    wording = _worded(leaf)
    EventText.objects.filter(pk=wording.pk).update(text="Otra cosa")
    return Named("text_changed", None, wording.event_id)


def remove_words(leaf: Leaf, _: str) -> Named:
    """Remove what a person wrote, without a record."""
    wording = _worded(leaf)
    EventText.objects.filter(pk=wording.pk).delete()
    return Named("text_missing", None, wording.event_id)


def add_words(leaf: Leaf, _: str) -> Named:
    """Hang words from an event that did not have them."""
    EventText.objects.create(event_id=leaf.event_id, field="afterwards", salt="", text="Otra cosa")
    return Named("text_uncalled_for", None, leaf.event_id)


def _worded(leaf: Leaf) -> EventText:
    events = Leaf.objects.filter(entity_id=leaf.entity_id, batch=leaf.batch).values("event_id")
    return EventText.objects.filter(event_id__in=events).order_by("event_id")[0]


def _copy_event(leaf: Leaf) -> Event:
    event = Event.objects.get(pk=leaf.event_id)
    event.pk, event.digests = None, {}
    event.save(force_insert=True)
    return event


Damage = Callable[[Leaf, str], Named]
ANYWHERE: list[tuple[Damage, str]] = [
    *((change_event, field) for field in CHANGES),
    *((change_batch, field) for field in BATCH_CHANGES),
    *(
        (damage, "")
        for damage in (
            spoil_event, bend_event, remove_event, remove_leaf, change_leaf, insert_leaf, insert_event, wait_again,
            wait_for_nothing, remove_batch, change_words, remove_words, add_words, reorder_leaves,
        )
    ),
]  # fmt: skip
NOT_IN_THE_LAST: list[tuple[Damage, str]] = [(remake_batch, ""), (reorder_batches, "")]
