"""Leaving a record, the only way an act becomes an event; sealing what was left; erasing a person's words."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.records import canonical_body, merkle
from pregonero.records.event_types import EVENT_TYPES
from pregonero.records.models import Batch, Event, EventText, Leaf

LABEL_LIMIT = 200
BATCH_LIMIT = 10_000


class OutsideTransaction(RuntimeError):
    """A record was asked for without the transaction of its act: it could outlive an act that failed."""


class UnknownEventType(LookupError):
    """The verb has no row in the table of verbs."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a member, the system by itself, or a standing rule. Staff act in public: named."""

    kind: str  # "member", "system" or "rule"
    id: int | None
    name: str
    role: str = ""


@dataclass(frozen=True)
class ObjectRef:
    """What an act is about, by value: kind, id and the name it had at that moment."""

    kind: str
    id: int
    label: str = ""

    @property
    def reference(self) -> str:
        """Return "kind:id", as events refer to it."""
        return f"{self.kind}:{self.id}"


SYSTEM = Actor(kind="system", id=None, name="Pregonero")


@dataclass(frozen=True)
class EventDraft:
    """What is left on record of one act: what `record` takes, for those who leave many together."""

    entity_id: int
    event_type: str
    actor: Actor
    ref: ObjectRef
    at: datetime
    related: Iterable[ObjectRef] = ()
    facts: Mapping[str, Any] | None = None
    words: Mapping[str, str] | None = None


def record(
    *,
    entity_id: int,
    event_type: str,
    actor: Actor,
    ref: ObjectRef,
    at: datetime,
    related: Iterable[ObjectRef] = (),
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
) -> Event:
    """Leave the record of an act, inside the transaction of the act itself (M-2, R-1).

    `facts` are JSON values without personal words and without decimals (`body.check_facts`); `words` are what
    the person wrote (a reason, a note): the event keeps their salted digest and the text stays apart,
    where it can be erased (N-7). Only inserts: writers never wait for each other nor for the sealing.
    """
    act = EventDraft(entity_id, event_type, actor, ref, at, related, facts, words)
    (event,) = record_many([act])
    return event


def record_many(acts: Iterable[EventDraft]) -> list[Event]:
    """Leave the records of many acts of one transaction, each as `record` does, in as few statements as for one."""
    told = [(act, _salted(act.words or {})) for act in acts]
    for act, salted in told:
        _check_recordable(act.event_type, act.at, act.facts or {}, salted)
    events = [_event(act, salted) for act, salted in told]
    _insert(events)
    wordings = [
        EventText(event_id=event.pk, field=field, salt=salt, text=text)
        for event, (_, salted) in zip(events, told, strict=True)
        for field, (salt, text) in salted.items()
    ]
    if wordings:
        EventText.objects.bulk_create(wordings)
    return events


# Each event with what seals it later, and the numbers they got in the order they were given: one statement for all,
# since records are made on the way of every delivery (decision 0010).
INSERT = """
WITH told AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('records_event', 'id')) AS id, act.*
    FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (
        entity_id bigint, at timestamptz, event_type text, actor jsonb, ref text, label text, related text[], facts jsonb,
        digests jsonb
    )) WITH ORDINALITY AS act ORDER BY act.ordinality
), event AS (
    INSERT INTO records_event (id, entity_id, at, event_type, actor, ref, label, related, facts, digests)
    SELECT id, entity_id, at, event_type, actor, ref, label, related, facts, digests FROM told
), pending AS (
    INSERT INTO records_pending (event_id, entity_id) SELECT id, entity_id FROM told
)
SELECT id FROM told ORDER BY ordinality
"""
COLUMNS = ("entity_id", "event_type", "actor", "ref", "label", "related", "facts", "digests")


def _insert(events: Sequence[Event]) -> None:
    if not events:
        return
    rows = [{"at": event.at.isoformat(), **{name: getattr(event, name) for name in COLUMNS}} for event in events]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [json.dumps(rows)])
        for event, (pk,) in zip(events, cursor.fetchall(), strict=True):
            event.pk, event._state.adding = pk, False


