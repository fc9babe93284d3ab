"""What the pages of a piece show of its approval: what was decided, and what the person may do now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pregonero.errors import Refused
from pregonero.newsroom.approval_models import Approval, GuestLink, SendBack, Sending, UrgentRequest
from pregonero.newsroom.approvals import queries, rules
from pregonero.newsroom.approvals.post_texts import PostText, post_texts
from pregonero.newsroom.piece_models import Piece, PieceNote, PieceVersion
from pregonero.newsroom.pieces.queries import authors_of, last_version, pending_must_change
from pregonero.people.models import Member, Notice
from pregonero.people.queries import receipts_of
from pregonero.people.rules import may


@dataclass(frozen=True)
class ApprovalPanel:
    """The approval of the last version of a piece, as one person sees it.

    Each `why_not_…` is the sentence that stands beside the button that cannot act; empty when it can.
    """

    piece: Piece
    version: PieceVersion
    authors: list[Member]
    must_change: list[PieceNote]
    approval: Approval | None
    disputed: Approval | None
    sending: Sending | None
    receipts: list[Notice]
    send_back: SendBack | None
    urgent: UrgentRequest | None
    urgent_this_year: int
    guests: list[GuestLink]
    is_unseen: bool  # it was sent to this person, who has not said that they have it
    posts: list[PostText]
    approves: bool  # the person's role approves pieces
    signs_urgent: bool
    sends: bool
    why_not_approve: str
    why_not_send_back: str
    why_not_send: str
    why_not_urgent: str
    may_record: bool
    may_invite: bool
    now: datetime

    @property
    def waits(self) -> bool:
        """Return whether the version still waits for an approval."""
        return self.approval is None

    @property
    def open_guests(self) -> list[GuestLink]:
        """Return the guest links that still open the piece."""
        return [link for link in self.guests if rules.is_open(link, now=self.now)]


def panel_of(*, member: Member, piece: Piece, now: datetime) -> ApprovalPanel | None:
    """Return the approval of a piece as a member sees it, or None while the piece has no version."""
    version = last_version(piece)
    if version is None:
        return None
    version.piece = piece
    approval, urgent = queries.approval_in_force(version), queries.urgent_request_of(version)
    sending = queries.sending_of(approval) if approval is not None else None
    if approval is not None:
        approval.version = version
    if urgent is not None:
        urgent.version = version
    receipts = _receipts(version) if sending is not None else []
    return ApprovalPanel(
        piece=piece,
        version=version,
        authors=authors_of(piece),
        must_change=pending_must_change(version),
        approval=approval,
        disputed=queries.disputed_approval(version) if approval is None else None,
        sending=sending,
        receipts=receipts,
        send_back=queries.send_back_of(version),
        urgent=urgent,
        urgent_this_year=queries.urgent_count(piece.entity, year=timezone.localdate(now).year),
        guests=queries.guest_links_of(piece),
        is_unseen=any(one.member_id == member.pk and one.seen_at is None for one in receipts),
        posts=post_texts(piece.news),
        approves=may(member, "piece.approve", now=now),
        signs_urgent=may(member, "piece.urgent", now=now),
        sends=may(member, "piece.send", now=now),
        why_not_approve=_why_not(lambda: rules.check_may_approve(member, version, now=now)),
        why_not_send_back=_why_not(lambda: rules.check_may_send_back(member, version, now=now)),
        why_not_send=_why_not(lambda: rules.check_may_send(member, approval, now=now)) if approval else "",
        why_not_urgent=_why_not_urgent(member, version, urgent, now),
        may_record=rules.may_record(member, version, now=now),
        may_invite=rules.may_invite(member, piece, now=now),
        now=now,
    )


def _why_not_urgent(member: Member, version: PieceVersion, urgent: UrgentRequest | None, now: datetime) -> str:
    if urgent is None:
        return _why_not(lambda: rules.check_may_ask_urgent(member, version, now=now))
    return _why_not(lambda: rules.check_may_sign_urgent(member, urgent, now=now))


def _why_not(check: Callable[[], None]) -> str:
    try:
        check()
    except Refused as refusal:
        return refusal.message
    return ""


def _receipts(version: PieceVersion) -> list[Notice]:
    piece = version.piece
    return receipts_of(piece.entity, kind=f"piece.sent:{version.number}", ref=piece.ref.reference)
