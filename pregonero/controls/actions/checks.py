"""Checks of controls with their evidence, and the findings that they open and close."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.controls import queries
from pregonero.controls.actions.incidents import IncidentOpening, close_solved, open_incident
from pregonero.controls.models import AdministratorSeen, Check, Control, Evidence, EvidenceFile, Finding, FindingState
from pregonero.controls.rules import check_may_check, check_times
from pregonero.controls.states import Consequence, ControlKind, EvidenceKind, IncidentKind, Result
from pregonero.errors import Refused, WrongState
from pregonero.media.models import Medium
from pregonero.networks.account_audit import Administrator
from pregonero.networks.models import Account
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import COORDINATOR
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, Actor, ObjectRef, record

OF_ACCESS = "access:"  # begins the key of the findings of the access review
LONGEST_BODY = 200_000  # characters of an answer of a network that is kept as evidence


@dataclass(frozen=True)
class EvidenceDraft:
    """A piece of evidence to store: a stored capture, a PDF, or the text of an answer or of a note."""

    kind: EvidenceKind
    medium: Medium | None = None
    body: str = ""
    name: str = ""
    content: bytes = b""

    @property
    def sha256(self) -> str:
        """Return the digest of the file, or of the text in UTF-8."""
        return self.medium.sha256 if self.medium else hashlib.sha256(self.content or self.body.encode()).hexdigest()


@dataclass(frozen=True)
class CheckDraft:
    """What somebody saw: the result, why it is not met, when they looked, the evidence, and who administers."""

    result: Result
    observed_at: datetime
    note: str = ""
    evidence: tuple[EvidenceDraft, ...] = ()
    administrators: tuple[Administrator, ...] = ()


@transaction.atomic(durable=True)
def record_check(*, control: Control, account: Account, draft: CheckDraft, by: Member, now: datetime) -> Check:
    """Record what a person saw when they checked a control on an account."""
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    account = queries.get_target(member=by, control=control, account_id=account.pk)
    version = queries.current_version(control)
    check_may_check(by, control, version, now=now)
    check_times(observed_at=draft.observed_at, now=now)
    if version.kind == ControlKind.EVIDENCE and not draft.evidence:
        raise Refused(f"Falta la evidencia: {version.evidence}")
    if version.consequence == Consequence.SESSION and draft.result == Result.MET:
        raise Refused("Este control se cumple con la revisión de dispositivos: pega la lista y decide cada uno.")
    return store_check(control=control, account=account, draft=draft, by=by, now=now)


@transaction.atomic(durable=True)
def record_automatic_check(*, control: Control, account: Account, draft: CheckDraft, now: datetime) -> Check:
    """Record what the network answered about a control, as seen by the system."""
    control = Control.objects.select_for_update(no_key=True, of=("self",)).get(pk=control.pk)
    return store_check(control=control, account=account, draft=draft, by=None, now=now)


def store_check(*, control: Control, account: Account, draft: CheckDraft, by: Member | None, now: datetime) -> Check:
    """Store a check with its evidence, and what it leads to, inside the caller's transaction. `by` is None
    when the system made it."""
    note = draft.note.strip()
    if draft.result != Result.MET and not note:
        raise Refused("Escribe qué viste: por qué no se cumple o no se puede verificar.")
    check = Check.objects.create(
        control=control,
        version=queries.current_version(control),
        account=account,
        result=draft.result,
        note=note,
        by=by,
        observed_at=draft.observed_at,
        received_at=now,
    )
    digests = _store_evidence(check, draft.evidence)
    AdministratorSeen.objects.bulk_create(
        AdministratorSeen(check_made=check, remote_id=one.remote_id, name=one.name[:200])
        for one in draft.administrators
    )
    record(
        entity_id=control.entity_id,
        event_type="control.checked",
        actor=by.actor if by else SYSTEM,
        ref=check.ref,
        at=now,
        related=[control.ref, account.ref],
        facts={
            "result": draft.result,
            "version": check.version.number,
            "observed_at": draft.observed_at.isoformat(),
            "evidence": digests,
        },
        texts={"note": note} if note else None,
    )
    _follow(check, now)
    return check


def _store_evidence(check: Check, drafts: Iterable[EvidenceDraft]) -> list[str]:
    """Store the pieces of evidence of a check, each once, and return their digests."""
    by_digest = {draft.sha256: draft for draft in drafts}
    for digest, draft in by_digest.items():
        if len(draft.body) > LONGEST_BODY:
            raise Refused(f"La evidencia tiene más de {LONGEST_BODY} caracteres: deja solo lo que la demuestra.")
        given = {"medium": draft.medium, "body": draft.body, "name": draft.name[:120], "sha256": digest}
        piece = Evidence.objects.create(check_made=check, kind=draft.kind, **given)
        if draft.content:
            EvidenceFile.objects.create(evidence=piece, content=draft.content)
    return sorted(by_digest)


def _follow(check: Check, now: datetime) -> None:
    """Open or close the incident or the finding of a control on an account, as its check says."""
    if check.version.consequence in IncidentKind:
        _follow_incident(check, now)
        return
    key = f"control:{check.control_id}:{check.account_id}"
    opened = Finding.objects.filter(entity_id=check.control.entity_id, key=key, state=FindingState.OPEN).first()
    if check.result == Result.MET and opened is not None:
        end_finding(opened, f"Se cumple desde la revisión {check.pk}.", check.by, now)
    if check.result == Result.NOT_MET and opened is None and check.version.consequence != Consequence.OPEN_DAY:
        _open_finding(check, key, now)


def _follow_incident(check: Check, now: datetime) -> None:
    if check.result == Result.MET:
        close_solved(check=check, now=now)
    elif check.result == Result.NOT_MET:
        opening = IncidentOpening(
            IncidentKind(check.version.consequence), check.version.title, check.note, check.observed_at
        )
        open_incident(control=check.control, account=check.account, opening=opening, by=check.by, now=now)


def _open_finding(check: Check, key: str, now: datetime) -> None:
    finding = Finding.objects.create(
        entity_id=check.control.entity_id,
        key=key,
        control=check.control,
        account=check.account,
        title=f"{check.control.code} no se cumple en {check.account}: {check.version.title}"[:300],
        detail=check.note,
        opened_at=now,
    )
    related = [check.ref, check.control.ref, check.account.ref]
    tell_finding(finding, related, actor=check.by.actor if check.by else SYSTEM, now=now)


def tell_finding(finding: Finding, related: list[ObjectRef], *, actor: Actor, now: datetime) -> None:
    """Record a finding that was just opened and notify who coordinates, inside the caller's transaction."""
    record(
        entity_id=finding.entity_id,
        event_type="finding.opened",
        actor=actor,
        ref=finding.ref,
        at=now,
        related=related,
    )
    notify(
        members=members_with(finding.entity, COORDINATOR, today=timezone.localdate(now)),
        kind="finding.opened",
        ref=finding.ref,
        title=finding.title,
        path=finding.get_absolute_url(),
        now=now,
    )


