"""The handover of a person who leaves: started, proved step by step, and closed when nothing is left (item 5)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from pregonero.controls import departure_queries as queries
from pregonero.controls.departure_queries import Holding
from pregonero.controls.models import Departure, DepartureStep
from pregonero.errors import Conflict, NotFound, Refused, WrongState
from pregonero.media.models import Medium
from pregonero.people.models import Member
from pregonero.people.queries import get_member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

SEEN_BY_SYSTEM = "Pregonero comprobó que ya no lo tiene."


@transaction.atomic(durable=True)
def start_departure(*, member: Member, by: Member, now: datetime) -> Departure:
    """Start the handover of a person who leaves, with a step for each thing that they hold."""
    check_may(by, "people.manage", now=now)
    member = get_member(member=by, pk=member.pk)
    _check_is_somebody_else(member, by)
    try:
        with transaction.atomic():
            departure = Departure.objects.create(
                entity_id=member.entity_id, member=member, started_by=by, started_at=now
            )
    except IntegrityError as twice:
        raise Conflict(f"La salida de {member} ya empezó.") from twice
    _refresh(departure, now)
    record(
        entity_id=member.entity_id,
        event_type="departure.started",
        actor=by.actor,
        ref=departure.ref,
        at=now,
        related=[member.ref],
        facts={"steps": [step.key for step in departure.steps.order_by("pk")]},
    )
    return departure


@transaction.atomic(durable=True)
def do_departure_step(
    *, member: Member, step_id: int, note: str, medium: Medium | None, by: Member, now: datetime
) -> DepartureStep:
    """Record that a person no longer holds something, with its proof; what the system sees it checks itself."""
    check_may(by, "controls.check", now=now)
    departure = queries.get_departure(by=by, member=member, for_update=True)
    _check_is_somebody_else(member, by)
    step = departure.steps.filter(pk=step_id).first()
    if step is None:
        raise NotFound
    if step.done_at is not None:
        raise Conflict("Ya se hizo este paso.")
    held = {holding.key for holding in queries.holdings_of(departure.member, now=now)}
    if step.is_verified and step.key in held:
        raise WrongState(f"{member} todavía lo tiene: {step.label}")
    if not note.strip() and medium is None:
        raise Refused("Falta la prueba: una captura, o escribe cómo se hizo.")
    return _finish(step, note.strip(), medium, by, now)


def _finish(step: DepartureStep, note: str, medium: Medium | None, by: Member, now: datetime) -> DepartureStep:
    step.note, step.medium, step.done_by, step.done_at = note, medium, by, now
    step.save(update_fields=["note", "medium", "done_by", "done_at"])
    record(
        entity_id=step.departure.entity_id,
        event_type="departure.step",
        actor=by.actor,
        ref=step.departure.ref,
        at=now,
        related=[step.departure.member.ref],
        facts={"step": step.key, "evidence": medium.sha256 if medium else ""},
        texts={"note": note} if note else None,
    )
    return step


@transaction.atomic(durable=True)
def close_departure(*, member: Member, by: Member, now: datetime) -> Departure:
    """Close the handover of a person. Raises when something is still in their hands, also what came after it began."""
    check_may(by, "people.manage", now=now)
    departure = queries.get_departure(by=by, member=member, for_update=True)
    _check_is_somebody_else(member, by)
    _refresh(departure, now)
    missing = departure.steps.filter(done_at__isnull=True).count()
    if missing:
        raise WrongState(f"Faltan {missing} pasos para cerrarla." if missing > 1 else "Falta un paso para cerrarla.")
    departure.closed_by, departure.closed_at = by, now
    departure.save(update_fields=["closed_by", "closed_at"])
    record(
        entity_id=departure.entity_id,
        event_type="departure.closed",
        actor=by.actor,
        ref=departure.ref,
        at=now,
        related=[departure.member.ref],
    )
    return departure


@transaction.atomic(durable=True)
def refresh_departure(*, departure: Departure, now: datetime) -> None:
    """Add steps for what the person received meanwhile, and finish those that the system sees in other hands."""
    departure = Departure.objects.select_for_update(no_key=True, of=("self",)).get(pk=departure.pk)
    if departure.closed_at is None:
        _refresh(departure, now)


def _refresh(departure: Departure, now: datetime) -> None:
    held = queries.holdings_of(departure.member, now=now)
    known = dict(departure.steps.order_by("done_at").values_list("key", "done_at"))  # open steps come last
    for holding in (one for one in held if _needs_a_step(one, known)):
        DepartureStep.objects.create(
            departure=departure,
            key=holding.key,
            label=holding.label,
            path=holding.path,
            is_verified=holding.is_verified,
        )
    keys = {holding.key for holding in held}
    seen = departure.steps.filter(done_at__isnull=True, is_verified=True).exclude(key__in=keys)
    seen.update(done_at=now, note=SEEN_BY_SYSTEM)


def _needs_a_step(holding: Holding, known: Mapping[str, datetime | None]) -> bool:
    """Whether nobody looks after a holding: it has no step, or it came back after the system saw it in other hands."""
    return holding.key not in known or (holding.is_verified and known[holding.key] is not None)


def _check_is_somebody_else(member: Member, by: Member) -> None:
    if member.pk == by.pk:
        raise Refused("Tu salida la lleva otra persona: nadie comprueba lo suyo.")
