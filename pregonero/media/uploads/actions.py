"""Start an upload in parts, append a part, store the whole, and discard it."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from pregonero.errors import Refused
from pregonero.media.actions import save_upload
from pregonero.media.file_names import safe_name
from pregonero.media.models import Medium
from pregonero.media.store import extension_check, store_incoming
from pregonero.media.upload_models import ResumableUpload
from pregonero.media.uploads import queries
from pregonero.media.uploads.errors import BadRequest, TooLarge, WrongChecksum, WrongOffset
from pregonero.media.uploads.part_file import has_space, locked_part, part_path, write_from
from pregonero.people.models import Member
from pregonero.people.rules import check_may

GIGABYTE = 1024**3
MAX_SIZE = 2 * GIGABYTE  # what the sandbox can copy without its metadata
KEPT_FOR = timedelta(days=2)
MOST_OPEN = 40  # of one person


def start_upload(*, size: int, name: str, by: Member, now: datetime) -> ResumableUpload:
    """Start an upload of a declared size, before any byte arrives."""
    check_may(by, "piece.make", now=now)
    if size > MAX_SIZE:
        weight = f"{size / GIGABYTE:.1f}".replace(".0", "").replace(".", ",")
        raise TooLarge(f"El archivo pesa {weight} GB y se reciben hasta 2 GB: expórtalo con menos calidad o más corto.")
    discard_expired(now=now)
    if queries.open_uploads(by, now=now) >= MOST_OPEN:
        raise Refused("Tienes muchas subidas sin terminar: guarda las piezas o espera a que venzan.")
    if not has_space(size):
        raise Refused("No queda espacio en el servidor para ese archivo: avísale a la Oficina de Sistemas.")
    upload = ResumableUpload(
        code=secrets.token_urlsafe(32),
        member=by,
        name=safe_name(name),
        size=size,
        started_at=now,
        expires_at=now + KEPT_FOR,
    )
    part_path(upload.code).touch(exist_ok=False)
    upload.save()
    return upload


class Digest:
    """The checksum that a client declared for a part, and the one of the bytes that arrived."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self.expected = expected
        self.actual = hashlib.new(algorithm, usedforsecurity=False)

    def over(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Yield the chunks and digest each."""
        for chunk in chunks:
            self.actual.update(chunk)
            yield chunk

    @property
    def matches(self) -> bool:
        """Return whether the bytes are those that were declared."""
        return secrets.compare_digest(self.actual.digest(), self.expected)


def append_part(
    *, upload: ResumableUpload, offset: int, chunks: Iterable[bytes], checksum: Digest | None, by: Member, now: datetime
) -> ResumableUpload:
    """Write a part where the upload stopped. What a cut request brought counts; a part with a wrong checksum does not.

    The lock of the file makes the row ours, so no transaction is open while the bytes arrive.
    """
    with locked_part(upload.code) as file:
        upload = queries.get_upload(member=by, code=upload.code, now=now)
        if upload.medium_id is not None or offset != upload.received:
            raise WrongOffset(f"La subida va en el byte {upload.received}: sigue desde ahí.")
        limited = _no_more_than(upload.size - offset, checksum.over(chunks) if checksum else chunks)
        end = write_from(file, offset, limited)
        if checksum is not None and not checksum.matches:
            file.truncate(offset)
            raise WrongChecksum("Esa parte llegó dañada: envíala otra vez.")
        ResumableUpload.objects.filter(pk=upload.pk).update(received=end)
        upload.received = end
    return upload


def store_whole(*, code: str, expected: str, by: Member, now: datetime) -> Medium:
    """Inspect and store a file whose parts arrived; asked twice, it is stored once. Raises `UnusableFile`."""
    check_may(by, "piece.make", now=now)
    upload = queries.get_upload(member=by, code=code, now=now)
    if upload.medium is not None:
        return upload.medium
    if not upload.is_complete:
        raise Refused(f"«{upload.name}» no ha terminado de subir: espera a que termine.")
    with locked_part(code) as file:
        stored = store_incoming(file, expected, check=extension_check(upload.name))
        medium = save_upload(stored=stored, by=by, now=now)
        ResumableUpload.objects.filter(pk=upload.pk).update(medium=medium)
        part_path(code).unlink()
    return medium


def discard_upload(*, upload: ResumableUpload, by: Member, now: datetime) -> None:
    """Forget an upload and its bytes; a file that was stored stays."""
    upload = queries.get_upload(member=by, code=upload.code, now=now)
    if upload.medium_id is None:
        with locked_part(upload.code):
            part_path(upload.code).unlink(missing_ok=True)
    ResumableUpload.objects.filter(pk=upload.pk).delete()


def discard_expired(*, now: datetime) -> None:
    """Forget the uploads that nobody finished or used in time."""
    for upload in ResumableUpload.objects.filter(expires_at__lte=now):
        part_path(upload.code).unlink(missing_ok=True)
        ResumableUpload.objects.filter(pk=upload.pk).delete()


def _no_more_than(size: int, chunks: Iterable[bytes]) -> Iterable[bytes]:
    left = size
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise BadRequest("Llegaron más bytes de los que se anunciaron.")
        yield chunk
