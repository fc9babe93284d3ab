"""What was decided about the versions of pieces, those that wait for somebody, and those that publishers may use."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from pregonero.errors import NotFound, WrongState
from pregonero.newsroom.approval_models import (
    Approval,
    ApprovalWay,
    GuestAnswer,
    GuestLink,
    SendBack,
    Sending,
    UrgentRequest,
)
from pregonero.newsroom.models import News, NewsState
from pregonero.newsroom.piece_models import Piece, PieceAuthor, PieceState, PieceVersion
from pregonero.newsroom.pieces.queries import last_version
from pregonero.people.models import Entity, Member, Verdict

SHOWN = 50
RELATED = ("version__piece", "version__medium", "by", "second", "act")


def in_force() -> Q:
    """Return the condition of approvals that nobody has disputed."""
    return Q(act__isnull=True) | ~Q(act__verdict=Verdict.DISPUTED)


def approval_in_force(version: PieceVersion) -> Approval | None:
    """Return the approval of a version, or None while it has none."""
    approvals = Approval.objects.filter(in_force(), version=version).select_related(
        *RELATED, "act__person", "sending__by"
    )
    return approvals.order_by("-pk").first()


def get_approval_of(piece: Piece) -> Approval:
    """Return the approval of the last version of a piece. Raises `WrongState` while it has none."""
    version = last_version(piece)
    found = approval_in_force(version) if version is not None else None
    if found is None:
        raise WrongState("La pieza todavía no está aprobada.")
    return found


def disputed_approval(version: PieceVersion) -> Approval | None:
    """Return the last approval of a version that its person did not recognise."""
    disputed = Approval.objects.filter(version=version, act__verdict=Verdict.DISPUTED).select_related("act", "by")
    return disputed.order_by("-pk").first()


def get_approval(*, member: Member, pk: int) -> Approval:
    """Return an approval of the member's entity. Raises `NotFound` for any other."""
    found = Approval.objects.filter(pk=pk, version__piece__entity_id=member.entity_id).select_related(*RELATED).first()
    if found is None:
        raise NotFound
    return found


def sending_of(approval: Approval) -> Sending | None:
    """Return the sending of what was approved to the publishers, or None."""
    return Sending.objects.filter(approval=approval).select_related("by").first()


def send_back_of(version: PieceVersion) -> SendBack | None:
    """Return who sent a version back, when and why; None if nobody did."""
    return SendBack.objects.filter(version=version).select_related("by").first()


def last_send_back(piece: Piece) -> SendBack | None:
    """Return the last time that a version of a piece was sent back."""
    found = SendBack.objects.filter(version__piece=piece).select_related("by", "version")
    return found.order_by("-version__number").first()


def urgent_request_of(version: PieceVersion) -> UrgentRequest | None:
    """Return who asked for the urgent way of a version, or None."""
    return UrgentRequest.objects.filter(version=version).select_related("by").first()


def urgent_count(entity: Entity, *, year: int) -> int:
    """Return how many approvals of a year took the urgent way."""
    return Approval.objects.filter(version__piece__entity=entity, way=ApprovalWay.URGENT, at__year=year).count()


def pieces_to_approve(member: Member, *, limit: int) -> tuple[list[PieceVersion], int]:
    """Return the versions that wait for an approval and a member did not make, the oldest first, and how many."""
    own = PieceAuthor.objects.filter(member=member).values("version__piece")
    pieces = Piece.objects.filter(entity_id=member.entity_id, state=PieceState.REVIEW).exclude(pk__in=own)
    return _last_versions(pieces, limit)


def pieces_to_send(entity: Entity, *, limit: int) -> tuple[list[PieceVersion], int]:
    """Return the approved versions that nobody has sent to the publishers, and how many they are."""
    return _last_versions(Piece.objects.filter(entity=entity, state=PieceState.APPROVED), limit)


def pieces_to_correct(member: Member, *, limit: int) -> tuple[list[PieceVersion], int]:
    """Return the versions that were sent back to a member, who is one of their authors, and how many they are."""
    own = PieceAuthor.objects.filter(member=member).values("version__piece")
    pieces = Piece.objects.filter(entity_id=member.entity_id, state=PieceState.CHANGES, pk__in=own)
    return _last_versions(pieces, limit)


def _last_versions(pieces: QuerySet[Piece], limit: int) -> tuple[list[PieceVersion], int]:
    total = pieces.count()
    if not total:
        return [], 0  # the usual answer, without the longer query
    versions = PieceVersion.objects.filter(piece__in=pieces).select_related("piece", "medium", "cover", "uploaded_by")
    last = versions.order_by("piece_id", "-number").distinct("piece_id")
    rows = PieceVersion.objects.filter(pk__in=last.values("pk")).select_related(
        "piece", "medium", "cover", "uploaded_by"
    )
    return list(rows.order_by("uploaded_at", "pk")[:limit]), total


