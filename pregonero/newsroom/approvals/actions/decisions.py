"""Approve a version of a piece, send it back, and send what was approved to the publishers (P-4, P-5)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from pregonero.errors import NotAllowed, Refused
from pregonero.newsroom.approval_models import Approval, ApprovalWay, SendBack, Sending, UrgentRequest
from pregonero.newsroom.approvals import queries, rules
from pregonero.newsroom.approvals.links import approval_path, phone_path
from pregonero.newsroom.piece_models import Piece, PieceState, PieceVersion
from pregonero.newsroom.pieces.queries import authors_of, get_piece, get_version
from pregonero.people.actions import mark_seen, notify
from pregonero.people.models import Member
from pregonero.people.on_behalf.actions import OutsideAct, add_act
from pregonero.people.queries import members_with, networks_people
from pregonero.people.roles import GROUP_HEADS, PERMISSIONS
from pregonero.records.actions import ObjectRef, record


def announce_version(version: PieceVersion, *, by: Member, now: datetime) -> None:
    """Tell those who approve that a version waits for them, inside the transaction that adds it."""
    today, authors = timezone.localdate(now), authors_of(version.piece)
    approvers = [
        member
        for member in members_with(version.piece.entity, GROUP_HEADS, today=today)
        if member != by and member not in authors
    ]
    notify(
        members=approvers,
        kind=f"piece.to_approve:{version.number}",
        ref=version.piece.ref,
        title=f"Por aprobar: {version.piece.title}, {version}",
        path=phone_path(version, now=now),
        now=now,
        why=f"La subió {by}.",
    )


@transaction.atomic(durable=True)
def approve_version(*, version: PieceVersion, digest: str, note: str = "", by: Member, now: datetime) -> Approval:
    """Approve exactly the version that the person saw, named by its `digest` (P-4)."""
    version = _locked(version, by)
    rules.check_may_approve(by, version, now=now)
    _check_digest(version, digest)
    return _approve(version, ApprovalWay.HERE, by, now, note=note.strip()[:500])


@transaction.atomic(durable=True)
def record_approval(*, version: PieceVersion, act: OutsideAct, by: Member, now: datetime) -> Approval:
    """Record that the neighbouring procedure approved a version, with its proof; its person confirms it later (P-4)."""
    version = _locked(version, by)
    rules.check_may_record(by, version, now=now)
    if act.person is not None:
        rules.check_not_an_author(version, [act.person])
    stored = add_act(act=replace(act, subject=version.piece.ref), by=by, now=now, related=[version.ref])
    return _approve(version, ApprovalWay.NEIGHBOUR, by, now, act=stored)


@transaction.atomic(durable=True)
def ask_urgent(*, version: PieceVersion, reason: str, by: Member, now: datetime) -> UrgentRequest:
    """Sign first an urgent approval, with its reason; it approves nothing until another person signs (P-4)."""
    version = _locked(version, by)
    rules.check_may_ask_urgent(by, version, now=now)
    if not reason.strip():
        raise Refused("Escribe por qué no puede esperar a la asesoría ni a la coordinación.")
    request = UrgentRequest.objects.create(version=version, by=by, at=now, reason=reason.strip()[:300])
    _record("piece.urgent_asked", version, by, now, texts={"reason": request.reason})
    others = members_with(version.piece.entity, PERMISSIONS["piece.urgent"].roles, today=timezone.localdate(now))
    authors = authors_of(version.piece)
    notify(
        members=[member for member in others if member != by and member not in authors],
        kind=f"piece.urgent:{version.number}",
        ref=version.piece.ref,
        title=f"Falta tu firma: {version.piece.title}, por la vía urgente",
        path=approval_path(version.piece),
        now=now,
        why=f"{by}: {request.reason}",
    )
    return request


@transaction.atomic(durable=True)
def sign_urgent(*, version: PieceVersion, digest: str, by: Member, now: datetime) -> Approval:
    """Sign second an urgent approval, which approves the version (P-4)."""
    version = _locked(version, by)
    request = queries.urgent_request_of(version)
    if request is None:
        raise Refused("Nadie ha pedido la vía urgente para esta versión.")
    request.version = version
    rules.check_may_sign_urgent(by, request, now=now)
    _check_digest(version, digest)
    return _approve(version, ApprovalWay.URGENT, request.by, now, second=by, reason=request.reason)


@transaction.atomic(durable=True)
def send_back(*, version: PieceVersion, note: str, by: Member, now: datetime) -> SendBack:
    """Send a version back to its authors, who are told what must change."""
    version = _locked(version, by)
    rules.check_may_send_back(by, version, now=now)
    if not note.strip():
        raise Refused("Escribe qué hay que cambiar: lo lee quien la hizo.")
    sent_back = SendBack.objects.create(version=version, by=by, at=now, note=note.strip()[:1000])
    _move(version.piece, PieceState.CHANGES)
    _see_request(version, by, now)
    _record("piece.sent_back", version, by, now, texts={"note": sent_back.note})
    notify(
        members=[member for member in authors_of(version.piece) if member != by],
        kind=f"piece.sent_back:{version.number}",
        ref=version.piece.ref,
        title=f"Para corregir: {version.piece.title}, {version}",
        path=approval_path(version.piece),
        now=now,
        why=f"{by}: {sent_back.note}",
    )
    return sent_back


@transaction.atomic(durable=True)
def send_piece(*, approval: Approval, note: str = "", by: Member, now: datetime) -> Sending:
    """Send an approved version to those responsible for the networks, who find it in their list at once (P-5)."""
    approval = queries.get_approval(member=by, pk=approval.pk)
    approval.version = _locked(approval.version, by)
    rules.check_may_send(by, approval, now=now)
    piece = approval.version.piece
    sending = Sending.objects.create(approval=approval, by=by, at=now, note=note.strip()[:500])
    _move(piece, PieceState.SENT)
    told = notify(
        members=networks_people(piece.entity, today=timezone.localdate(now)),
        kind=f"piece.sent:{approval.version.number}",
        ref=piece.ref,
        title=f"{by} te envió: {piece.title}",
        path=approval_path(piece),
        now=now,
        why=sending.note or "Está aprobada y lista para usar.",
    )
    _record(
        "piece.sent",
        approval.version,
        by,
        now,
        facts={"approval": approval.pk, "to": [notice.member_id for notice in told]},
        texts={"note": sending.note},
    )
    return sending


@transaction.atomic(durable=True)
def receive_piece(*, sending: Sending, by: Member, now: datetime) -> None:
    """Record that a publisher saw the piece that was sent to them; a second call changes nothing."""
    version = sending.approval.version
    mark_seen(kind=f"piece.sent:{version.number}", ref=version.piece.ref, by=by, now=now)


def _locked(version: PieceVersion, by: Member) -> PieceVersion:
    """Lock the piece, which orders this act with new versions, notes and other approvals; return the version anew."""
    piece = get_piece(member=by, pk=version.piece_id, for_update=True)
    version = get_version(member=by, pk=version.pk)
    version.piece = piece
    return version


def _check_digest(version: PieceVersion, digest: str) -> None:
    if digest != version.digest:
        raise NotAllowed("Lo que viste no es lo que hay ahora: abre la pieza otra vez.")


def _approve(version: PieceVersion, way: ApprovalWay, by: Member, now: datetime, **values: Any) -> Approval:
    approval = Approval.objects.create(version=version, digest=version.digest, way=way, by=by, at=now, **values)
    if version.piece.state == PieceState.SENT:  # an act that was disputed approved it before
        _move(version.piece, PieceState.REVIEW)
    _move(version.piece, PieceState.APPROVED)
    signer = approval.second or by
    _see_request(version, signer, now)
    facts = {"approval": approval.pk, "way": way.value, "digest": approval.digest, "sha256": version.medium.sha256}
    if approval.second is not None:
        facts["first"] = by.pk
    related = [approval.act.ref] if approval.act is not None else []
    texts = {"note": approval.note, "reason": approval.reason}
    _record("piece.approved", version, signer, now, related=related, facts=facts, texts=texts)
    if approval.second is not None:
        others = members_with(version.piece.entity, GROUP_HEADS, today=timezone.localdate(now))
        notify(
            members=[member for member in others if member not in (by, signer)],
            kind=f"piece.urgent_approved:{version.number}",
            ref=version.piece.ref,
            title=f"{approval.who} aprobaron por la vía urgente: {version.piece.title}",
            path=approval_path(version.piece),
            now=now,
            why=approval.reason,
        )
    return approval


def _see_request(version: PieceVersion, by: Member, now: datetime) -> None:
    for kind in ("piece.to_approve", "piece.urgent"):
        mark_seen(kind=f"{kind}:{version.number}", ref=version.piece.ref, by=by, now=now)


def _move(piece: Piece, state: PieceState) -> None:
    if piece.state != state:
        piece.state = state
        piece.save(update_fields=["state"])


def _record(
    event_type: str,
    version: PieceVersion,
    by: Member,
    now: datetime,
    *,
    related: Iterable[ObjectRef] = (),
    facts: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    record(
        entity_id=version.piece.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=version.piece.ref,
        at=now,
        related=[version.ref, *related],
        facts={"version": version.number, **(facts or {})},
        texts=texts,
    )
