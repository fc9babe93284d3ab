"""Who may approve, send back and send a piece, and in which state (P-4, P-5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pregonero.errors import Conflict, NotAllowed, WrongState
from pregonero.newsroom.approval_models import Approval, GuestLink, UrgentRequest
from pregonero.newsroom.approvals import queries
from pregonero.newsroom.piece_models import Piece, PieceState, PieceVersion
from pregonero.newsroom.pieces.queries import authors_of, last_version, pending_must_change
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may

GUEST_LASTS = timedelta(days=7)
MOST_ANSWERS = 30  # of one link
TO_APPROVE = (PieceState.REVIEW, PieceState.CHANGES)


def check_may_approve(member: Member, version: PieceVersion, *, now: datetime) -> None:
    """Raise unless the member, an adviser, the coordinator or a stand-in, may approve this version now."""
    check_may(member, "piece.approve", now=now)
    check_approvable(version)
    check_not_an_author(version, [member])


def check_may_send_back(member: Member, version: PieceVersion, *, now: datetime) -> None:
    """Raise unless the member may send this version back to its authors now."""
    check_may(member, "piece.approve", now=now)
    check_last(version)
    if version.piece.state not in (*TO_APPROVE, PieceState.APPROVED):
        raise WrongState(f"La pieza está {version.piece.get_state_display()}: ya no se devuelve.")
    if queries.send_back_of(version) is not None:
        raise Conflict("Esta versión ya se devolvió.")


def check_may_record(member: Member, version: PieceVersion, *, now: datetime) -> None:
    """Raise unless the member may record that the neighbouring procedure approved this version."""
    check_may(member, "acts.record", now=now)
    check_approvable(version)
    check_not_an_author(version, [member])


def check_may_ask_urgent(member: Member, version: PieceVersion, *, now: datetime) -> None:
    """Raise unless the member may ask for the urgent way of this version."""
    check_may(member, "piece.urgent", now=now)
    check_approvable(version)
    check_not_an_author(version, [member])
    if queries.urgent_request_of(version) is not None:
        raise Conflict("La vía urgente ya se pidió: falta la firma de otra persona.")


def check_may_sign_urgent(member: Member, request: UrgentRequest, *, now: datetime) -> None:
    """Raise unless the member may be the second person of an urgent approval."""
    check_may(member, "piece.urgent", now=now)
    check_approvable(request.version)
    check_not_an_author(request.version, [member])
    if request.by_id == member.pk:
        raise WrongState("Ya firmaste: la segunda firma es de otra persona.")


def check_may_send(member: Member, approval: Approval, *, now: datetime) -> None:
    """Raise unless the member, an adviser, the coordinator or a stand-in, may send what was approved (P-5)."""
    check_may(member, "piece.send", now=now)
    check_last(approval.version)
    if not approval.is_in_force:
        raise WrongState("Quien la aprobó no lo reconoce: pide otra aprobación.")
    if approval.version.piece.state != PieceState.APPROVED:
        raise WrongState(f"La pieza está {approval.version.piece.get_state_display()}.")
    check_nothing_must_change(approval.version)


def check_approvable(version: PieceVersion) -> None:
    """Raise unless the version is the last one, waits for approval, and no pending note says that it must change."""
    piece = version.piece
    check_last(version)
    if (approval := queries.approval_in_force(version)) is not None:
        raise Conflict(f"Ya la aprobó {approval.who}.")
    if piece.state in (PieceState.PREPARING, PieceState.WITHDRAWN):
        raise WrongState(f"La pieza está {piece.get_state_display()}.")
    check_nothing_must_change(version)


def check_nothing_must_change(version: PieceVersion) -> None:
    """Raise `WrongState` while a pending note of the version asks for a change."""
    pending = len(pending_must_change(version))
    if pending == 1:
        raise WrongState("Hay una nota que pide un cambio: ciérrala si ya quedó, o devuelve la pieza.")
    if pending:
        raise WrongState(f"Hay {pending} notas que piden un cambio: ciérralas si ya quedó, o devuelve la pieza.")


def check_last(version: PieceVersion) -> None:
    """Raise `Conflict` if somebody added a later version."""
    last = last_version(version.piece)
    if last is None or last.pk != version.pk:
        raise Conflict("Llegó una versión nueva mientras mirabas esta: revísala.")


def check_not_an_author(version: PieceVersion, people: Iterable[Member]) -> None:
    """Raise `NotAllowed` if one of them is an author of any version of the piece. The database refuses it too."""
    authors = set(authors_of(version.piece))
    if not authors.isdisjoint(people):
        raise NotAllowed("Nadie aprueba su propia pieza: la aprueba otra persona.")


def check_may_invite(member: Member, piece: Piece, *, now: datetime) -> None:
    """Raise unless the member may invite whoever speaks in the piece to see it."""
    check_may(member, "piece.invite", now=now)
    if piece.state in (PieceState.PREPARING, PieceState.WITHDRAWN):
        raise WrongState(f"La pieza está {piece.get_state_display()}.")


def is_open(link: GuestLink, *, now: datetime) -> bool:
    """Return whether a guest may still use a link: neither expired nor revoked."""
    return link.revoked_at is None and now < link.expires_at


may_approve = as_question(check_may_approve)
may_send_back = as_question(check_may_send_back)
may_record = as_question(check_may_record)
may_ask_urgent = as_question(check_may_ask_urgent)
may_sign_urgent = as_question(check_may_sign_urgent)
may_send = as_question(check_may_send)
may_invite = as_question(check_may_invite)
