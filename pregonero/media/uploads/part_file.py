"""The file on disk of an upload in parts: in the media folder, locked while a request writes to it."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from pregonero.errors import NotFound
from pregonero.media.uploads.errors import Busy

SPACE_KEPT = 1024**3  # bytes of the disk that uploads never take


def part_path(code: str) -> Path:
    """Return where the bytes of an upload are."""
    return Path(settings.MEDIA_FOLDER) / "incoming" / f"u-{code}"


def has_space(size: int) -> bool:
    """Return whether a file of this size fits on the disk of the media folder."""
    folder = Path(settings.MEDIA_FOLDER) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free - size > SPACE_KEPT


@contextmanager
def locked_part(code: str) -> Iterator[IO[bytes]]:
    """Open the file of an upload for this process alone. Raises `Busy` when another one has it."""
    try:
        file = part_path(code).open("r+b")
    except FileNotFoundError as error:
        raise NotFound("Esa subida ya no está: empieza de nuevo.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("Otra parte de este archivo está subiendo: espera un momento.") from error
        yield file


def write_from(file: IO[bytes], offset: int, chunks: Iterable[bytes]) -> int:
    """Write at an offset, forget whatever a cut request left after it, and return where it ends, safe on disk."""
    file.truncate(offset)
    file.seek(offset)
    for chunk in chunks:
        file.write(chunk)
    return sync(file)


def sync(file: IO[bytes]) -> int:
    """Put what was written on disk, and return the position."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()
