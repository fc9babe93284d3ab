"""The sealed JSON body of an event and of a batch, byte by byte (docs/formats/registros.md). Uses no database.

A body contains everything that a verifier needs and nothing that can be erased: only the digests of people's texts.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

from pregonero.records import merkle
from pregonero.records.models import Batch, Event

VERSION = 1
BEFORE_THE_FIRST = "0" * 64  # the previous head in the first batch of an entity
LARGEST_INTEGER = 2**53 - 1  # JSON readers round larger integers differently


class NotSealable(ValueError):
    """A value has no JSON form that every reader writes alike; the message gives its path."""


def event_body(event: Event) -> dict[str, Any]:
    """Return the body of an event."""
    return {
        "version": VERSION,
        "id": event.pk,
        "entity": event.entity_id,
        "at": instant(event.at),
        "event_type": event.event_type,
        "actor": event.actor,
        "ref": event.ref,
        "label": event.label,
        "related": event.related,
        "facts": event.facts,
        "digests": event.digests,
    }


def batch_body(batch: Batch) -> dict[str, Any]:
    """Return the body of a batch: its whole row except the head, which is the digest of this body."""
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
    """Return the body as canonical JSON (RFC 8785)."""
    return bytes(rfc8785.dumps(body))


def leaf_of(event: Event) -> bytes:
    """Return the leaf hash of an event in the Merkle tree of its batch."""
    return merkle.leaf_hash(canonical(event_body(event)))


def head_of(batch: Batch) -> str:
    """Return the head of a batch: the digest of its body, which includes the previous head."""
    return hashlib.sha256(canonical(batch_body(batch))).hexdigest()


def digest_of_text(salt: str, text: str) -> str:
    """Return the salted digest of a text, which the event stores instead of the text."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def instant(at: datetime) -> str:
    """Return a moment as bodies write it: UTC, six decimals, "Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_facts(value: Any, path: str = "facts") -> None:
    """Raise `NotSealable` unless the value consists of null, booleans, safe integers, strings, lists and objects.

    Decimals are not allowed, because readers round them differently. Keys must be ASCII, so that every sort order
    gives the same result.
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
        raise NotSealable(f"{path}: {value!r} is not a string, a safe integer, a boolean or null")


def _is_plain(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) <= LARGEST_INTEGER
    return value is None or isinstance(value, str)
