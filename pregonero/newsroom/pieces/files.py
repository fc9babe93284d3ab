"""Receive the files of a version that came with a form, and keep them harmless: each passes the media sandbox."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from pregonero.errors import Refused
from pregonero.media.actions import save_upload
from pregonero.media.file_names import safe_name
from pregonero.media.models import Medium
from pregonero.media.store import MAX_UPLOAD_BYTES, store_upload
from pregonero.people.models import Member
from pregonero.people.rules import check_may


def receive_file(file: "UploadedFile[Any]", *, expected: str, by: Member, now: datetime) -> Medium:
    """Inspect and store a file that came with a form. Raises `UnusableFile`."""
    check_may(by, "piece.make", now=now)
    stored = store_upload(file.chunks(), safe_name(file.name or ""), expected=expected)
    return save_upload(stored=stored, by=by, now=now)


def check_weight(request: Any) -> None:
    """Raise `Refused` if the files of a request were left out because they are too large together."""
    if getattr(request, "upload_too_large", False):
        raise Refused(
            f"Los archivos pesan más de {MAX_UPLOAD_BYTES // 1024**2} MB: súbelos uno por uno, con la página completa."
        )
