"""The sealed records of an entity as one file that `bin/check_records.py` checks (docs/formats/registros-afuera.md).

Lines are made one at a time: the memory does not depend on how many records there are.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pregonero.errors import NotFound
from pregonero.records import canonical_body
from pregonero.records.actions import ObjectRef
from pregonero.records.merkle import Frontier, consistency_proof, inclusion_proofs
from pregonero.records.models import Batch, Checkpoint, Event, Leaf, SigningKey
from pregonero.records.outside.actions import leaves_between, signer_of
from pregonero.records.problems import RecordsDamaged

FORMAT, SELECTION_FORMAT = "pregonero-export/1", "pregonero-selection/1"
PAGE = 2_000  # events read at once


@dataclass(frozen=True)
class LogPosition:
    """An event of the log: its position, counted from 0, and its body as sealed."""

    index: int
    body: bytes


def export_lines(entity_id: int) -> Iterator[bytes]:
    """Yield the lines of the whole log up to its last checkpoint. Raises `NotFound` without one."""
    key, latest = _key_and_latest(entity_id)
    yield _sealed({"format": FORMAT, "key": key.verifier_key, "checkpoint": latest.note})
    checkpoints = Checkpoint.objects.filter(entity_id=entity_id, size__lte=latest.size)
    by_batch = {row.batch: row for row in checkpoints.prefetch_related("tokens")}
    events = _events(entity_id, latest.batch)
    index, previous, since = 0, Frontier(), list[bytes]()
    for batch in _batches(entity_id, latest.batch):
        for leaf, body in _events_of(batch, events):
            yield b'{"index":%d,"event":%s,"leaf":"%s"}\n' % (index, body, leaf.encode())
            index += 1
            since.append(bytes.fromhex(leaf))
        yield b'{"batch":%s,"head":"%s"}\n' % (_body_of(batch), batch.head.encode())
        checkpoint = by_batch.get(batch.number)
        if checkpoint is not None:
            yield _checkpoint_line(checkpoint, consistency_proof(previous, since))
            previous, since = _frontier(checkpoint), []
    yield _sealed({"end": {"events": index, "batches": latest.batch, "checkpoints": len(by_batch)}})


def selection_lines(entity_id: int, events: Sequence[Event], subject: ObjectRef) -> Iterator[bytes]:
    """Yield the lines of some events with the proof of each one in the last checkpoint.

    Events that no checkpoint covers yet are left out. A signed list says which events the file has.
    """
    key, latest = _key_and_latest(entity_id)
    positions = positions_of(entity_id, events, until=latest.batch)
    proofs = inclusion_proofs(
        list(leaves_between(entity_id, 0, latest.batch)), [position.index for position in positions]
    )
    listed = ",".join(str(position.index) for position in positions)
    selection = signer_of(key).sign(f"{key.name}/seleccion\n{subject.reference}\n{listed}\n")
    yield _sealed(
        {
            "format": SELECTION_FORMAT,
            "key": key.verifier_key,
            "checkpoint": latest.note,
            "selection": selection,
            "time": _tokens(latest),
        }
    )
    for position, proof in zip(positions, proofs, strict=True):
        steps = json.dumps([_base64(step) for step in proof], separators=(",", ":")).encode()
        yield b'{"index":%d,"event":%s,"proof":%s}\n' % (position.index, position.body, steps)
    yield _sealed({"end": {"events": len(positions)}})


def positions_of(entity_id: int, events: Iterable[Event], *, until: int) -> list[LogPosition]:
    """Return the positions in the log of the events that are in the batches up to one, in order."""
    by_id = {event.pk: event for event in events}
    leaves = Leaf.objects.filter(entity_id=entity_id, event_id__in=by_id, batch__lte=until)
    found = list(leaves.order_by("batch", "index"))
    batches = Batch.objects.filter(entity_id=entity_id, number__in={leaf.batch for leaf in found})
    start = {batch.number: batch.total - batch.size for batch in batches}
    return [LogPosition(start[leaf.batch] + leaf.index, _event_body(by_id[leaf.event_id])) for leaf in found]


def _key_and_latest(entity_id: int) -> tuple[SigningKey, Checkpoint]:
    key = SigningKey.objects.filter(entity_id=entity_id).first()
    latest = Checkpoint.objects.filter(entity_id=entity_id).order_by("-size").prefetch_related("tokens").first()
    if key is None or latest is None:
        raise NotFound("Todavía no hay un punto de control firmado de estos registros.")
    return key, latest


def _batches(entity_id: int, until: int) -> Iterator[Batch]:
    for first in range(1, until + 1, PAGE):
        last = min(first + PAGE - 1, until)
        yield from Batch.objects.filter(entity_id=entity_id, number__range=(first, last)).order_by("number")


def _events(entity_id: int, until: int) -> Iterator[tuple[Leaf, Event | None]]:
    """Yield each leaf of the log with its event, in pages of the leaves' own order."""
    batch, index = 0, -1
    while True:
        later = Leaf.objects.filter(entity_id=entity_id, batch__range=(batch, until)).exclude(
            batch=batch, index__lte=index
        )
        leaves = list(later.order_by("batch", "index")[:PAGE])
        events = Event.objects.in_bulk([leaf.event_id for leaf in leaves])
        yield from ((leaf, events.get(leaf.event_id)) for leaf in leaves)
        if len(leaves) < PAGE:
            return
        batch, index = leaves[-1].batch, leaves[-1].index


def _events_of(batch: Batch, events: Iterator[tuple[Leaf, Event | None]]) -> Iterator[tuple[str, bytes]]:
    """Yield the digest and the body of each event of a batch. Raises `RecordsDamaged` for a missing one."""
    for _, (leaf, event) in zip(range(batch.size), events, strict=False):
        if event is None:
            raise RecordsDamaged("event_missing", leaf)
        yield leaf.digest, _event_body(event)


def _event_body(event: Event) -> bytes:
    return canonical_body.canonical(canonical_body.event_body(event))


def _body_of(batch: Batch) -> bytes:
    return canonical_body.canonical(canonical_body.batch_body(batch))


def _frontier(checkpoint: Checkpoint) -> Frontier:
    return Frontier(checkpoint.size, [bytes.fromhex(node) for node in checkpoint.subtrees])


def _checkpoint_line(checkpoint: Checkpoint, proof: list[bytes]) -> bytes:
    steps = [_base64(step) for step in proof]
    return _sealed({"checkpoint": checkpoint.note, "consistency": steps, "time": _tokens(checkpoint)})


def _tokens(checkpoint: Checkpoint) -> list[str]:
    return [_base64(bytes(row.token)) for row in sorted(checkpoint.tokens.all(), key=lambda row: row.pk)]


def _sealed(value: dict[str, Any]) -> bytes:
    """Return a line that carries the digest of its own contents, so that any change of it is named."""
    content = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return content[:-1] + b',"digest":"%s"}\n' % hashlib.sha256(content).hexdigest().encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def grouped(lines: Iterable[bytes], size: int = 500) -> Iterator[bytes]:
    """Join lines in larger pieces, for whoever writes or sends them."""
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[0] // size):
        yield b"".join(line for _, line in group)
