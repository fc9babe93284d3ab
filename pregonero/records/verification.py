"""Verification of the records: recompute every digest, root and head from the events and compare them (R-1).

Rows are read in pages of a few thousand. Each chain is checked in order, up to the first problem.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import rfc8785
from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from pregonero.records import canonical_body, merkle
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Batch, Event, EventText, Leaf, Pending
from pregonero.records.problems import Problem, RecordsDamaged
from pregonero.records.queries import entities_with_events

PAGE_SIZE = 2_000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class ChainCheck:
    """A chain that was verified. Its head can be noted and given to `verify` later."""

    entity_id: int
    batches: int
    sealed: int
    pending: int
    head: str


@dataclass(frozen=True)
class Verification:
    """The chains that are intact, and the first problem, if any."""

    chains: tuple[ChainCheck, ...]
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """Return whether no problem was found."""
        return self.problem is None


def verify(entity_id: int | None = None, *, noted_head: str = "") -> Verification:
    """Verify the records of an entity, or of all entities, and return the first problem instead of raising it.

    `noted_head` is a head that somebody noted outside the system; it must still be in one of the chains. Without
    it, a chain that was truncated with its events, or rebuilt as a whole, looks intact.
    """
    chains: list[ChainCheck] = []
    with _one_snapshot():
        try:
            for entity in entities_with_events() if entity_id is None else [entity_id]:
                chains.append(_check_entity(entity))
            if entity_id is None:  # texts name no entity
                _check_orphaned_texts()
            _check_noted_head(noted_head, [chain.entity_id for chain in chains])
        except RecordsDamaged as damage:
            return Verification(tuple(chains), damage.problem)
    return Verification(tuple(chains), None)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Read the database as of one moment while others write. Inside a transaction, use that transaction."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _check_entity(entity_id: int) -> ChainCheck:
    leaves = _leaves_with_events(entity_id)
    number, total, head = 0, 0, canonical_body.BEFORE_THE_FIRST
    for batch in _batches(entity_id):
        _check_link(batch, number + 1, head)
        digests = _check_leaves(batch, leaves)
        total += len(digests)
        _check_seal(batch, digests, total)
        number, head = batch.number, batch.head
    for leaf, _, _ in leaves:
        raise RecordsDamaged("leaf_unexpected", leaf)
    pending = _check_unsealed(entity_id)
    return ChainCheck(entity_id=entity_id, batches=number, sealed=total, pending=pending, head=head)


def _paged(rows: QuerySet[M], after: Callable[[M], Q]) -> Iterator[list[M]]:
    """Yield ordered rows in pages; `after` returns the condition for the rows that follow a row.

    `QuerySet.iterator()` does not serve: when the verification stops half-way, the garbage collector closes its
    server-side cursor, and if the connection is busy at that moment both wait for ever.
    """
    page = list(rows[:PAGE_SIZE])
    while page:
        yield page
        if len(page) < PAGE_SIZE:
            return
        page = list(rows.filter(after(page[-1]))[:PAGE_SIZE])


def _batches(entity_id: int) -> Iterator[Batch]:
    batches = Batch.objects.filter(entity_id=entity_id).order_by("number")
    for page in _paged(batches, lambda last: Q(number__gt=last.number)):
        yield from page


def _check_link(batch: Batch, expected: int, head: str) -> None:
    if batch.number != expected:
        missing = Batch(entity_id=batch.entity_id, number=expected)
        raise RecordsDamaged("batch_missing", missing, found=batch.number)
    if batch.previous != head:
        raise RecordsDamaged("batch_unlinked", batch)


def _leaves_with_events(entity_id: int) -> Iterator[tuple[Leaf, Event | None, "TextCheck"]]:
    leaves = Leaf.objects.filter(entity_id=entity_id).order_by("batch", "index")
    for page in _paged(leaves, _after_leaf):
        events = Event.objects.in_bulk([leaf.event_id for leaf in page])
        texts = TextCheck(events.values())
        for leaf in page:
            yield leaf, events.get(leaf.event_id), texts


def _after_leaf(leaf: Leaf) -> Q:
    # The index serves the first condition; the second excludes the rows that were read already.
    return Q(batch__gte=leaf.batch) & (Q(batch__gt=leaf.batch) | Q(index__gt=leaf.index))


def _check_leaves(batch: Batch, leaves: Iterator[tuple[Leaf, Event | None, "TextCheck"]]) -> list[bytes]:
    """Consume the batch's leaves from the iterator, check their order, and return their recomputed digests."""
    digests: list[bytes] = []
    previous_event = 0
    for leaf, event, texts in islice(leaves, batch.size):
        position, expected = (leaf.batch, leaf.index), (batch.number, len(digests))
        if position < expected:
            raise RecordsDamaged("leaf_unexpected", leaf)
        if position > expected:
            raise RecordsDamaged("leaf_missing", batch, index=len(digests))
        digests.append(_check_event(leaf, event))
        if leaf.event_id <= previous_event:
            raise RecordsDamaged("leaf_out_of_order", leaf)
        previous_event = leaf.event_id
        if event is not None:
            texts.check(event)
    if len(digests) < batch.size:
        raise RecordsDamaged("leaf_missing", batch, index=len(digests))
    return digests


