"""What is sealed, byte by byte: the body of an event and of a batch (docs/formats/registros.md). No database.

A body holds everything that a verifier needs and nothing that can be erased: of people's words, only digests.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

from pregonero.records import merkle
from pregonero.records.models import Batch, Event

VERSION = 1
BEFORE_THE_FIRST = "0" * 64  # what the first batch of an entity names as the head before it
LARGEST_INTEGER = 2**53 - 1  # beyond it, JSON readers disagree


class NotSealable(ValueError):
    """A fact cannot be written in one single way by every reader of JSON; the message names it."""


def event_body(event: Event) -> dict[str, Any]:
    """Return the body of an event."""
    return {
        "version": VERSION,
        "id": event.pk,
        "entity": event.entity_id,
        "at": instant(event.at),
        "verb": event.event_type,
        "actor": event.actor,
        "thing": event.ref,
        "label": event.label,
        "related": event.related,
        "facts": event.facts,
        "digests": event.digests,
    }


def batch_body(batch: Batch) -> dict[str, Any]:
    """Return the body of a batch: everything in its row but the head, which is made from it."""
    return {
        "version": VERSION,
        "entity": batch.entity_id,
        "number": batch.number,
        "size": batch.size,
        "total": batch.total,
        "root": batch.root,
        "previous": batch.previous,
        "sealed_at": instant(batch.sealed_at),
    }


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return the body in the one form of RFC 8785."""
    return bytes(rfc8785.dumps(body))


def leaf_of(event: Event) -> bytes:
    """Return the leaf of an event: the digest that its batch's tree holds."""
    return merkle.leaf_hash(canonical(event_body(event)))


def head_of(batch: Batch) -> str:
    """Return the head of a batch: it stands for this batch and, through `previous`, for all before it."""
    return hashlib.sha256(canonical(batch_body(batch))).hexdigest()


def digest_of_words(salt: str, text: str) -> str:
    """Return the digest that an event keeps of a person's words."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def instant(at: datetime) -> str:
    """Return a moment in UTC with its six decimals, as bodies write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_facts(value: Any, path: str = "facts") -> None:
    """Raise `NotSealable` unless the value is made of null, yes or no, integers, text, lists and objects.

    No decimals: a reader that rounds them otherwise would see a broken seal. Keys are ASCII, so that every
    order of text sorts them alike.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotSealable(f"{path}: key {key!r} is not ASCII text")
            check_facts(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            check_facts(inner, f"{path}[{position}]")
    elif not _is_plain(value):
        raise NotSealable(f"{path}: {value!r} is not text, a safe integer, yes or no, or null")


def _is_plain(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) <= LARGEST_INTEGER
    return value is None or isinstance(value, str)
