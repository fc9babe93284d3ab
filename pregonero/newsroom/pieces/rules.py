"""What each kind of piece may hold, and who may resolve a note."""

from datetime import datetime

from pregonero.errors import NotAllowed, Refused
from pregonero.media.models import Medium, MediumKind
from pregonero.newsroom.piece_models import AUDIOVISUAL, PieceKind, PieceNote
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may, may


def check_file(kind: PieceKind, medium: Medium) -> None:
    """Raise `Refused` if a file is not what a piece of this kind is made of."""
    wanted = MediumKind.VIDEO if kind in AUDIOVISUAL else MediumKind.PICTURE
    if medium.kind != wanted:
        raise Refused(f"Una pieza «{kind.label}» lleva {wanted.label}, y este archivo es {medium.get_kind_display()}.")


def check_may_resolve(member: Member, note: PieceNote, *, now: datetime) -> None:
    """Raise `NotAllowed` unless the member may resolve a note.

    A note that must be attended is resolved by whoever wrote it, or by somebody who may close those of others.
    """
    check_may(member, "piece.note", now=now)
    if note.must_change and note.written_by_id != member.pk and not may(member, "piece.close_note", now=now):
        raise NotAllowed(f"Esta nota pide un cambio: la cierra {note.written_by}, la asesoría o la coordinación.")


may_resolve = as_question(check_may_resolve)
