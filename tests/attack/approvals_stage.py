"""Pieces in each state of their approval, for the stage of the attacks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from pregonero.newsroom.approval_models import GuestLink, Sending
from pregonero.newsroom.approvals.actions.decisions import ask_urgent
from pregonero.newsroom.approvals.actions.guests import invite_guest
from pregonero.newsroom.approvals.links import phone_path
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.newsroom.approvals import approve, send
from tests.newsroom.pieces import photograph, version_of


@dataclass(frozen=True)
class ApprovalRows:
    """A piece to approve, an approved one, one that was sent, one with a first urgent signature, and a guest link."""

    to_approve: Piece
    approved: Piece
    sent: Piece
    urgent: Piece
    sending: Sending
    guest: GuestLink


def make_approvals(news: News, people: dict[Role, Member], now: datetime) -> ApprovalRows:
    """Have the producer make the pieces, and the coordinator approve two of them."""
    coordinator = people[Role.COORDINATOR]
    to_approve, approved, sent, urgent = (photograph(news, people[Role.PRODUCER]) for _ in range(4))
    approve(approved, coordinator, now)
    sending = send(sent, coordinator, now)
    ask_urgent(version=version_of(urgent), reason="Cierra la frontera", by=coordinator, now=now)
    guest, _ = invite_guest(version=version_of(to_approve), name="Elena Paz", by=coordinator, now=now)
    return ApprovalRows(to_approve, approved, sent, urgent, sending, guest)


def seen(name: str) -> Any:
    """Return the form of an act on the version of a piece that the person saw."""

    def form(stage: Any) -> dict[str, str]:
        version = version_of(getattr(stage.approvals, name))
        return {"version": str(version.pk), "digest": version.digest, "note": "Cambia el logo", "reason": "No espera"}

    return form


def act(stage: Any) -> dict[str, str]:
    """Return the form that records an approval of the neighbouring procedure."""
    return {
        "what": "Aprobó la pieza",
        "office": "SPOKESPERSON",
        "person_name": "Comité",
        "proof_kind": "NUMBER",
        "proof": "Acta 41",
        "day": f"{timezone.localdate():%Y-%m-%d}",
        "hour": "00:00",
    }


def token_of(stage: Any) -> list[str]:
    """Return the signed part of the address that opens a version on a phone."""
    path = phone_path(version_of(stage.approvals.to_approve), now=timezone.now())
    return [path.rstrip("/").rpartition("/")[2]]
