"""What is inside the files that arrive with a synergy: mails, ZIP archives, pictures and videos (S-1).

Nothing here is trusted: an archive is opened only as far as its limits, and one inside another is kept closed.
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import PurePath

from django.utils.html import strip_tags

from pregonero.errors import Refused
from pregonero.media.errors import UnusableFile
from pregonero.media.file_names import safe_name
from pregonero.media.store import store_upload
from pregonero.synergies.actions.synergies import ReceivedFile
from pregonero.synergies.rules import MOST_BYTES, MOST_BYTES_IN_ALL, MOST_FILES, check_files

MAIL, ZIP, TNEF = ".eml", ".zip", "winmail.dat"
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
DRAWN = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".avif", ".mp4", ".mov", ".m4v", ".webm")
CLOSED = "Es un archivo comprimido dentro de otro: se guarda cerrado. Pide por separado lo que trae."
OUTLOOK = "Es un winmail.dat de Outlook, que no se abre aquí: pide que lo envíen otra vez con formato HTML."
READ = 64 * 1024
# What the reading of a ZIP raises: its own faults, and those of its three compressions.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
Unpacked = tuple[str, bytes]


@dataclass(frozen=True)
class Mail:
    """What a mail says: who sent it, its subject, when, its text, and its files."""

    sender: str
    subject: str
    sent_at: datetime | None
    text: str
    files: tuple[Unpacked, ...]


def read_mail(content: bytes) -> Mail:
    """Return what an .eml file says. A mail attached to it is one of its files."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    body = message.get_body(preferencelist=("plain", "html"))
    return Mail(
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        sent_at=_date(message),
        text=_text(body) if body is not None else "",
        files=tuple(_attachments(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header without line breaks; a malformed one is as it came."""
    try:
        value = str(message[name] or "")
    except (ValueError, IndexError, AttributeError):  # the parser's own faults with some malformed headers
        value = next((str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(value.replace("\0", "").split())


def _date(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _text(part: MIMEPart) -> str:
    """Return the text of a part; in a charset that nobody knows, as Latin-1, which reads any byte."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = data.decode("latin-1")
    text = text.replace("\0", "")
    return text if part.get_content_type() == "text/plain" else _without_tags(text)


def _without_tags(html: str) -> str:
    text = unescape(strip_tags(html))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _attachments(message: EmailMessage) -> Iterator[Unpacked]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            yield f"{_header(inner, 'Subject') or f'correo {number}'}{MAIL}", inner.as_bytes()
            continue
        payload = part.get_payload(decode=True)
        yield _name_of(part, number), payload if isinstance(payload, bytes) else b""


def _name_of(part: MIMEPart, number: int) -> str:
    """Return the name of an attachment. What is left of bytes in no charset is replaced: no database stores it."""
    return (part.get_filename() or f"adjunto {number}").encode("utf-8", "replace").decode("utf-8")


def unzip(name: str, content: bytes, *, most_bytes: int = MOST_BYTES_IN_ALL) -> list[Unpacked]:
    """Return the files of a ZIP archive. Raises `Refused` if it is malformed, encrypted or made to fill a disk."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise Refused(f"«{name}» trae {len(entries)} archivos: una sinergia lleva hasta {MOST_FILES}.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused(f"«{name}» tiene contraseña: pide que lo envíen sin ella.")
        left, found = most_bytes, []
        for entry in entries:
            data = _bounded(archive, entry, min(left, MOST_BYTES), name)
            left -= len(data)
            found.append((_entry_name(entry), data))
    except DAMAGED as error:
        raise Refused(f"«{name}» está dañado: pide que lo envíen otra vez.") from error
    return found


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, name: str) -> bytes:
    """Read an entry up to a limit, whatever its header says of its size."""
    data = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(READ):
            data += chunk
            if len(data) > limit:
                raise Refused(f"Lo que trae «{name}» pesa demasiado: pide los archivos por separado.")
    return bytes(data)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the last part of an entry's name. Without the mark of UTF-8, the accents are those of Latin-1 or CP437."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("latin-1")
    return PurePath(name.replace("\\", "/")).name or "archivo"


def open_files(files: Iterable[Unpacked]) -> list[ReceivedFile]:
    """Open the ZIP archives, and look into each picture and video in the sandbox.

    Raises `Refused` as `unzip` does, and before the sandbox if all that came is too much for a synergy.
    """
    opened: list[Unpacked] = []
    for name, content in files:
        left = MOST_BYTES_IN_ALL - sum(len(data) for _, data in opened)
        opened += unzip(name, content, most_bytes=left) if _ends(name, (ZIP,)) else [(name, content)]
        check_files((name, len(data)) for name, data in opened)
    return [_received(name, content) for name, content in opened if content]


def _received(name: str, content: bytes) -> ReceivedFile:
    name = safe_name(name)
    if name.casefold() == TNEF:
        return ReceivedFile(name, content, note=OUTLOOK)
    if _ends(name, ARCHIVES):
        return ReceivedFile(name, content, note=CLOSED)
    if not _ends(name, DRAWN):
        return ReceivedFile(name, content)
    try:
        return ReceivedFile(name, content, store_upload([content], name))
    except UnusableFile as unusable:
        return ReceivedFile(name, content, note=unusable.message[:300])


def _ends(name: str, endings: tuple[str, ...]) -> bool:
    return name.casefold().endswith(endings)
