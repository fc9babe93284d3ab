"""Approved pieces, for tests."""

from datetime import datetime
from typing import Any

from pregonero.newsroom.approval_models import Approval, Sending
from pregonero.newsroom.approvals.actions.decisions import approve_version, send_piece
from pregonero.newsroom.piece_models import Piece, PieceVersion
from pregonero.people.models import Member, Office, ProofKind
from pregonero.people.on_behalf.actions import OutsideAct, Proof
from tests.conftest import NOW
from tests.newsroom.pieces import version_of


def approve(piece: Piece | PieceVersion, by: Member, now: datetime = NOW, **changes: Any) -> Approval:
    """Approve the last version of a piece, or a version, as its page does."""
    version = version_of(piece) if isinstance(piece, Piece) else piece
    return approve_version(version=version, by=by, now=now, **{"digest": version.digest} | changes)


def send(piece: Piece, by: Member, now: datetime = NOW, note: str = "Va con la noticia del café.") -> Sending:
    """Approve the last version of a piece and send it to the publishers."""
    return send_piece(approval=approve(piece, by, now), note=note, by=by, now=now)


def neighbours_act(person: Member | None = None, **proof: Any) -> OutsideAct:
    """Return the act with which the neighbouring procedure approved a piece."""
    values = {"kind": ProofKind.NUMBER, "reference": "Acta 41 de 2026"} | proof
    return OutsideAct(
        subject=None,  # type: ignore[arg-type]  the action sets the piece
        what="Aprobó la pieza",
        office=Office.SPOKESPERSON,
        person_name="" if person else "Comité editorial",
        acted_at=NOW,
        proof=Proof(**values),
        person=person,
    )
