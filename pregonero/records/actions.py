"""Leaving a record: the only way an act becomes an event."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from pregonero.records.models import Event, Pending, Wording
from pregonero.records.verbs import VERBS

LABEL_LIMIT = 200


class OutsideTransaction(RuntimeError):
    """A record was asked for without the transaction of its act: it could outlive an act that failed."""


class UnknownVerb(LookupError):
    """The verb has no row in the table of verbs."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a member, the system by itself, or a standing rule. Staff act in public function: the name is kept."""

    kind: str  # "member", "system" or "rule"
    id: int | None
    name: str
    role: str = ""


@dataclass(frozen=True)
class Thing:
    """What an act is about, by value: kind, id and the name it had at that moment."""

    kind: str
    id: int
    label: str = ""

    @property
    def reference(self) -> str:
        """Return "kind:id", as events refer to it."""
        return f"{self.kind}:{self.id}"


SYSTEM = Actor(kind="system", id=None, name="Pregonero")


def record(
    *,
    entity_id: int,
    verb: str,
    actor: Actor,
    thing: Thing,
    at: datetime,
    related: Iterable[Thing] = (),
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
) -> Event:
    """Leave the record of an act, inside the transaction of the act itself (M-2, R-1).

    `facts` are JSON values without personal words; `words` are what the person wrote (a reason, a note): the event
    keeps their salted digest and the text stays apart, where it can be erased (N-7). Integers only within ±2^53.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(verb)
    if verb not in VERBS:
        raise UnknownVerb(verb)
    salted = {field: (secrets.token_hex(16), text) for field, text in (words or {}).items() if text}
    event = Event.objects.create(
        entity_id=entity_id,
        at=at,
        verb=verb,
        actor=asdict(actor),
        thing=thing.reference,
        label=thing.label[:LABEL_LIMIT],
        related=[other.reference for other in related],
        facts=dict(facts or {}),
        digests={field: digest_of_words(salt, text) for field, (salt, text) in salted.items()},
    )
    Wording.objects.bulk_create(
        Wording(event_id=event.pk, field=field, salt=salt, text=text) for field, (salt, text) in salted.items()
    )
    Pending.objects.create(event_id=event.pk, entity_id=entity_id)
    return event


def digest_of_words(salt: str, text: str) -> str:
    """Return the digest that an event keeps of a person's words."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
