"""Record what somebody outside the Group did, with its proof; the person confirms it or says that it is not theirs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.people.actions import notify
from pregonero.people.models import ActOnBehalf, Member, Office, ProofFile, ProofKind, Verdict
from pregonero.people.on_behalf import queries
from pregonero.people.rules import check_may
from pregonero.records.actions import ObjectRef, record

MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """What shows that somebody acted: its kind, what identifies it (who called, the number), and its file if any."""

    kind: ProofKind
    reference: str = ""
    file_name: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class OutsideAct:
    """What somebody outside the Group did, about which object, and when. `person` is set if they can sign in."""

    subject: ObjectRef
    what: str
    office: Office
    person_name: str
    acted_at: datetime
    proof: Proof
    person: Member | None = None


@transaction.atomic(durable=True)
def record_act(*, act: OutsideAct, by: Member, now: datetime) -> ActOnBehalf:
    """Record an act on behalf by itself. An act that changes something else calls `add_act` in its own transaction."""
    return add_act(act=act, by=by, now=now)


def add_act(*, act: OutsideAct, by: Member, now: datetime, related: Iterable[ObjectRef] = ()) -> ActOnBehalf:
    """Store an act on behalf and its event, inside the caller's transaction, and tell the person to confirm it."""
    check_may(by, "acts.record", now=now)
    _check_act(act, by, now)
    stored = ActOnBehalf.objects.create(
        entity_id=by.entity_id,
        subject_kind=act.subject.kind,
        subject_id=act.subject.id,
        subject_name=act.subject.label[:300] or act.subject.reference,
        what=act.what.strip()[:500],
        office=act.office,
        person=act.person,
        person_name=(act.person.name if act.person else act.person_name.strip())[:120],
        acted_at=act.acted_at,
        proof_kind=act.proof.kind,
        proof=act.proof.reference.strip()[:300],
        by=by,
        at=now,
    )
    digest = _add_file(stored, act.proof)
    facts = {"office": act.office, "acted_at": act.acted_at.isoformat(), "proof": act.proof.kind, "file": digest}
    record(
        entity_id=by.entity_id,
        event_type="act.recorded",
        actor=by.actor,
        ref=stored.ref,
        at=now,
        related=[act.subject, *related],
        facts=facts,
        texts={"what": stored.what, "person": stored.person_name, "proof": stored.proof},
    )
    _ask_to_confirm(stored, now)
    return stored


def _ask_to_confirm(act: ActOnBehalf, now: datetime) -> None:
    if act.person is not None:
        notify(
            members=[act.person],
            kind="act.recorded",
            ref=act.ref,
            title=f"Confirma lo que registramos en tu nombre: {act.what}",
            path="/actos/",
            now=now,
            why=f"Lo registró {act.by}.",
        )


def _check_act(act: OutsideAct, by: Member, now: datetime) -> None:
    if not act.what.strip():
        raise Refused("Escribe qué decidió o pidió la persona.")
    if act.person is None and not act.person_name.strip():
        raise Refused("Escribe quién lo hizo.")
    if act.person is not None and act.person.entity_id != by.entity_id:
        raise Refused("Esa persona es de otra entidad.")
    if act.person is not None and act.person.pk == by.pk:
        raise Refused("Lo que hiciste tú no se registra en nombre de otra persona.")
    if act.acted_at > now:
        raise Refused("Escribe un momento que ya haya pasado.")
    if not act.proof.reference.strip() and not act.proof.content:
        raise Refused("Falta la prueba: quién llamó, el número, o el archivo.")
    if act.proof.kind == ProofKind.FILE and not act.proof.content:
        raise Refused("Falta el archivo.")
    if len(act.proof.content) > MOST_BYTES:
        raise Refused("El archivo pesa más de 10 MB.")


def _add_file(stored: ActOnBehalf, proof: Proof) -> str | None:
    if not proof.content:
        return None
    digest = hashlib.sha256(proof.content).hexdigest()
    ProofFile.objects.create(act=stored, name=proof.file_name[:200], content=proof.content, digest=digest)
    return digest


@transaction.atomic(durable=True)
def confirm_act(*, act: ActOnBehalf, by: Member, now: datetime) -> ActOnBehalf:
    """Record that the person who acted confirms it. Only that person can, and once."""
    return _judge(act, Verdict.CONFIRMED, "", by, now)


@transaction.atomic(durable=True)
def dispute_act(*, act: ActOnBehalf, reason: str, by: Member, now: datetime) -> ActOnBehalf:
    """Record that the person says that they did not do it, and tell who recorded it."""
    if not reason.strip():
        raise Refused("Escribe qué no es así.")
    disputed = _judge(act, Verdict.DISPUTED, reason.strip()[:300], by, now)
    notify(
        members=[disputed.by],
        kind="act.disputed",
        ref=disputed.ref,
        title=f"{by} no reconoce lo que registraste en su nombre: {disputed.what}",
        path="/actos/",
        now=now,
        why=disputed.verdict_reason,
    )
    return disputed


def _judge(act: ActOnBehalf, verdict: Verdict, reason: str, by: Member, now: datetime) -> ActOnBehalf:
    act = queries.get_act(member=by, pk=act.pk, for_update=True)
    if act.person_id != by.pk:
        raise NotAllowed("Solo lo confirma quien lo hizo.")
    if act.verdict:
        raise WrongState("Ya dijiste si es así.")
    act.verdict, act.verdict_at, act.verdict_reason = verdict, now, reason
    act.save(update_fields=["verdict", "verdict_at", "verdict_reason"])
    record(
        entity_id=act.entity_id,
        event_type=f"act.{verdict.lower()}",
        actor=by.actor,
        ref=act.ref,
        at=now,
        related=[act.subject],
        texts={"reason": reason},
    )
    return act
