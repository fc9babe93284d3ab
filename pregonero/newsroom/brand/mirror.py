"""Read the server of the manual into the media folder, within limits of files, bytes, depth and time.

Only what changed is downloaded. A file that lies about its size, has a disguised name or is not what it says is left
out with a sentence, and the rest goes on. Nothing here writes to the database.
"""

import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pregonero.deadlines import boottime
from pregonero.media.errors import UnusableFile
from pregonero.media.sandbox.runner import INSPECTION_LIMITS, run
from pregonero.media.store import StoredFile, incoming_file, store_incoming, store_opaque
from pregonero.newsroom.brand import names
from pregonero.newsroom.brand.transports import connect
from pregonero.newsroom.brand.transports.base import Connection, Entry, FileRefused, Login, ServerError
from pregonero.ssrf import Unreadable

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one reading may take: files and folders, levels of folders, bytes of a file and of all, and seconds."""

    files: int = 5_000
    depth: int = 12
    file_bytes: int = 300 * MEGABYTE
    all_bytes: int = 2_000 * MEGABYTE
    seconds: float = 540.0
    skipped: int = 200


@dataclass(frozen=True)
class Known:
    """What is known of a file from the last reading."""

    size: int
    modified: str


@dataclass(frozen=True)
class Skipped:
    """Why a file was left out. `known` is what it was, if its own content is why: it is not downloaded again."""

    why: str
    known: Known | None = None


@dataclass(frozen=True)
class Content:
    """A content that was downloaded and stored. A picture that opens here comes with its `picture`."""

    sha256: str
    stored: str
    size: int
    modified: str
    opening: str
    label: str
    note: str
    picture: StoredFile | None = None


@dataclass
class Reading:
    """What a reading found. `present` has every path that the server has, also those that were left out.

    It is complete when every folder was read to its end; only then is a missing file gone. `problem` says what stopped
    it, and `has_more` that only its limits did: it goes on in the next reading.
    """

    contents: dict[str, Content] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    is_complete: bool = True
    has_more: bool = False
    problem: str = ""
    downloaded: int = 0

    def skip(self, path: str, why: str, limits: Limits, known: Known | None = None) -> None:
        """Leave out a file, and say why."""
        if len(self.skipped) < limits.skipped:
            self.skipped[path] = Skipped(why, known)


def read_server(
    login: Login,
    known: Mapping[str, Known],
    limits: Limits | None = None,
    *,
    refused: Mapping[str, Skipped] | None = None,
) -> Reading:
    """Read the server and store what is new. A problem on the way is in the reading, with what was brought before.

    `refused` are the files that the last reading left out: one that did not change is left out without a download.
    """
    limits, refused, reading = limits or Limits(), refused or {}, Reading()
    try:
        connection = connect(login, seconds=limits.seconds)
    except (ServerError, Unreadable) as problem:
        reading.problem, reading.is_complete = problem.message, False
        return reading
    until = boottime() + limits.seconds * 0.9
    try:
        for path, entry in _walk(connection, reading, limits):
            if reading.downloaded >= limits.all_bytes or boottime() > until:
                reading.has_more, reading.is_complete = True, False
                break
            before = refused.get(path)
            if before is not None and _is_unchanged(entry, before.known):
                reading.skip(path, before.why, limits, before.known)
            elif not _is_unchanged(entry, known.get(path)):
                _bring(connection, path, entry, reading, limits)
    except (ServerError, Unreadable) as problem:
        reading.problem, reading.is_complete = problem.message, False
    finally:
        connection.close()
    if reading.is_complete and known and not reading.present:
        reading.problem, reading.is_complete = "La carpeta del servidor está vacía: se conserva lo último.", False
    return reading


def list_first_folder(login: Login, *, seconds: float) -> list[Entry]:
    """Sign in and return what the first folder has, to try a connection. Raises `ServerError` or `Unreadable`."""
    connection = connect(login, seconds=seconds)
    try:
        return list(connection.list_folder(""))
    finally:
        connection.close()


def _walk(connection: Connection, reading: Reading, limits: Limits) -> Iterator[tuple[str, Entry]]:
    """Yield each file with its path, the shallow folders first; what is not taken is left in the reading."""
    folders, seen = deque([("", "", 0)]), 0
    while folders:
        folder, raw, depth = folders.popleft()
        for entry in _entries(connection, folder, raw, reading, limits):
            seen += 1
            if seen > limits.files:
                reading.is_complete = False
                reading.skip("/", f"Hay más de {limits.files} archivos: los demás no se leen.", limits)
                return
            path = _path(folder, entry, reading, limits)
            if path is None:
                continue
            if not entry.is_folder:
                reading.present.add(path)
                yield path, entry
            elif depth >= limits.depth:
                reading.skip(path, f"Está a más de {limits.depth} carpetas de hondo: no se lee.", limits)
            else:
                folders.append((path, entry.path, depth + 1))


def _entries(connection: Connection, folder: str, raw: str, reading: Reading, limits: Limits) -> list[Entry]:
    """Return what a folder has, or nothing after saying that the server does not show it."""
    try:
        return list(connection.list_folder(raw))
    except FileRefused as refusal:
        reading.is_complete = False
        reading.skip(folder or "/", refusal.message, limits)
        return []


def _path(folder: str, entry: Entry, reading: Reading, limits: Limits) -> str | None:
    """Return the path of a file or folder as it is shown, or None after leaving it out."""
    name = unicodedata.normalize("NFC", entry.name)
    path = f"{folder}/{name}" if folder else name
    why = names.why_not(name)
    if not why and len(path) > names.LONGEST_PATH:
        why = "Está en carpetas de nombres muy largos: pide que los acorten."
    if not why and path in reading.present:
        why = "Dos archivos se llaman igual: solo se recibe el primero."
    if why:
        shown = names.shown(name)
        reading.skip(f"{folder}/{shown}" if folder else shown, why, limits)
        return None
    return path


def _is_unchanged(entry: Entry, known: Known | None) -> bool:
    if known is None or entry.size is None or not entry.modified:
        return False
    return known == Known(entry.size, entry.modified)


def _bring(connection: Connection, path: str, entry: Entry, reading: Reading, limits: Limits) -> None:
    """Download and store a file, or leave it out with the reason."""
    try:
        reading.contents[path] = _download(connection, path, entry, reading, limits)
    except FileRefused as refusal:
        reading.skip(path, refusal.message, limits)
    except UnusableFile as refusal:
        known = Known(entry.size, entry.modified) if entry.size is not None and entry.modified else None
        reading.skip(path, refusal.message, limits, known)


def _download(connection: Connection, path: str, entry: Entry, reading: Reading, limits: Limits) -> Content:
    if (entry.size or 0) > limits.file_bytes:
        raise UnusableFile(f"Pesa más de {limits.file_bytes // MEGABYTE} MB: no se recibe.")
    most, received = limits.file_bytes if entry.size is None else entry.size, 0
    with incoming_file() as output:
        for chunk in connection.read(entry):
            received += len(chunk)
            reading.downloaded += len(chunk)
            if received > most:
                raise _wrong_size(entry)
            output.write(chunk)
        if entry.size is not None and received != entry.size:
            raise _wrong_size(entry)
        output.flush()
        facts = run("inspect document", Path(output.name), INSPECTION_LIMITS, name=path)
        picture = store_incoming(output, "picture") if facts["opening"] == "PICTURE" else None
        original = (picture.original or picture) if picture is not None else None
        if original is not None:
            sha256, stored, size = original.sha256, original.file, original.size
        else:
            sha256, stored, size = store_opaque(output)
    return Content(sha256, stored, size, entry.modified, facts["opening"], facts["label"], facts["note"], picture)


def _wrong_size(entry: Entry) -> UnusableFile:
    return UnusableFile(
        f"El servidor dice que pesa {entry.size} bytes y envía otra cosa: no se recibe."
        if entry.size is not None
        else "El servidor no termina de enviarlo: no se recibe."
    )
