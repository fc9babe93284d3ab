"""What is done with pieces: create them, add versions, withdraw them, and write and resolve notes."""

from pregonero.newsroom.pieces.actions.notes import NotePlace, resolve_note, write_note
from pregonero.newsroom.pieces.actions.pieces import (
    PieceData,
    VersionContent,
    add_version,
    create_piece,
    withdraw_piece,
)

__all__ = [
    "NotePlace", "PieceData", "VersionContent", "add_version", "create_piece", "resolve_note", "withdraw_piece",
    "write_note",
]  # fmt: skip
