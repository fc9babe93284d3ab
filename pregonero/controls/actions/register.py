"""The register of controls: adopted from the procedure, edited in versions, retired; and its exceptions."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.controls import queries
from pregonero.controls.catalog import CatalogControl, shipped
from pregonero.controls.models import Control, ControlException, ControlVersion, MeasureDecision
from pregonero.controls.states import ControlKind
from pregonero.errors import Conflict, NotFound, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, ObjectRef, record

BY_SYSTEM = (ControlKind.AUTO, ControlKind.RULE)  # only for the shipped controls that the code knows
FIRST_REASON = "Control de la sección 6 del procedimiento."


@dataclass(frozen=True)
class ControlText:
    """What a version of a control says; the fields are those of `ControlVersion`."""

    title: str
    statement: str
    purpose: str
    kind: str
    cadence: str
    duty: str
    criterion: str
    evidence: str
    consequence: str
    screen: str = ""
    advice: str = ""


@transaction.atomic(durable=True)
def adopt_catalog(*, entity: Entity, now: datetime) -> list[Control]:
    """Add to an entity's register the controls of the procedure that it does not have; return those added."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    known = set(Control.objects.filter(entity=entity).values_list("code", flat=True))
    missing = [(place, row) for place, row in enumerate(shipped().controls) if row.code not in known]
    return [_adopt(entity, row, place, now) for place, row in missing]


def _adopt(entity: Entity, row: CatalogControl, place: int, now: datetime) -> Control:
    control = Control.objects.create(
        entity=entity,
        code=row.code,
        network=row.network,
        topic=row.topic,
        origin=row.origin,
        position=place,
        since=timezone.localdate(now),
    )
    given = asdict(row)
    text = ControlText(**{field.name: given[field.name] for field in fields(ControlText) if field.name in given})
    _add_version(control, text, reason=FIRST_REASON, by=None, now=now)
    return control


@transaction.atomic(durable=True)
def add_control(*, code: str, network: str, text: ControlText, reason: str, by: Member, now: datetime) -> Control:
    """Add a control of the entity's own to the register."""
    check_may(by, "controls.manage", now=now)
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    code = code.strip().upper()
    if Control.objects.filter(entity=entity, code=code).exists():
        raise Conflict(f"Ya hay un control {code}: usa otro código.")
    control = Control.objects.create(
        entity=entity,
        code=code,
        network=network,
        topic=text.title,
        origin="o",
        position=Control.objects.filter(entity=entity).count(),
        since=timezone.localdate(now),
    )
    _add_version(control, text, reason=reason, by=by, now=now)
    return control


@transaction.atomic(durable=True)
def edit_control(*, control: Control, text: ControlText, reason: str, by: Member, now: datetime) -> ControlVersion:
    """Change what a control says from now on; the checks made before keep the version that they were judged by."""
    check_may(by, "controls.manage", now=now)
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    if control.retired_at is not None:
        raise WrongState(f"El control {control.code} está retirado.")
    return _add_version(control, text, reason=reason, by=by, now=now)


def _add_version(
    control: Control, text: ControlText, *, reason: str, by: Member | None, now: datetime
) -> ControlVersion:
    if not reason.strip():
        raise Refused("Escribe por qué: queda en la historia del control.")
    if text.kind in BY_SYSTEM and text.kind != next(
        (row.kind for row in shipped().controls if row.code == control.code), ""
    ):
        raise Refused("Este control lo revisa una persona: el sistema no sabe cómo mirarlo.")
    version = ControlVersion.objects.create(
        control=control, number=control.versions.count() + 1, reason=reason.strip(), by=by, at=now, **asdict(text)
    )
    record(
        entity_id=control.entity_id,
        event_type="control.version",
        actor=by.actor if by else SYSTEM,
        ref=control.ref,
        at=now,
        facts={"number": version.number, **asdict(text)},
        texts={"reason": version.reason},
    )
    return version


@transaction.atomic(durable=True)
def retire_control(*, control: Control, reason: str, by: Member, now: datetime) -> Control:
    """Take a control out of the register from now on; its history stays."""
    check_may(by, "controls.manage", now=now)
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    if control.retired_at is not None:
        raise WrongState(f"El control {control.code} ya está retirado.")
    if not reason.strip():
        raise Refused("Escribe por qué se retira: queda en la historia del control.")
    control.retired_at, control.retired_why = now, reason.strip()
    control.save(update_fields=["retired_at", "retired_why"])
    record(
        entity_id=by.entity_id,
        event_type="control.retired",
        actor=by.actor,
        ref=control.ref,
        at=now,
        texts={"reason": control.retired_why},
    )
    return control


@transaction.atomic(durable=True)
def grant_exception(
    *, control: Control, account: Account, reason: str, compensation: str, ends_on: date, by: Member, now: datetime
) -> ControlException:
    """Accept that a control is not met on an account until a date, for a reason and with a compensating measure."""
    check_may(by, "controls.manage", now=now)
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    account = queries.get_target(member=by, control=control, account_id=account.pk)
    if queries.open_exception(control, account) is not None:
        raise Conflict("Ya hay una excepción: termínala antes de poner otra.")
    if ends_on < timezone.localdate(now):
        raise Refused("La excepción termina en el pasado: escribe una fecha que no haya llegado.")
    exception = ControlException.objects.create(
        control=control,
        account=account,
        reason=reason.strip(),
        compensation=compensation.strip(),
        ends_on=ends_on,
        by=by,
        at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="control.exception",
        actor=by.actor,
        ref=exception.ref,
        at=now,
        related=[control.ref, account.ref],
        facts={"ends_on": ends_on.isoformat()},
        texts={"reason": exception.reason, "compensation": exception.compensation},
    )
    return exception


@transaction.atomic(durable=True)
def end_exception(*, control: Control, account: Account, by: Member, now: datetime) -> ControlException:
    """End an exception before its date, or after it, so that another can be granted."""
    check_may(by, "controls.manage", now=now)
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    exception = queries.open_exception(control, account)
    if exception is None:
        raise NotFound("No hay una excepción que terminar.")
    exception.ended_at, exception.ended_by = now, by
    exception.save(update_fields=["ended_at", "ended_by"])
    record(
        entity_id=by.entity_id,
        event_type="control.exception_ended",
        actor=by.actor,
        ref=exception.ref,
        at=now,
        related=[control.ref, account.ref],
    )
    return exception


@transaction.atomic(durable=True)
def decide_measure(*, code: str, is_adopted: bool, reason: str, by: Member, now: datetime) -> MeasureDecision:
    """Record what the entity decides about a measure that a network offers."""
    check_may(by, "controls.manage", now=now)
    measure = next((one for one in shipped().measures if one.code == code), None)
    if measure is None:
        raise NotFound
    if not reason.strip():
        raise Refused("Escribe por qué se decide así.")
    decision = MeasureDecision.objects.create(
        entity_id=by.entity_id, code=code, is_adopted=is_adopted, reason=reason.strip(), by=by, at=now
    )
    record(
        entity_id=by.entity_id,
        event_type="control.measure_decided",
        actor=by.actor,
        ref=ObjectRef("measure", decision.pk, f"{measure.title} ({measure.network})"),
        at=now,
        facts={"code": code, "adopted": is_adopted},
        texts={"reason": decision.reason},
    )
    return decision
