"""A piece with a version and a note, for the attacks."""

from datetime import datetime

from pregonero.media.models import Medium
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece, PieceKind
from pregonero.newsroom.pieces.actions import PieceData, VersionContent, create_piece, write_note
from pregonero.people.models import Member


def make_piece(news: News, medium: Medium, producer: Member, moment: datetime) -> Piece:
    data = PieceData(title="Cosecha", kind=PieceKind.PHOTOGRAPH, credits="Lucía Paz")
    content = VersionContent(medium=medium, alt="Una cosecha")
    piece = create_piece(data=data, source=news, content=content, by=producer, now=moment)
    write_note(version=piece.versions.get(), text="¿Más luz?", by=producer, now=moment)
    return piece
