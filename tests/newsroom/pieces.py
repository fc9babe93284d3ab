"""Pieces, for tests."""

from typing import Any

from pregonero.media.models import Medium, MediumKind
from pregonero.newsroom.models import News
from pregonero.newsroom.piece_models import Piece, PieceKind, PieceVersion
from pregonero.newsroom.pieces.actions import PieceData, VersionContent, add_version, create_piece
from pregonero.newsroom.pieces.queries import last_version
from pregonero.people.models import Member
from tests.conftest import NOW


def medium(by: Member, number: int, kind: MediumKind = MediumKind.PICTURE) -> Medium:
    """Return the row of a file; no file stands behind it."""
    sha256 = f"{number:064x}"
    return Medium.objects.get_or_create(
        entity=by.entity,
        sha256=sha256,
        defaults={
            "kind": kind,
            "file": f"{sha256[:2]}/{sha256[2:]}.jpg",
            "mime": "video/mp4" if kind == MediumKind.VIDEO else "image/jpeg",
            "size": 1000,
            "width": 1200,
            "height": 800,
            "seconds": 30.0 if kind == MediumKind.VIDEO else 0.0,
            "stored_at": NOW,
        },
    )[0]


def photograph(news: News, by: Member, **content: Any) -> Piece:
    """Return a photograph with one version."""
    first = VersionContent(**{"medium": medium(by, 1), "alt": "Una cosecha", **content})
    data = PieceData(title="Cosecha de café", kind=PieceKind.PHOTOGRAPH, credits="Foto: Lucía Paz")
    return create_piece(data=data, source=news, content=first, by=by, now=NOW)


def version_of(piece: Piece) -> PieceVersion:
    """Return the last version of a piece that has one."""
    version = last_version(piece)
    assert version is not None
    return version


def second_version(piece: Piece, by: Member, number: int = 2, **content: Any) -> PieceVersion:
    values = {"medium": medium(by, number), "alt": "Una cosecha", **content}
    return add_version(piece=piece, content=VersionContent(**values), by=by, now=NOW)
