"""Write a note on a version of a piece, and resolve it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.newsroom.piece_models import MOST_MILLE, Piece, PieceNote, PieceState, PieceVersion
from pregonero.newsroom.pieces import queries
from pregonero.newsroom.pieces.rules import check_may_resolve
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class NotePlace:
    """Where a note is: a spot in thousandths from the top left corner, a range of seconds, both, or the whole."""

    x: int | None = None
    y: int | None = None
    from_second: float | None = None
    to_second: float | None = None


WHOLE = NotePlace()


@transaction.atomic(durable=True)
def write_note(
    *, version: PieceVersion, text: str, place: NotePlace = WHOLE, must_change: bool = False, by: Member, now: datetime
) -> PieceNote:
    """Write a note on the last version of a piece. One that must be attended sends the piece back to its authors."""
    check_may(by, "piece.note", now=now)
    piece = queries.get_piece(member=by, pk=version.piece_id, for_update=True)
    _check_note(piece, version, text, place)
    note = PieceNote.objects.create(
        version=version, text=text.strip(), must_change=must_change, written_by=by, written_at=now, **asdict(place)
    )
    if must_change and piece.state == PieceState.REVIEW:
        _set_state(piece, PieceState.CHANGES)
    event = record(
        entity_id=piece.entity_id,
        event_type="piece.noted",
        actor=by.actor,
        ref=piece.ref,
        at=now,
        related=[version.ref],
        facts={"note": note.pk, "version": version.number, "must_change": must_change, **asdict(place)},
        texts={"note": note.text},
    )
    notify(
        members=[author for author in queries.authors_of(piece) if author != by],
        kind=f"piece.noted:{event.pk}",  # each note tells them again
        ref=piece.ref,
        title=f"Hay que cambiar «{piece}»" if must_change else f"Nota en «{piece}»",
        path=piece.get_absolute_url(),
        now=now,
        why=note.text[:200],
    )
    return note


@transaction.atomic(durable=True)
def resolve_note(*, note: PieceNote, by: Member, now: datetime) -> PieceNote:
    """Say that a note was attended. Without any other that must be attended, the piece waits for approval again."""
    piece = queries.get_piece(member=by, pk=note.version.piece_id, for_update=True)
    note = queries.get_note(member=by, pk=note.pk, for_update=True)
    check_may_resolve(by, note, now=now)
    if note.resolved_at is not None:
        raise WrongState("La nota ya está resuelta.")
    note.resolved_by, note.resolved_at = by, now
    note.save(update_fields=["resolved_by", "resolved_at"])
    last = queries.last_version(piece)
    if piece.state == PieceState.CHANGES and last is not None and not queries.pending_must_change(last):
        _set_state(piece, PieceState.REVIEW)
    record(
        entity_id=piece.entity_id,
        event_type="piece.note_resolved",
        actor=by.actor,
        ref=piece.ref,
        at=now,
        related=[note.version.ref],
        facts={"note": note.pk, "version": note.version.number},
    )
    return note


def _check_note(piece: Piece, version: PieceVersion, text: str, place: NotePlace) -> None:
    last = queries.last_version(piece)
    if last is None or last.pk != version.pk:
        raise WrongState("Ya hay una versión más nueva: escribe la nota en esa.")
    if piece.state == PieceState.WITHDRAWN:
        raise WrongState("La pieza está retirada.")
    if not text.strip():
        raise Refused("Escribe la nota.")
    if (place.x is None) != (place.y is None) or not all(0 <= at <= MOST_MILLE for at in (place.x or 0, place.y or 0)):
        raise Refused("El punto de la nota queda fuera de la imagen.")
    start, end = place.from_second, place.to_second
    if (start is None) != (end is None) or (start is not None and end is not None and not 0 <= start <= end):
        raise Refused("El segundo en que empieza la nota va antes que el segundo en que termina.")


def _set_state(piece: Piece, state: PieceState) -> None:
    piece.state = state
    piece.save(update_fields=["state"])
