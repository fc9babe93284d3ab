"""Getters of pieces, versions and notes, and the lists of their pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from pregonero.errors import NotFound
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.piece_models import Piece, PieceAuthor, PieceNote, PieceState, PieceVersion
from pregonero.people.models import Entity, Member

MOST_SHOWN = 50  # pieces of one news item or need


@dataclass(frozen=True)
class PieceRow:
    """A piece with its last version and how many notes wait on it."""

    piece: Piece
    version: PieceVersion | None
    pending: int


def get_piece(*, member: Member, pk: int, for_update: bool = False) -> Piece:
    """Return a piece of the member's entity. Raises `NotFound` for any other."""
    pieces = Piece.objects.select_for_update(no_key=True, of=("self",)) if for_update else Piece.objects.all()
    related = pieces.select_related("entity", "news", "need", "created_by")
    piece = related.filter(pk=pk, entity_id=member.entity_id).first()
    if piece is None:
        raise NotFound
    return piece


def get_version(*, member: Member, pk: int) -> PieceVersion:
    """Return a version of a piece of the member's entity. Raises `NotFound` for any other."""
    version = _with_files(PieceVersion.objects.filter(pk=pk, piece__entity_id=member.entity_id)).first()
    if version is None:
        raise NotFound
    return version


def get_version_of(*, member: Member, piece_pk: int, pk: int) -> PieceVersion:
    """Return a version of one piece of the member's entity. Raises `NotFound` for that of another piece."""
    version = get_version(member=member, pk=pk)
    if version.piece_id != piece_pk:
        raise NotFound
    return version


def get_note(*, member: Member, pk: int, for_update: bool = False) -> PieceNote:
    """Return a note on a piece of the member's entity. Raises `NotFound` for any other."""
    notes = PieceNote.objects.select_for_update(no_key=True, of=("self",)) if for_update else PieceNote.objects.all()
    related = notes.select_related("version__piece", "written_by", "resolved_by")
    note = related.filter(pk=pk, version__piece__entity_id=member.entity_id).first()
    if note is None:
        raise NotFound
    return note


def pieces_of(entity: Entity, states: Iterable[PieceState]) -> QuerySet[Piece]:
    """Return the entity's pieces in these states, the last created first."""
    pieces = Piece.objects.filter(entity=entity, state__in=list(states)).select_related("created_by", "news", "need")
    return pieces.order_by("-created_at", "-pk")


def pieces_completing(source: News | Need) -> list[Piece]:
    """Return the pieces that complete a news item or a need, the last created first."""
    own = Piece.objects.filter(news=source) if isinstance(source, News) else Piece.objects.filter(need=source)
    return list(own.select_related("created_by").order_by("-created_at", "-pk")[:MOST_SHOWN])


def rows_of(pieces: Sequence[Piece]) -> list[PieceRow]:
    """Return pieces with their last versions and the number of their pending notes, in two queries."""
    latest = _with_files(PieceVersion.objects.filter(piece__in=pieces)).order_by("piece", "-number").distinct("piece")
    versions = {version.piece_id: version for version in latest}
    notes = PieceNote.objects.pending().filter(version__in=versions.values()).values("version__piece")
    pending = dict(notes.annotate(notes=Count("pk")).order_by().values_list("version__piece", "notes"))
    return [PieceRow(piece, versions.get(piece.pk), pending.get(piece.pk, 0)) for piece in pieces]


def piece_counts(entity: Entity) -> dict[str, int]:
    """Return the number of the entity's pieces in each state."""
    rows = Piece.objects.filter(entity=entity).values("state").annotate(pieces=Count("pk")).order_by("state")
    return {state.value: 0 for state in PieceState} | {row["state"]: row["pieces"] for row in rows}


def versions_of(piece: Piece) -> list[PieceVersion]:
    """Return the versions of a piece, the last one first, with their files and authors."""
    versions = _with_files(PieceVersion.objects.filter(piece=piece)).prefetch_related("authors__member")
    return list(versions.order_by("-number"))


def last_version(piece: Piece) -> PieceVersion | None:
    """Return the last version of a piece, or None while it has none."""
    return _with_files(PieceVersion.objects.filter(piece=piece)).order_by("-number").first()


def authors_of(piece: Piece) -> list[Member]:
    """Return the authors of any version of a piece: none of them approves it (P-4)."""
    authors = PieceAuthor.objects.filter(version__piece=piece).values("member")
    return list(Member.objects.filter(pk__in=authors).order_by("name", "pk"))


def notes_of(version: PieceVersion) -> list[PieceNote]:
    """Return the notes on a version: those pending first, and of these those that ask for a change."""
    notes = PieceNote.objects.filter(version=version).select_related(
        "written_by", "resolved_by", "carried_from__version"
    )
    return sorted(notes.order_by("pk"), key=lambda note: (note.resolved_at is not None, not note.must_change))


def pending_must_change(version: PieceVersion) -> list[PieceNote]:
    """Return the pending notes that block the approval of a version."""
    notes = PieceNote.objects.pending().filter(version=version, must_change=True)
    return list(notes.select_related("written_by").order_by("pk"))


def _with_files(versions: QuerySet[PieceVersion]) -> QuerySet[PieceVersion]:
    return versions.select_related("piece", "medium", "captions", "cover", "uploaded_by")
