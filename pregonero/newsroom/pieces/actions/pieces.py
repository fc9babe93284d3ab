"""Create a piece, add a version, and withdraw a piece (D-1, P-4)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.media.models import Medium, MediumKind
from pregonero.newsroom.approvals.actions.decisions import announce_version
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.piece_models import (
    Piece,
    PieceAuthor,
    PieceKind,
    PieceNote,
    PieceState,
    PieceUse,
    PieceVersion,
    version_digest,
)
from pregonero.newsroom.pieces import queries
from pregonero.newsroom.pieces.rules import check_file
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class PieceData:
    """What a piece is: its title and kind, for whom it is made, who speaks in it, and the credits."""

    title: str
    kind: PieceKind
    use: PieceUse = PieceUse.NETWORKS
    speaker: str = ""
    credits: str = ""


@dataclass(frozen=True)
class VersionContent:
    """What a version holds. `authors` are those besides whoever uploads it."""

    medium: Medium
    alt: str = ""
    transcript: str = ""
    captions: Medium | None = None
    cover: Medium | None = None
    what_changed: str = ""
    authors: Sequence[Member] = ()


@transaction.atomic(durable=True)
def create_piece(
    *, data: PieceData, source: News | Need, content: VersionContent | None = None, by: Member, now: datetime
) -> Piece:
    """Create a piece that completes a news item or a need, with its first version when there is a file already."""
    check_may(by, "piece.make", now=now)
    if source.entity_id != by.entity_id:
        raise NotFound
    # Two people who create a piece at once: the second one waits here for its number.
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    number = (Piece.objects.filter(entity_id=by.entity_id).aggregate(last=Max("number"))["last"] or 0) + 1
    piece = Piece.objects.create(
        entity_id=by.entity_id,
        number=number,
        news=source if isinstance(source, News) else None,
        need=source if isinstance(source, Need) else None,
        created_by=by,
        created_at=now,
        **asdict(data),
    )
    record(
        entity_id=piece.entity_id,
        event_type="piece.created",
        actor=by.actor,
        ref=piece.ref,
        at=now,
        related=[source.ref],
        facts={"number": number, "kind": piece.kind, "use": piece.use},
    )
    if content is not None:
        _add_version(piece, content, by, now)
    return piece


@transaction.atomic(durable=True)
def add_version(*, piece: Piece, content: VersionContent, by: Member, now: datetime) -> PieceVersion:
    """Add a version to a piece, which asks for approval again; the earlier versions stay as they are."""
    check_may(by, "piece.make", now=now)
    piece = queries.get_piece(member=by, pk=piece.pk, for_update=True)
    return _add_version(piece, content, by, now)


@transaction.atomic(durable=True)
def withdraw_piece(*, piece: Piece, reason: str, by: Member, now: datetime) -> Piece:
    """Withdraw a piece that is no longer to be used; what was published with it stays as it is."""
    check_may(by, "piece.make", now=now)
    piece = queries.get_piece(member=by, pk=piece.pk, for_update=True)
    if piece.state == PieceState.WITHDRAWN:
        raise WrongState("La pieza ya está retirada.")
    if not reason.strip():
        raise Refused("Escribe por qué se retira.")
    piece.state = PieceState.WITHDRAWN
    piece.save(update_fields=["state"])
    record(
        entity_id=piece.entity_id,
        event_type="piece.withdrawn",
        actor=by.actor,
        ref=piece.ref,
        at=now,
        texts={"reason": reason.strip()},
    )
    return piece


def _add_version(piece: Piece, content: VersionContent, by: Member, now: datetime) -> PieceVersion:
    """Add a version to a piece whose row is locked, and carry to it the pending notes of the one before."""
    if piece.state == PieceState.WITHDRAWN:
        raise WrongState("La pieza está retirada: crea otra.")
    previous = queries.last_version(piece)
    _check_content(piece, content, previous)
    version = PieceVersion.objects.create(
        piece=piece,
        number=previous.number + 1 if previous else 1,
        medium=content.medium,
        alt=content.alt,
        transcript=content.transcript,
        captions=content.captions,
        cover=content.cover,
        digest=version_digest(content.medium.sha256, content.alt),
        what_changed=content.what_changed,
        uploaded_by=by,
        uploaded_at=now,
    )
    authors = {by.pk: by} | {member.pk: member for member in content.authors}
    PieceAuthor.objects.bulk_create(PieceAuthor(version=version, member=member) for member in authors.values())
    if previous is not None:
        _carry_notes(previous, version)
    if piece.state != PieceState.REVIEW:
        piece.state = PieceState.REVIEW
        piece.save(update_fields=["state"])
    _record_version(piece, version, list(authors.values()), by, now)
    announce_version(version, by=by, now=now)
    return version


def _check_content(piece: Piece, content: VersionContent, previous: PieceVersion | None) -> None:
    files = [file for file in (content.medium, content.captions, content.cover) if file is not None]
    entities = {file.entity_id for file in files} | {author.entity_id for author in content.authors}
    if entities != {piece.entity_id}:
        raise NotFound
    check_file(PieceKind(piece.kind), content.medium)
    if content.captions is not None and content.captions.kind != MediumKind.CAPTIONS:
        raise Refused("El archivo de subtítulos no trae subtítulos.")
    if content.cover is not None and content.cover.kind != MediumKind.PICTURE:
        raise Refused("La imagen del audio no es una imagen.")
    if previous is not None and _same(previous, content):
        raise Refused(f"Es igual a la versión {previous.number}: cambia el archivo, la descripción o los subtítulos.")


def _same(version: PieceVersion, content: VersionContent) -> bool:
    names = ("medium", "alt", "transcript", "captions", "cover")
    return all(getattr(version, name) == getattr(content, name) for name in names)


def _carry_notes(previous: PieceVersion, version: PieceVersion) -> None:
    """Copy the pending notes of a version to the next one, where each asks whether it was corrected."""
    PieceNote.objects.bulk_create(
        PieceNote(
            version=version,
            text=note.text,
            x=note.x,
            y=note.y,
            from_second=note.from_second,
            to_second=note.to_second,
            must_change=note.must_change,
            written_by_id=note.written_by_id,
            written_at=note.written_at,
            carried_from=note,
        )
        for note in PieceNote.objects.pending().filter(version=previous).order_by("pk")
    )


def _record_version(piece: Piece, version: PieceVersion, authors: list[Member], by: Member, now: datetime) -> None:
    record(
        entity_id=piece.entity_id,
        event_type="piece.version_added",
        actor=by.actor,
        ref=piece.ref,
        at=now,
        related=[version.ref, version.medium.ref],
        facts={
            "number": version.number,
            "sha256": version.medium.sha256,
            "digest": version.digest,
            "authors": [member.pk for member in authors],
        },
        texts={"alt": version.alt, "what_changed": version.what_changed},
    )
