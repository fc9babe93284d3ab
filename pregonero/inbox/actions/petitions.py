"""Petitions: handed over to Relación con el Ciudadano, numbered, and followed to their answer (Q-5)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import send_number
from pregonero.inbox.actions.packets import defer_packet
from pregonero.inbox.models import Conversation, LegalDate, Petition, PetitionStep
from pregonero.inbox.petition_clock import PetitionKind, Step, StepKind
from pregonero.inbox.petitions import count_of
from pregonero.inbox.states import Question
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import Role
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record
from pregonero.working_days import DATA_VERSION


@dataclass(frozen=True)
class PetitionOpening:
    """What the networks' people write of a petition: its kind, its features, and the contact that was given."""

    kind: PetitionKind
    features: Mapping[str, bool]
    contact_given: str = ""
    priority: str = ""


@transaction.atomic(durable=True)
def open_petition(*, conversation: Conversation, opening: PetitionOpening, by: Member, now: datetime) -> Petition:
    """Hand a petition over to Relación con el Ciudadano; its count starts when the person wrote it."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "petition.open", now=now)
    if conversation.question != Question.PETITION or not conversation.is_confirmed:
        raise WrongState("Confirma primero que es una petición.")
    message = queries.last_message_of(conversation)
    if message is None or Petition.objects.filter(message__conversation=conversation).exists():
        raise WrongState("Esta petición ya se envió a Relación con el Ciudadano.")
    petition = Petition.objects.create(
        entity_id=conversation.entity_id,
        message=message,
        kind=opening.kind,
        features=dict(opening.features),
        priority=opening.priority,
        contact_given=opening.contact_given.strip()[:200],
        opened_by=by,
        opened_at=now,
    )
    _add_step(petition, Step(StepKind.RECEIVED, message.written_at), "", by, now)
    record(
        entity_id=petition.entity_id,
        event_type="petition.opened",
        actor=by.actor,
        ref=petition.ref,
        at=now,
        related=[conversation.ref, message.ref],
        facts={"kind": opening.kind, "features": dict(opening.features), "priority": opening.priority},
    )
    store_legal_date(petition, StepKind.RECEIVED, now)
    defer_packet(petition)
    notify(
        members=members_with(conversation.entity, [Role.CITIZEN_RELATIONS], today=timezone.localdate(now)),
        kind="petition.opened",
        ref=petition.ref,
        title=f"Petición en {conversation.account}: falta su radicado",
        path=petition.get_absolute_url(),
        now=now,
    )
    return petition


@transaction.atomic(durable=True)
def record_number(*, petition: Petition, number: str, by: Member, now: datetime) -> Petition:
    """Store the number that PQRSD gave a petition, and tell it to the person."""
    petition = queries.get_petition(member=by, pk=petition.pk, for_update=True)
    check_may(by, "petition.manage", now=now)
    if petition.number:
        raise WrongState(f"Ya tiene el radicado {petition.number}.")
    if not number.strip():
        raise Refused("Escribe el número de radicado.")
    petition.number, petition.numbered_by, petition.numbered_at = number.strip()[:60], by, now
    petition.save()
    record(
        entity_id=petition.entity_id,
        event_type="petition.numbered",
        actor=by.actor,
        ref=petition.ref,
        at=now,
        related=[petition.message.conversation.ref],
        facts={"number": petition.number},
    )
    send_number(message=petition.message, text=_number_text(petition), key=uuid.uuid4(), by=by, now=now)
    return petition


def _number_text(petition: Petition) -> str:
    count = count_of(petition)
    due = f" La respuesta llega a más tardar el {count.due_on:%d/%m/%Y}." if count.due_on else ""
    return f"Tu petición quedó radicada con el número {petition.number}.{due}"


@transaction.atomic(durable=True)
def record_step(*, petition: Petition, step: Step, note: str, by: Member, now: datetime) -> PetitionStep:
    """Store something that happened to a petition. Raises `Refused` when the law does not allow it then."""
    petition = queries.get_petition(member=by, pk=petition.pk, for_update=True)
    check_may(by, "petition.manage", now=now)
    if step.at > now:
        raise Refused("Escribe una fecha que ya haya pasado.")
    stored = _add_step(petition, step, note, by, now)
    store_legal_date(petition, step.kind, now)  # refuses, and undoes the step, when the law does not allow it
    record(
        entity_id=petition.entity_id,
        event_type="petition.step",
        actor=by.actor,
        ref=petition.ref,
        at=now,
        related=[petition.message.conversation.ref],
        facts={"step": step.kind, "at": step.at.isoformat(), "until": step.until.isoformat() if step.until else ""},
        texts={"note": stored.note},
    )
    return stored


def _add_step(petition: Petition, step: Step, note: str, by: Member, now: datetime) -> PetitionStep:
    return PetitionStep.objects.create(
        petition=petition,
        kind=step.kind,
        at=step.at,
        until=step.until,
        note=note.strip()[:300],
        by=by,
        recorded_at=now,
    )


def store_legal_date(petition: Petition, cause: str, now: datetime) -> LegalDate:
    """Store the legal date as counted now, and its cause. Raises `Refused` for a step that the law forbids."""
    count = count_of(petition)
    return LegalDate.objects.create(
        petition=petition, due_on=count.due_on, norm=count.norm, cause=cause, data_version=DATA_VERSION, at=now
    )


@transaction.atomic(durable=True)
def recount_petition(*, petition_id: int, now: datetime) -> LegalDate | None:
    """Count a petition again after the law of holidays changed; keep both dates, and notify who handles it."""
    petition = (
        Petition.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=petition_id)
    )
    before = petition.legal_dates.order_by("-pk").first()
    if before is not None and before.data_version >= DATA_VERSION:
        return None
    after = store_legal_date(petition, LegalDate.LAW, now)
    if before is None or before.due_on == after.due_on:
        return after
    record(
        entity_id=petition.entity_id,
        event_type="petition.recounted",
        actor=SYSTEM,
        ref=petition.ref,
        at=now,
        facts={"before": _iso(before.due_on), "after": _iso(after.due_on), "holidays": DATA_VERSION},
    )
    notify(
        members=members_with(petition.entity, [Role.CITIZEN_RELATIONS], today=timezone.localdate(now)),
        kind=f"petition.recounted.{DATA_VERSION}",
        ref=petition.ref,
        title=f"Cambió la fecha legal de una petición: {_day(before.due_on)} → {_day(after.due_on)}",
        path=petition.get_absolute_url(),
        now=now,
        why="Cambió la ley de festivos.",
    )
    return after


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "ninguna"
