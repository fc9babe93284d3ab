"""Record events, the only trace of an act; seal them in batches; erase a text that a person wrote."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.records import canonical_body, merkle
from pregonero.records.event_types import EVENT_TYPES
from pregonero.records.models import Batch, Event, EventText, Leaf

LABEL_LIMIT = 200
BATCH_LIMIT = 10_000


class OutsideTransaction(RuntimeError):
    """An event was recorded outside the transaction of its act, so it could survive an act that failed."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"The event {event_type!r} must be recorded inside the transaction of its act.")


class UnknownEventType(LookupError):
    """The event type is not in `EVENT_TYPES`."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"The event type {event_type!r} is not in pregonero/records/event_types.py.")


@dataclass(frozen=True)
class CoveredRole:
    """A role that an actor has between two days because somebody is absent, as records say it."""

    text: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class ObjectRef:
    """A reference by value to the object of an event: its kind, its id and its name at that moment."""

    kind: str
    id: int
    label: str = ""

    @classmethod
    def parse(cls, reference: str) -> "ObjectRef":
        """Return the reference written as "kind:id", without a label."""
        kind, _, pk = reference.rpartition(":")
        return cls(kind, int(pk))

    @property
    def reference(self) -> str:
        """Return "kind:id", the form in which events store it."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Actor:
    """Who acts: a member, the system itself, or a standing rule. Staff act in a public role, so they are named.

    `through` is the token with which a program acted for a member.
    """

    kind: str  # "member", "system" or "rule"
    id: int | None
    name: str
    role: str = ""
    covered: tuple[CoveredRole, ...] = ()
    through: ObjectRef | None = None

    def as_of(self, moment: datetime) -> dict[str, Any]:
        """Return what an event stores: the roles include those covered on that day, with who is absent."""
        day = timezone.localdate(moment)
        covered = [role.text for role in self.covered if role.starts_on <= day <= role.ends_on]
        actor = {"kind": self.kind, "id": self.id, "name": self.name, "role": ", ".join([self.role, *covered])}
        if self.through is None:
            return actor
        return actor | {"through": {"ref": self.through.reference, "name": self.through.label}}


SYSTEM = Actor(kind="system", id=None, name="Pregonero")


@dataclass(frozen=True)
class EventDraft:
    """The arguments of `record`, for callers that record many events at once."""

    entity_id: int
    event_type: str
    actor: Actor
    ref: ObjectRef
    at: datetime
    related: Iterable[ObjectRef] = ()
    facts: Mapping[str, Any] | None = None
    texts: Mapping[str, str] | None = None