@transaction.atomic(durable=True)
def plan_finding(*, finding: Finding, owner: Member, plan: str, until: date, by: Member, now: datetime) -> Finding:
    """Say who solves a finding, how, and until when."""
    check_may(by, "findings.manage", now=now)
    finding = queries.get_finding(member=by, pk=finding.pk, for_update=True)
    if finding.state == FindingState.CLOSED:
        raise WrongState("Este hallazgo ya está cerrado.")
    if owner.entity_id != finding.entity_id:
        raise Refused("Quien lo resuelve es de otra entidad.")
    finding.owner, finding.plan, finding.plan_until = owner, plan.strip(), until
    finding.save(update_fields=["owner", "plan", "plan_until"])
    record(
        entity_id=finding.entity_id,
        event_type="finding.planned",
        actor=by.actor,
        ref=finding.ref,
        at=now,
        related=[owner.ref],
        facts={"until": until.isoformat()},
        texts={"plan": finding.plan},
    )
    return finding


@transaction.atomic(durable=True)
def close_finding(*, finding: Finding, reason: str, by: Member, now: datetime) -> Finding:
    """Close a finding, saying how it was solved. Those of a control close with the check that finds it met."""
    check_may(by, "findings.manage", now=now)
    finding = queries.get_finding(member=by, pk=finding.pk, for_update=True)
    if finding.state == FindingState.CLOSED:
        raise WrongState("Este hallazgo ya está cerrado.")
    if finding.control_id is not None:
        raise WrongState("Este hallazgo se cierra con una revisión en la que el control se cumpla.")
    if finding.key.startswith(OF_ACCESS):
        raise WrongState("Este hallazgo se cierra solo cuando el acceso quede como debe.")
    if not reason.strip():
        raise Refused("Escribe cómo se resolvió.")
    return end_finding(finding, reason.strip(), by, now)


def end_finding(finding: Finding, why: str, by: Member | None, now: datetime) -> Finding:
    """Close a finding inside the caller's transaction; `by` is None when the system saw that it was solved."""
    finding.state, finding.closed_at, finding.closed_why = FindingState.CLOSED, now, why
    finding.save(update_fields=["state", "closed_at", "closed_why"])
    record(
        entity_id=finding.entity_id,
        event_type="finding.closed",
        actor=by.actor if by else SYSTEM,
        ref=finding.ref,
        at=now,
        texts={"reason": why},
    )
    return finding
