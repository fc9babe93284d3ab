"""Receive the files of a version that came with a form, and keep them harmless: each passes the media sandbox."""

import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from pregonero.errors import Refused
from pregonero.media.actions import save_upload
from pregonero.media.models import Medium
from pregonero.media.store import MAX_UPLOAD_BYTES, store_upload
from pregonero.people.models import Member
from pregonero.people.rules import check_may

MOST_NAME = 120  # characters
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # Unicode categories: control, format, no letter, or a line break


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


def safe_name(name: str) -> str:
    """Return the last part of a file's name without folders and without characters that hide what it is.

    Control characters and those that turn the direction of the text around are left out.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(
        letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    name = visible.strip(". ") or "archivo"
    return name if len(name) <= MOST_NAME else name[: MOST_NAME - 20] + name[-20:]