def record(
    *,
    entity_id: int,
    event_type: str,
    actor: Actor,
    ref: ObjectRef,
    at: datetime,
    related: Iterable[ObjectRef] = (),
    facts: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Event:
    """Record the event of an act, inside the transaction of that act (M-2, R-1).

    `facts` are JSON values without personal data and without decimals (see `canonical_body.check_facts`). `texts`
    are what the person wrote, such as a reason: the event stores their salted digests, and the texts are stored
    apart, where they can be erased (N-7). Recording only inserts rows, so it never waits for another transaction.
    """
    draft = EventDraft(entity_id, event_type, actor, ref, at, related, facts, texts)
    (event,) = record_many([draft])
    return event


def record_many(drafts: Iterable[EventDraft]) -> list[Event]:
    """Record many events of one transaction, in at most two statements. Nothing is stored if one is invalid."""
    salted_drafts = [(draft, _salted(draft.texts or {})) for draft in drafts]
    for draft, salted in salted_drafts:
        _check_recordable(draft.event_type, draft.at, draft.facts or {}, salted)
    events = [_event(draft, salted) for draft, salted in salted_drafts]
    _insert(events)
    texts = [
        EventText(event_id=event.pk, field=field, salt=salt, text=text)
        for event, (_, salted) in zip(events, salted_drafts, strict=True)
        for field, (salt, text) in salted.items()
    ]
    if texts:
        EventText.objects.bulk_create(texts)
    return events


# One statement inserts the events with their pending rows and returns their ids in order, because every delivery
# records events (decision 0010).
INSERT = """
WITH draft AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('records_event', 'id')) AS id, given.*
    FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (
        entity_id bigint, at timestamptz, event_type text, actor jsonb, ref text, label text, related text[],
        facts jsonb, digests jsonb
    )) WITH ORDINALITY AS given ORDER BY given.ordinality
), event AS (
    INSERT INTO records_event (id, entity_id, at, event_type, actor, ref, label, related, facts, digests)
    SELECT id, entity_id, at, event_type, actor, ref, label, related, facts, digests FROM draft
), pending AS (
    INSERT INTO records_pending (event_id, entity_id) SELECT id, entity_id FROM draft
)
SELECT id FROM draft ORDER BY ordinality
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


def _salted(texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return (salt, text) by field, without the empty texts."""
    return {field: (secrets.token_hex(16), text) for field, text in texts.items() if text}


def _event(draft: EventDraft, salted: Mapping[str, tuple[str, str]]) -> Event:
    return Event(
        entity_id=draft.entity_id,
        at=draft.at,
        event_type=draft.event_type,
        actor=draft.actor.as_of(draft.at),
        ref=draft.ref.reference,
        label=draft.ref.label[:LABEL_LIMIT],
        related=[other.reference for other in draft.related],
        facts=dict(draft.facts or {}),
        digests={field: canonical_body.digest_of_text(salt, text) for field, (salt, text) in salted.items()},
    )


def _check_recordable(event_type: str, at: datetime, facts: Mapping[str, Any], salted: Mapping[str, Any]) -> None:
    if not connection.in_atomic_block:
        raise OutsideTransaction(event_type)
    if event_type not in EVENT_TYPES:
        raise UnknownEventType(event_type)
    if at.tzinfo is None:
        raise canonical_body.NotSealable(f"at: {at} has no time zone")
    # Checked now, while the act can still fail: an event that cannot be sealed stops the sealing of its entity.
    canonical_body.check_facts(facts)
    canonical_body.check_facts(salted, "texts")


@transaction.atomic(durable=True)
def erase_text(*, entity_id: int, event_id: int, field: str, reason: str, by: Actor, now: datetime) -> Event:
    """Erase a text that a person wrote and record the erasure; the event and the text's digest remain (N-7).

    The salt is erased too, so the text cannot be guessed from the digest. The erasure is an event about the same
    objects, so it appears wherever the text did. The caller must have checked the actor's rights.
    """
    event = Event.objects.filter(pk=event_id, entity_id=entity_id).first()
    if event is None or field not in event.digests:
        raise NotFound("No encontramos ese texto en los registros de la entidad.")
    text = EventText.objects.select_for_update(no_key=True, of=("self",)).filter(event_id=event_id, field=field).first()
    if text is None:
        raise WrongState("Ese texto ya se borró.")
    if not reason.strip():
        raise Refused("Escribe por qué se borra el texto.")
    text.delete()
    return record(
        entity_id=entity_id,
        event_type="text.erased",
        actor=by,
        at=now,
        ref=ObjectRef("record", event_id, event.type_label),
        related=[ObjectRef.parse(reference) for reference in (event.ref, *event.related)],
        facts={"field": field},
        texts={"reason": reason},
    )


@transaction.atomic(durable=True)
def seal_events(*, entity_id: int, now: datetime, limit: int = BATCH_LIMIT) -> Batch | None:
    """Seal up to `limit` pending events of an entity as the next batch of its chain (R-1); None when none is pending.

    It records no event, which would need sealing in turn. An event that has no canonical form raises an error, so
    nothing more of its entity is sealed until somebody repairs it.
    """
    _lock_chain(entity_id)
    events = Event.objects.filter(pk__in=_delete_pending(entity_id, limit)).order_by("pk")
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
    """Wait for any other sealing of this entity; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"records.chain:{entity_id}"])


def _delete_pending(entity_id: int, limit: int) -> list[int]:
    # Rows without an event or already sealed are left for `verify` to report; they must not stop the others.
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
    # Read after taking the lock: under READ COMMITTED this sees what the previous sealing committed.
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
