"""The address of a piece's approval, and the signed one that opens a version alone, which still needs a session."""

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse

from pregonero.errors import NotFound
from pregonero.newsroom.piece_models import Piece, PieceVersion

SALT = "pregonero.newsroom.approvals"
VALID_FOR = timedelta(days=7)
EXPIRED = "Este enlace venció o está incompleto: abre la pieza desde Hoy."


def approval_path(piece: Piece) -> str:
    """Return the path of the page where a piece is approved and sent."""
    return reverse("newsroom:approval", args=[piece.pk])


def phone_path(version: PieceVersion, *, now: datetime) -> str:
    """Return the path that opens this version during `VALID_FOR`."""
    expires = int((now + VALID_FOR).timestamp())
    return reverse("newsroom:phone_approval", args=[signing.Signer(salt=SALT).sign(f"{version.pk}.{expires}")])


def version_id_of(token: str, *, now: datetime) -> int:
    """Return the id of the version that a token opens. Raises `NotFound` if it is false or expired."""
    try:
        pk, _, expires = signing.Signer(salt=SALT).unsign(token).partition(".")
    except signing.BadSignature as error:
        raise NotFound(EXPIRED) from error
    if now.timestamp() >= int(expires):
        raise NotFound(EXPIRED)
    return int(pk)
