"""Getters of uploads in parts."""

from datetime import datetime

from pregonero.errors import NotFound
from pregonero.media.upload_models import ResumableUpload
from pregonero.media.uploads.errors import Expired
from pregonero.people.models import Member


def get_upload(*, member: Member, code: str, now: datetime) -> ResumableUpload:
    """Return an upload of this person. Raises `NotFound` for any other, and `Expired` when it is too old."""
    upload = ResumableUpload.objects.select_related("medium").filter(code=code, member=member).first()
    if upload is None:
        raise NotFound("Esa subida ya no está: empieza de nuevo.")
    if upload.expires_at <= now and upload.medium_id is None:
        raise Expired("La subida venció: empieza de nuevo.")
    return upload


def open_uploads(member: Member, *, now: datetime) -> int:
    """Return how many uploads of this person are under way or wait to be used."""
    return ResumableUpload.objects.filter(member=member, medium__isnull=True, expires_at__gt=now).count()