def sent_to_publishers(entity: Entity) -> QuerySet[Sending]:
    """Return what publishers may use, the last sent first: what was sent and is the last version of its piece."""
    later = PieceVersion.objects.filter(
        piece=OuterRef("approval__version__piece"), number__gt=OuterRef("approval__version__number")
    )
    sent = Sending.objects.filter(
        ~Exists(later), approval__version__piece__entity=entity, approval__version__piece__state=PieceState.SENT
    )
    current = sent.filter(Q(approval__act__isnull=True) | ~Q(approval__act__verdict=Verdict.DISPUTED))
    related = ("by", "approval__by", "approval__second", "approval__act", "approval__version__medium")
    return current.select_related(*related, "approval__version__piece__news").order_by("-at", "-pk")


def sent_for_news(entity: Entity, news: int) -> list[Sending]:
    """Return the pieces of a news item, and of the need that it tells, that publishers may use now."""
    of_news = Q(approval__version__piece__news=news) | Q(approval__version__piece__need__news=news)
    return list(sent_to_publishers(entity).filter(of_news).distinct()[:SHOWN])


def decided_for_news(entity: Entity, news: int) -> list[Approval]:
    """Return the approvals in force of the pieces of a news item and of its need, the first one first."""
    of_news = Q(version__piece__news=news) | Q(version__piece__need__news=news)
    approvals = Approval.objects.filter(in_force(), of_news, version__piece__entity=entity).distinct()
    related = approvals.select_related(*RELATED, "version__uploaded_by", "sending__by")
    return list(related.order_by("at", "pk")[:SHOWN])


def approvals_of_media(media: Collection[int]) -> dict[int, list[Approval]]:
    """Return the approvals in force, which were sent, of the versions that are these files, by file."""
    approvals = Approval.objects.filter(in_force(), version__medium__in=media, sending__isnull=False)
    found: dict[int, list[Approval]] = {}
    for approval in approvals.select_related(*RELATED).order_by("-pk"):
        found.setdefault(approval.version.medium_id, []).append(approval)
    return found


def pieces_among(media: Collection[int]) -> set[int]:
    """Return those of these files that are versions of pieces, without those that an informed news item brings."""
    brought = News.objects.filter(Q(picture=OuterRef("medium")) | Q(video=OuterRef("medium")), state=NewsState.INFORMED)
    pieces = PieceVersion.objects.filter(~Exists(brought), medium__in=media)
    return set(pieces.values_list("medium_id", flat=True))


def code_digest(code: str) -> str:
    """Return what is stored of the secret part of a guest's address."""
    return hashlib.sha256(code.encode()).hexdigest()


def guest_link(entity: Entity, code: str, *, now: datetime, for_update: bool = False) -> GuestLink:
    """Return the link of an address of a guest. Raises `NotFound` if it is false, revoked or expired."""
    links = GuestLink.objects.select_for_update(no_key=True, of=("self",)) if for_update else GuestLink.objects.all()
    links = links.filter(
        code_digest=code_digest(code), version__piece__entity=entity, revoked_at__isnull=True, expires_at__gt=now
    )
    link = links.select_related("version__piece__entity", "version__medium", "version__captions", "by").first()
    if link is None or link.version.piece.state == PieceState.WITHDRAWN:
        raise NotFound("Este enlace no sirve: venció, lo cerraron o está incompleto. Pide otro a quien te invitó.")
    return link


def get_guest_link(*, member: Member, pk: int, for_update: bool = False) -> GuestLink:
    """Return a guest link of the member's entity. Raises `NotFound` for any other."""
    links = GuestLink.objects.select_for_update(no_key=True, of=("self",)) if for_update else GuestLink.objects.all()
    link = links.filter(pk=pk, version__piece__entity_id=member.entity_id).select_related("version__piece").first()
    if link is None:
        raise NotFound
    return link


def guest_links_of(piece: Piece) -> list[GuestLink]:
    """Return the guest links of a piece with their answers, the last one first."""
    links = GuestLink.objects.filter(version__piece=piece).select_related("version", "by").prefetch_related("answers")
    return list(links.order_by("-pk")[:SHOWN])


def answers_of(link: GuestLink) -> list[GuestAnswer]:
    """Return what a guest said, the first answer first."""
    return list(GuestAnswer.objects.filter(link=link).order_by("pk"))
