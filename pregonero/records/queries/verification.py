"""Whether the records are whole: all is made again from the events and compared with what was sealed (R-1).

Reads page by page, a few thousand rows at a time. It goes along each chain and stops at the first thing that
fails. The sentences of what fails stand in `problems.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import rfc8785
from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from pregonero.records import canonical_body, merkle
from pregonero.records.models import Batch, Event, EventText, Leaf, Pending
from pregonero.records.queries import problems
from pregonero.records.queries.events import entities_with_events
from pregonero.records.queries.problems import Broken, Problem
from pregonero.records.queries.texts import Texts

PAGE = 2_000
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class ChainCheck:
    """What was checked of an entity, and the head of its chain: who notes it down can ask for it later."""

    entity_id: int
    batches: int
    sealed: int
    pending: int
    head: str


@dataclass(frozen=True)
class Verification:
    """The chains that are whole, and the first thing that is not, if any."""

    chains: tuple[ChainCheck, ...]
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """Return whether everything is as it was sealed."""
        return self.problem is None


def verify(entity_id: int | None = None, *, noted_head: str = "") -> Verification:
    """Check the records of an entity, or of all; never raises for damage, names the first instead.

    `noted_head` is a head that somebody noted down outside: it must still be in a chain that was checked.
    Without it nobody can tell that the end of a chain was cut off with its events, or all of it made anew.
    """
    chains: list[ChainCheck] = []
    with _one_snapshot():
        try:
            for each in entities_with_events() if entity_id is None else [entity_id]:
                chains.append(_check_entity(each))
            _check_ownerless(entity_id)
            _check_noted(noted_head, [chain.entity_id for chain in chains])
        except Broken as broken:
            return Verification(tuple(chains), broken.problem)
    return Verification(tuple(chains), None)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """See the database at one moment, while others write and seal; inside a transaction, as that sees it."""
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
        raise problems.leaf_left_over(leaf)
    pending = _check_unsealed(entity_id)
    return ChainCheck(entity_id=entity_id, batches=number, sealed=total, pending=pending, head=head)


def _paged(rows: QuerySet[M], beyond: Callable[[M], Q]) -> Iterator[list[M]]:
    """Give ordered rows page by page; `beyond` says what comes after a row.

    Not by `QuerySet.iterator()`: its server-side cursor, left half-way when something fails, is closed by the
    garbage collector, which can happen while the connection is busy, and then both wait for ever.
    """
    page = list(rows[:PAGE])
    while page:
        yield page
        if len(page) < PAGE:
            return
        page = list(rows.filter(beyond(page[-1]))[:PAGE])


def _batches(entity_id: int) -> Iterator[Batch]:
    batches = Batch.objects.filter(entity_id=entity_id).order_by("number")
    for page in _paged(batches, lambda last: Q(number__gt=last.number)):
        yield from page


def _check_link(batch: Batch, expected: int, head: str) -> None:
    if batch.number != expected:
        raise problems.batch_missing(batch, expected)
    if batch.previous != head:
        raise problems.batch_unlinked(batch)


def _leaves_with_events(entity_id: int) -> Iterator[tuple[Leaf, Event | None, Texts]]:
    leaves = Leaf.objects.filter(entity_id=entity_id).order_by("batch", "index")
    for page in _paged(leaves, _after_leaf):
        events = Event.objects.in_bulk([leaf.event_id for leaf in page])
        texts = Texts(events.values())
        for leaf in page:
            yield leaf, events.get(leaf.event_id), texts


def _after_leaf(leaf: Leaf) -> Q:
    # The first condition is what the index is searched by; the second leaves out what was read already.
    return Q(batch__gte=leaf.batch) & (Q(batch__gt=leaf.batch) | Q(index__gt=leaf.index))


def _check_leaves(batch: Batch, leaves: Iterator[tuple[Leaf, Event | None, Texts]]) -> list[bytes]:
    """Take the batch's leaves from the stream, each in its place, and return their digests made anew."""
    digests: list[bytes] = []
    before = 0
    for leaf, event, texts in islice(leaves, batch.size):
        place = (leaf.batch, leaf.index)
        if place < (batch.number, len(digests)):
            raise problems.leaf_left_over(leaf)
        if place > (batch.number, len(digests)):
            raise problems.leaf_missing(batch, len(digests))
        digests.append(_check_event(leaf, event))
        if leaf.event_id <= before:
            raise problems.leaf_out_of_order(leaf)
        before = leaf.event_id
        if event is not None:
            texts.check(event)
    if len(digests) < batch.size:
        raise problems.leaf_missing(batch, len(digests))
    return digests


def _check_event(leaf: Leaf, event: Event | None) -> bytes:
    if event is None:
        raise problems.event_missing(leaf)
    digest = _leaf_of(event)
    if digest is None or digest.hex() != leaf.digest:
        raise problems.event_changed(leaf)
    return digest


def _leaf_of(event: Event) -> bytes | None:
    """Return the event's leaf, or None when what it holds now could never have been sealed."""
    try:
        return canonical_body.leaf_of(event)
    except rfc8785.CanonicalizationError:
        return None


def _check_seal(batch: Batch, digests: list[bytes], total: int) -> None:
    if batch.total != total:
        raise problems.batch_total(batch, total)
    if batch.root != merkle.root_of(digests).hex():
        raise problems.batch_root(batch)
    if batch.head != canonical_body.head_of(batch):
        raise problems.batch_head(batch)


def _check_unsealed(entity_id: int) -> int:
    """Check that what no batch sealed waits for it, once, and return how many wait."""
    leaf = Leaf.objects.filter(event_id=OuterRef("pk"))
    unsealed = Event.objects.filter(~Exists(leaf), entity_id=entity_id).order_by("pk")
    waiting = 0
    for page in _paged(unsealed, lambda last: Q(pk__gt=last.pk)):
        texts = Texts(page)
        pending = Pending.objects.filter(event_id__in=[event.pk for event in page], entity_id=entity_id)
        waits = set(pending.values_list("event_id", flat=True))
        for event in page:
            if event.pk not in waits:
                raise problems.event_unsealed(event)
            if _leaf_of(event) is None:
                raise problems.event_unsealable(event)
            texts.check(event)
        waiting += len(page)
    _check_pending(entity_id)
    return waiting


def _check_pending(entity_id: int) -> None:
    sealed = Leaf.objects.filter(event_id=OuterRef("event_id"))
    known = Event.objects.filter(pk=OuterRef("event_id"), entity_id=entity_id)
    pending = Pending.objects.filter(entity_id=entity_id).order_by("event_id")
    twice = pending.filter(Exists(sealed)).first()
    if twice is not None:
        raise problems.pending_twice(twice)
    nothing = pending.filter(~Exists(known)).first()
    if nothing is not None:
        raise problems.pending_of_nothing(nothing)


def _check_ownerless(entity_id: int | None) -> None:
    """Check that no words hang from a missing event; they name no entity, so only when all are checked."""
    if entity_id is not None:
        return
    event = Event.objects.filter(pk=OuterRef("event_id"))
    wording = EventText.objects.filter(~Exists(event)).order_by("event_id", "field").first()
    if wording is not None:
        raise problems.text_of_nothing(wording)


def _check_noted(noted_head: str, entities: list[int]) -> None:
    if noted_head and not Batch.objects.filter(head=noted_head, entity_id__in=entities).exists():
        raise problems.noted_head_missing(noted_head)