def _salted(words: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {field: (secrets.token_hex(16), text) for field, text in words.items() if text}


def _event(act: EventDraft, salted: Mapping[str, tuple[str, str]]) -> Event:
    return Event(
        entity_id=act.entity_id,
        at=act.at,
        event_type=act.event_type,
        actor=asdict(act.actor),
        ref=act.ref.reference,
        label=act.ref.label[:LABEL_LIMIT],
        related=[other.reference for other in act.related],
        facts=dict(act.facts or {}),
        digests={field: canonical_body.digest_of_words(salt, text) for field, (salt, text) in salted.items()},
    )


def _check_recordable(event_type: str, at: datetime, facts: Mapping[str, Any], salted: Mapping[str, Any]) -> None:
    if not connection.in_atomic_block:
        raise OutsideTransaction(event_type)
    if event_type not in EVENT_TYPES:
        raise UnknownEventType(event_type)
    if at.tzinfo is None:
        raise canonical_body.NotSealable(f"at: {at} has no time zone")
    # Now, while the act can still fail: what cannot be sealed would stop the sealing of the whole entity.
    canonical_body.check_facts(facts)
    canonical_body.check_facts(salted, "words")


@transaction.atomic(durable=True)
def erase_wording(*, entity_id: int, event_id: int, field: str, reason: str, by: Actor, now: datetime) -> Event:
    """Erase what a person wrote with an act and leave a record of that; the act and its digest stay (N-7).

    Records know no rights: whoever calls has checked them. The text and its salt are gone: the digest that
    stays says nothing to who guesses. The erasure shows wherever the erased words did.
    """
    event = Event.objects.filter(pk=event_id, entity_id=entity_id).first()
    if event is None or field not in event.digests:
        raise NotFound("No encontramos ese texto en los registros de la entidad.")
    wording = EventText.objects.select_for_update().filter(event_id=event_id, field=field).first()
    if wording is None:
        raise WrongState("Ese texto ya se borró.")
    if not reason.strip():
        raise Refused("Escribe por qué se borra el texto.")
    wording.delete()
    return record(
        entity_id=entity_id, event_type="wording.erased", actor=by, at=now,
        ref=ObjectRef("record", event_id, event.verb_words),
        related=[_ref_at(reference) for reference in (event.ref, *event.related)],
        facts={"field": field}, words={"reason": reason},
    )  # fmt: skip


@transaction.atomic(durable=True)
def seal_events(*, entity_id: int, now: datetime, limit: int = BATCH_LIMIT) -> Batch | None:
    """Seal at most `limit` waiting events of an entity as the next batch of its chain; None if none (R-1).

    Leaves no event of its own: it would never end. A damaged event stops the sealing of its entity, loudly.
    """
    _lock_chain(entity_id)
    events = Event.objects.filter(pk__in=_take_pending(entity_id, limit)).order_by("pk")
    leaves = [(event.pk, canonical_body.leaf_of(event)) for event in events]
    if not leaves:
        return None
    batch = _next_batch(entity_id, [leaf for _, leaf in leaves], now)
    Leaf.objects.bulk_create(
        [
            Leaf(event_id=pk, entity_id=entity_id, batch=batch.number, index=index, digest=leaf.hex())
            for index, (pk, leaf) in enumerate(leaves)
        ],
        batch_size=2_000,
    )
    return batch


def _lock_chain(entity_id: int) -> None:
    """Wait for any other sealing of this entity; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"records.chain:{entity_id}"])


def _take_pending(entity_id: int, limit: int) -> list[int]:
    # What has no event, or is sealed already, stays behind for `verify` to name: it must not stop the others.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS MATERIALIZED (
                SELECT pending.event_id FROM records_pending pending
                JOIN records_event event
                  ON event.id = pending.event_id AND event.entity_id = pending.entity_id
                WHERE pending.entity_id = %s
                  AND NOT EXISTS (SELECT FROM records_leaf leaf WHERE leaf.event_id = pending.event_id)
                ORDER BY pending.event_id LIMIT %s FOR UPDATE OF pending SKIP LOCKED
            )
            DELETE FROM records_pending WHERE event_id IN (SELECT event_id FROM taken) RETURNING event_id
            """,
            [entity_id, limit],
        )
        return [event_id for (event_id,) in cursor.fetchall()]


def _next_batch(entity_id: int, leaves: list[bytes], now: datetime) -> Batch:
    # Read after the lock: in READ COMMITTED each statement sees what the sealing before this one committed.
    last = Batch.objects.filter(entity_id=entity_id).order_by("-number").first()
    batch = Batch(
        entity_id=entity_id,
        number=last.number + 1 if last else 1,
        sealed_at=now,
        size=len(leaves),
        total=(last.total if last else 0) + len(leaves),
        root=merkle.root_of(leaves).hex(),
        previous=last.head if last else canonical_body.BEFORE_THE_FIRST,
    )
    batch.head = canonical_body.head_of(batch)
    batch.save(force_insert=True)
    return batch


def _ref_at(reference: str) -> ObjectRef:
    kind, _, pk = reference.rpartition(":")
    return ObjectRef(kind, int(pk))
