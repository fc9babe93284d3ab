"""Incidents: opened by a person or a check, followed step by step, and closed with the proof of each (section 6)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from pregonero.controls import queries
from pregonero.controls.models import Check, Control, Incident, IncidentStep
from pregonero.controls.states import IncidentKind, StepKind
from pregonero.errors import Conflict, Refused, WrongState
from pregonero.media.models import Medium
from pregonero.networks.actions.register import hold_account, release_account
from pregonero.networks.models import Account, Credential, CredentialState
from pregonero.networks.queries import get_account
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import networks_people_and_coordinators
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

NEEDS_PROOF = (StepKind.SESSION_ENDED, StepKind.CREDENTIAL_CHANGED, StepKind.TURNED_ON, StepKind.UNBLOCKED)


@dataclass(frozen=True)
class IncidentOpening:
    """What was seen on an account, and when."""

    kind: IncidentKind
    title: str
    detail: str
    seen_at: datetime
    seen_by: str = ""
    medium: Medium | None = None


@transaction.atomic(durable=True)
def report_incident(*, account: Account, opening: IncidentOpening, by: Member, now: datetime) -> Incident:
    """Open an incident that a person saw. Until its session and credential are safe, nothing goes out there.

    When the account already has one, what this person saw is added to its history.
    """
    check_may(by, "controls.check", now=now)
    account = get_account(member=by, pk=account.pk)
    if opening.seen_at > now:
        raise Refused("La hora en que lo viste está en el futuro: escríbela otra vez.")
    control = queries.control_of_sessions(account)
    incident = open_incident(control=control, account=account, opening=opening, by=by, now=now)
    if incident.opened_at < now:
        _record_seen_again(incident, opening, by, now)
    return incident


def _record_seen_again(incident: Incident, opening: IncidentOpening, by: Member, now: datetime) -> None:
    record(
        entity_id=incident.entity_id,
        event_type="incident.seen_again",
        actor=by.actor,
        ref=incident.ref,
        at=now,
        related=[incident.account.ref],
        facts={
            "seen_at": opening.seen_at.isoformat(),
            "evidence": opening.medium.sha256 if opening.medium else "",
        },
        texts={"detail": " ".join(filter(None, (f"{opening.title}.", opening.seen_by, opening.detail)))},
    )


def open_incident(
    *, control: Control | None, account: Account, opening: IncidentOpening, by: Member | None, now: datetime
) -> Incident:
    """Open an incident inside the caller's transaction; return the open one if its cause already has it."""
    actor = by.actor if by else SYSTEM
    if opening.kind == IncidentKind.SESSION:
        reason = "Incidente de seguridad abierto: no sale nada hasta que la cuenta sea segura."
        account = hold_account(account=account, reason=reason, actor=actor, now=now)
    known = Incident.objects.filter(account=account, control=control, closed_at__isnull=True).first()
    if known is not None:
        return known
    incident = Incident.objects.create(
        entity_id=account.entity_id,
        account=account,
        control=control,
        kind=opening.kind,
        title=opening.title[:200],
        detail=opening.detail[:500],
        seen_at=opening.seen_at,
        seen_by=opening.seen_by[:120],
        medium=opening.medium,
        opened_at=now,
        opened_by=by,
    )
    _record_opening(incident, now)
    notify(
        members=networks_people_and_coordinators(incident.entity, today=timezone.localdate(now)),
        kind="incident.opened",
        ref=incident.ref,
        title=f"Incidente en {account}: {incident.title}",
        path=incident.get_absolute_url(),
        now=now,
    )
    return incident


def _record_opening(incident: Incident, now: datetime) -> None:
    record(
        entity_id=incident.entity_id,
        event_type="incident.opened",
        actor=incident.opened_by.actor if incident.opened_by else SYSTEM,
        ref=incident.ref,
        at=now,
        related=[incident.account.ref, *([incident.control.ref] if incident.control else [])],
        facts={
            "kind": incident.kind,
            "seen_at": incident.seen_at.isoformat(),
            "evidence": incident.medium.sha256 if incident.medium else "",
        },
        texts={"title": incident.title, "detail": f"{incident.seen_by} {incident.detail}".strip()},
    )


