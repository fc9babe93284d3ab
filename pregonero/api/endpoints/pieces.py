"""Pieces with their last version, and their approval and sending (P-4, P-5). Files are uploaded on the pages."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema

from pregonero.api.bodies import FormBody
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.newsroom.approval_models import ApprovalWay
from pregonero.newsroom.approvals.actions import decisions
from pregonero.newsroom.approvals.forms import ApproveForm, SendBackForm, SendForm
from pregonero.newsroom.approvals.queries import approval_in_force, get_approval_of, sending_of
from pregonero.newsroom.piece_models import Piece, PieceKind, PieceState, PieceUse
from pregonero.newsroom.pieces import queries
from pregonero.people.models import Member
from pregonero.people.rules import check_may

router = Router(tags=["Piezas"])


class PieceFields(Schema):
    """What is said of any piece."""

    id: int
    reference: str
    title: str
    kind: PieceKind
    use: PieceUse
    speaker: str
    credits: str
    state: PieceState
    news_id: int | None
    need_id: int | None
    created_at: datetime
    path: str


class PieceOut(PieceFields):
    """A piece."""

    @staticmethod
    def resolve_path(piece: Piece) -> str:
        """Return the path of its page."""
        return piece.get_absolute_url()


class VersionOut(Schema):
    """The last version. `digest` names the file and its alternative text: an approval says which one was seen."""

    id: int
    number: int
    alt: str
    sha256: str
    digest: str
    uploaded_by: str
    uploaded_at: datetime
    must_change: list[str]


class ApprovalOut(Schema):
    """Who approved the last version, and when it was sent to the publishers."""

    way: ApprovalWay
    who: str
    at: datetime
    note: str
    sent_at: datetime | None


class PieceContentOut(PieceFields):
    """A piece with its last version and its approval; null while it has none."""

    version: VersionOut | None
    approval: ApprovalOut | None


class PiecesQuery(PageQuery):
    """Which pieces are asked."""

    state: PieceState | None = None


class ApprovalBody(FormBody[ApproveForm]):
    """La versión que se aprueba, con la huella de lo que se vio."""

    form_class = ApproveForm


class ReturnBody(FormBody[SendBackForm]):
    """La versión que se devuelve, y qué hay que cambiar."""

    form_class = SendBackForm


class SendingBody(FormBody[SendForm]):
    """Lo que leen quienes publican."""

    form_class = SendForm


@router.get("", **reading("pieces.read", Page[PieceOut], "Ver las piezas"))
def list_pieces(request: ApiRequest, query: Query[PiecesQuery]) -> dict[str, Any]:
    """Return the pieces of the entity, by pages."""
    check_may(request.member, "piece.see", now=timezone.now())
    return page_of(queries.pieces_of(request.member.entity, [query.state] if query.state else PieceState), query)


@router.get("/{pk}", **reading("pieces.read", PieceContentOut, "Ver una pieza, su versión y su aprobación"))
def show_piece(request: ApiRequest, pk: int) -> dict[str, Any]:
    """Return a piece."""
    check_may(request.member, "piece.see", now=timezone.now())
    return _content_of(request.member, pk)


@router.post("/{pk}/approval", **writing("pieces.approve", PieceContentOut, "Aprobar una versión de una pieza"))
def approve_piece(request: ApiRequest, pk: int, payload: ApprovalBody) -> dict[str, Any]:
    """Approve exactly the version that was seen."""
    member, now, data = request.member, timezone.now(), payload.form.cleaned_data
    check_may(member, "piece.approve", now=now)
    version = queries.get_version_of(member=member, piece_pk=pk, pk=data["version"])
    decisions.approve_version(version=version, digest=data["digest"], note=data["note"], by=member, now=now)
    return _content_of(member, pk)


@router.post("/{pk}/return", **writing("pieces.approve", PieceContentOut, "Devolver una pieza a quien la hizo"))
def send_piece_back(request: ApiRequest, pk: int, payload: ReturnBody) -> dict[str, Any]:
    """Send a version back to its authors."""
    member, now, data = request.member, timezone.now(), payload.form.cleaned_data
    check_may(member, "piece.approve", now=now)
    version = queries.get_version_of(member=member, piece_pk=pk, pk=data["version"])
    decisions.send_back(version=version, note=data["note"], by=member, now=now)
    return _content_of(member, pk)


@router.post("/{pk}/sending", **writing("pieces.approve", PieceContentOut, "Enviar una pieza a quienes publican"))
def send_piece(request: ApiRequest, pk: int, payload: SendingBody) -> dict[str, Any]:
    """Send the approved version to those responsible for the networks."""
    member, now = request.member, timezone.now()
    check_may(member, "piece.send", now=now)
    approval = get_approval_of(queries.get_piece(member=member, pk=pk))
    decisions.send_piece(approval=approval, note=payload.form.cleaned_data["note"], by=member, now=now)
    return _content_of(member, pk)


def _content_of(member: Member, pk: int) -> dict[str, Any]:
    piece = queries.get_piece(member=member, pk=pk)
    fields = {name: getattr(piece, name) for name in PieceFields.model_fields if name != "path"}
    fields["path"] = piece.get_absolute_url()
    version = queries.last_version(piece)
    if version is None:
        return fields | {"version": None, "approval": None}
    approval = approval_in_force(version)
    sending = sending_of(approval) if approval is not None else None
    seen = VersionOut(
        id=version.pk,
        number=version.number,
        alt=version.alt,
        sha256=version.medium.sha256,
        digest=version.digest,
        uploaded_by=version.uploaded_by.name,
        uploaded_at=version.uploaded_at,
        must_change=[note.text for note in queries.pending_must_change(version)],
    )
    given = approval and ApprovalOut(
        way=ApprovalWay(approval.way),
        who=approval.who,
        at=approval.at,
        note=approval.note,
        sent_at=sending.at if sending is not None else None,
    )
    return fields | {"version": seen, "approval": given}