def _check_event(leaf: Leaf, event: Event | None) -> bytes:
    if event is None:
        raise RecordsDamaged("event_missing", leaf)
    digest = _leaf_of(event)
    if digest is None or digest.hex() != leaf.digest:
        raise RecordsDamaged("event_changed", leaf)
    return digest


def _leaf_of(event: Event) -> bytes | None:
    """Return the event's leaf digest, or None when its contents have no canonical form."""
    try:
        return canonical_body.leaf_of(event)
    except rfc8785.CanonicalizationError:
        return None


def _check_seal(batch: Batch, digests: list[bytes], total: int) -> None:
    if batch.total != total:
        raise RecordsDamaged("batch_total", batch, total=total)
    if batch.root != merkle.root_of(digests).hex():
        raise RecordsDamaged("batch_root", batch)
    if batch.head != canonical_body.head_of(batch):
        raise RecordsDamaged("batch_head", batch)


def _check_unsealed(entity_id: int) -> int:
    """Check that every event outside a batch is pending, exactly once, and return how many there are."""
    leaf = Leaf.objects.filter(event_id=OuterRef("pk"))
    unsealed = Event.objects.filter(~Exists(leaf), entity_id=entity_id).order_by("pk")
    count = 0
    for page in _paged(unsealed, lambda last: Q(pk__gt=last.pk)):
        texts = TextCheck(page)
        pending = Pending.objects.filter(event_id__in=[event.pk for event in page], entity_id=entity_id)
        pending_ids = set(pending.values_list("event_id", flat=True))
        for event in page:
            if event.pk not in pending_ids:
                raise RecordsDamaged("event_unsealed", event)
            if _leaf_of(event) is None:
                raise RecordsDamaged("event_unsealable", event)
            texts.check(event)
        count += len(page)
    _check_pending(entity_id)
    return count


def _check_pending(entity_id: int) -> None:
    sealed = Leaf.objects.filter(event_id=OuterRef("event_id"))
    existing = Event.objects.filter(pk=OuterRef("event_id"), entity_id=entity_id)
    pending = Pending.objects.filter(entity_id=entity_id).order_by("event_id")
    for code, condition in (("pending_sealed", Exists(sealed)), ("pending_orphaned", ~Exists(existing))):
        row = pending.filter(condition).first()
        if row is not None:
            raise RecordsDamaged(code, row)


def _check_orphaned_texts() -> None:
    event = Event.objects.filter(pk=OuterRef("event_id"))
    text = EventText.objects.filter(~Exists(event)).order_by("event_id", "field").first()
    if text is not None:
        raise RecordsDamaged("text_orphaned", text)


def _check_noted_head(noted_head: str, entities: list[int]) -> None:
    if noted_head and not Batch.objects.filter(head=noted_head, entity_id__in=entities).exists():
        raise RecordsDamaged("noted_head_missing", head=noted_head)


class TextCheck:
    """Checks the texts of one page of events against their digests and against the records of erasures (N-7).

    The constructor makes two queries; `check` makes none.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        events = list(events)
        self._texts: dict[int, dict[str, EventText]] = {}
        for text in EventText.objects.filter(event_id__in=[event.pk for event in events]):
            self._texts.setdefault(text.event_id, {})[text.field] = text
        self._erased = _erasures_of([event for event in events if self._lacks_texts(event)])

    def check(self, event: Event) -> None:
        """Raise `RecordsDamaged` when a text of the event is changed, missing or unexpected."""
        texts = self._texts.get(event.pk, {})
        for field in sorted(_fields_of(event) | texts.keys()):
            self._check_field(event, field, texts.get(field))

    def _check_field(self, event: Event, field: str, text: EventText | None) -> None:
        if text is None:
            if (event.entity_id, event.pk, field) not in self._erased:
                raise RecordsDamaged("text_missing", event, field=field)
        elif field not in _fields_of(event):
            raise RecordsDamaged("text_unexpected", event, field=field)
        elif canonical_body.digest_of_text(text.salt, text.text) != event.digests[field]:
            raise RecordsDamaged("text_changed", event, field=field)

    def _lacks_texts(self, event: Event) -> bool:
        return not _fields_of(event) <= self._texts.get(event.pk, {}).keys()


def _erasures_of(events: list[Event]) -> set[tuple[int, int, object]]:
    """Return the (entity, event, field) of every recorded erasure of a text of these events."""
    if not events:
        return set()
    pk_by_reference = {ObjectRef("record", event.pk).reference: event.pk for event in events}
    erasures = Event.objects.filter(event_type="text.erased", ref__in=pk_by_reference)
    return {
        (erasure.entity_id, pk_by_reference[erasure.ref], erasure.facts.get("field"))
        for erasure in erasures
        if isinstance(erasure.facts, dict)
    }


def _fields_of(event: Event) -> set[str]:
    # A damaged row can hold any JSON here; the digest of its body reveals the damage.
    return set(event.digests) if isinstance(event.digests, dict) else set()