@transaction.atomic(durable=True)
def do_step(
    *, incident: Incident, kind: StepKind, note: str, medium: Medium | None, by: Member, now: datetime
) -> IncidentStep:
    """Record the next step of an incident with its proof. Steps are done in order, each once."""
    check_may(by, "controls.check", now=now)
    incident = queries.get_incident(member=by, pk=incident.pk, for_update=True)
    check_next_step(incident, kind)
    note = note.strip()
    if kind in NEEDS_PROOF and not note and medium is None:
        raise Refused("Falta la prueba: una captura, o escribe cómo se hizo.")
    if kind == StepKind.AUTHORIZED:
        _check_authorized(incident)
    if kind == StepKind.RESUMED:
        release_account(account=incident.account, actor=by.actor, now=now)
    return _add_step(incident=incident, kind=kind, note=note, medium=medium, by=by, now=now)


def close_solved(*, check: Check, now: datetime) -> None:
    """Close the incident of a control that a check finds met again, inside the caller's transaction.

    An incident of a session is never closed so: its steps are a person's.
    """
    opened = Incident.objects.select_for_update(no_key=True, of=("self",)).filter(
        account=check.account, control=check.control, closed_at__isnull=True
    )
    incident = opened.exclude(kind=IncidentKind.SESSION).select_related("account").first()
    if incident is None:
        return
    for kind in incident.kinds_of_steps:
        if kind not in incident.done():
            note = f"Lo encontró así la revisión {check.pk}."
            _add_step(incident=incident, kind=kind, note=note, medium=None, by=check.by, now=now)


def check_next_step(incident: Incident, kind: StepKind) -> None:
    """Raise unless this is the next step of the incident."""
    if incident.closed_at is not None:
        raise WrongState("Este incidente ya está cerrado.")
    following = queries.next_step(incident)
    if kind in incident.done():
        raise Conflict(f"Ya se hizo este paso: {kind.label}.")
    if kind != following:
        raise WrongState(f"El paso que sigue es otro: {following.label if following else 'ninguno'}.")


def _check_authorized(incident: Incident) -> None:
    """Raise unless the account was connected again after the incident was opened, and its test call passed since."""
    account = Account.objects.get(pk=incident.account_id)
    credential = Credential.objects.filter(account=account, state=CredentialState.GOOD).first()
    if credential is None or credential.connected_at <= incident.opened_at:
        raise WrongState(f"Conecta otra vez {account}: la credencial de antes se retira y se usa la nueva.")
    if not account.test_passed or account.tested_at is None or account.tested_at <= credential.connected_at:
        raise WrongState(f"Prueba la conexión de {account}: falta comprobar que la credencial nueva sirve.")


def _add_step(
    *, incident: Incident, kind: StepKind, note: str, medium: Medium | None, by: Member | None, now: datetime
) -> IncidentStep:
    try:
        with transaction.atomic():
            step = IncidentStep.objects.create(incident=incident, kind=kind, note=note, medium=medium, by=by, at=now)
    except IntegrityError as twice:
        raise Conflict(f"Ya se hizo este paso: {kind.label}.") from twice
    if kind == StepKind.CLOSED:
        incident.closed_at = now
        incident.save(update_fields=["closed_at"])
    record(
        entity_id=incident.entity_id,
        event_type="incident.step",
        actor=by.actor if by else SYSTEM,
        ref=incident.ref,
        at=now,
        related=[incident.account.ref],
        facts={
            "step": kind,
            "minutes_exposed": int(incident.exposure(now=now).total_seconds() // 60),
            "evidence": medium.sha256 if medium else "",
        },
        texts={"note": note} if note else None,
    )
    return step


@transaction.atomic(durable=True)
def release_incident(*, incident: Incident, reason: str, by: Member, now: datetime) -> Incident:
    """Let an account publish while its incident is still open, as the coordinator decides and for a reason."""
    check_may(by, "incidents.release", now=now)
    incident = queries.get_incident(member=by, pk=incident.pk, for_update=True)
    if incident.closed_at is not None or not incident.account.held_reason:
        raise WrongState("Los envíos de esta cuenta no están retenidos.")
    if not reason.strip():
        raise Refused("Escribe por qué se liberan los envíos antes de terminar.")
    release_account(account=incident.account, actor=by.actor, now=now)
    incident.released_at, incident.released_by, incident.released_why = now, by, reason.strip()[:300]
    incident.save(update_fields=["released_at", "released_by", "released_why"])
    record(
        entity_id=incident.entity_id,
        event_type="incident.released",
        actor=by.actor,
        ref=incident.ref,
        at=now,
        related=[incident.account.ref],
        texts={"reason": incident.released_why},
    )
    return incident
