"""The crisis room: stop every publication and no answer, say who decides, agree the line, and keep the log (T-4)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.monitoring import queries
from pregonero.monitoring.models import CrisisEntry, CrisisRoom
from pregonero.networks import pause_lock
from pregonero.outbox.actions import schedule
from pregonero.outbox.queries.holds import count_in_flight
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may
from pregonero.records.actions import record

STOPPED = "publication"  # the kind of subject that the outbox holds: answers are of another


@transaction.atomic(durable=True)
def open_room(*, reason: str, decider: Member, by: Member, now: datetime) -> CrisisRoom:
    """Open the crisis room: no publication goes out any more, answers do, and only `decider` decides."""
    pause_lock.block_sends()
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    check_may(by, "crisis.open", now=now)
    if queries.open_room(entity.pk) is not None:
        raise WrongState("Ya hay una sala de crisis abierta.")
    people = members_with(entity, GROUP_HEADS | NETWORKS_PEOPLE, today=timezone.localdate(now))
    if decider not in people:
        raise Refused("Elige quién decide: alguien del Grupo.")
    hold = schedule.hold(entity=entity, subject=None, kind=STOPPED, reason=reason, by=by, now=now)
    room = CrisisRoom.objects.create(
        entity=entity,
        reason=hold.reason,
        decider=decider,
        hold=hold,
        opened_by=by,
        opened_at=now,
    )
    record(
        entity_id=entity.pk,
        event_type="crisis.opened",
        actor=by.actor,
        ref=room.ref,
        at=now,
        facts={"decider": decider.pk, "in_flight": count_in_flight(entity)},
        texts={"reason": room.reason},
    )
    notify(
        members=[member for member in people if member != by],
        kind="crisis.opened",
        ref=room.ref,
        title=f"Sala de crisis: decide {decider}",
        path=room.get_absolute_url(),
        now=now,
        why=room.reason,
    )
    return room


@transaction.atomic(durable=True)
def agree_line(*, room: CrisisRoom, text: str, by: Member, now: datetime) -> CrisisEntry:
    """Write the agreed line, which replaces the one before; the earlier ones stay in the log."""
    return _write(CrisisEntry.Kind.LINE, room, text, by, now)


@transaction.atomic(durable=True)
def note(*, room: CrisisRoom, text: str, by: Member, now: datetime) -> CrisisEntry:
    """Write in the log what happened."""
    return _write(CrisisEntry.Kind.NOTE, room, text, by, now)


def _write(kind: CrisisEntry.Kind, room: CrisisRoom, text: str, by: Member, now: datetime) -> CrisisEntry:
    room = queries.get_room(member=by, pk=room.pk, for_update=True)
    is_line = kind == CrisisEntry.Kind.LINE
    check_may(by, "crisis.lead" if is_line else "crisis.open", now=now)
    _check_open(room)
    if not text.strip():
        raise Refused("Escribe la línea." if is_line else "Escribe qué pasó.")
    entry = CrisisEntry.objects.create(room=room, kind=kind, text=text.strip()[:2000], by=by, at=now)
    record(
        entity_id=room.entity_id,
        event_type="crisis.line" if is_line else "crisis.noted",
        actor=by.actor,
        ref=room.ref,
        at=now,
        texts={"text": entry.text},
    )
    return entry


@transaction.atomic(durable=True)
def close_room(*, room: CrisisRoom, closing: str, by: Member, now: datetime) -> CrisisRoom:
    """Close the room with how it ended. What passed its hour meanwhile is late, and a person decides about it."""
    room = queries.get_room(member=by, pk=room.pk, for_update=True)
    check_may(by, "crisis.lead", now=now)
    _check_open(room)
    if not closing.strip():
        raise Refused("Escribe cómo terminó.")
    schedule.release(hold=room.hold, by=by, now=now)
    room.closing, room.closed_by, room.closed_at = closing.strip()[:1000], by, now
    room.save(update_fields=["closing", "closed_by", "closed_at"])
    record(
        entity_id=room.entity_id,
        event_type="crisis.closed",
        actor=by.actor,
        ref=room.ref,
        at=now,
        texts={"closing": room.closing},
    )
    return room


def _check_open(room: CrisisRoom) -> None:
    if room.closed_at is not None:
        raise WrongState("Esta sala de crisis ya se cerró.")
