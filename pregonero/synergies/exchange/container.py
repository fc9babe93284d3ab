"""The file of a package: a ZIP, without compression, of the signed envelope and the files that it lists (S-4).

The same contents always give the same bytes, and a file with any other bytes is refused.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from pregonero.synergies.exchange.refusals import PackageRefused

MOST_BYTES = 40 * 1024 * 1024
MOST_ENVELOPE = 512 * 1024
MOST_FILES = 20
ENVELOPE = "sobre.json"
FOLDER = "archivos/"
UNIX, NO_DATE = 3, (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o600 << 16


@dataclass(frozen=True)
class Contents:
    """An envelope and files, each by its SHA-256."""

    envelope: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def pack(contents: Contents) -> bytes:
    """Return the ZIP of a package."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(ENVELOPE), contents.envelope)
        for digest in sorted(contents.files):
            archive.writestr(_entry(FOLDER + digest), contents.files[digest])
    return output.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_DATE)
    entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
    return entry


def unpack(data: bytes) -> Contents:
    """Return what the ZIP of a package holds. Raises `PackageRefused`; it never decompresses anything."""
    if len(data) > MOST_BYTES:
        raise PackageRefused("too_big")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            contents = _read(archive, len(data))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, ValueError, EOFError, OSError) as error:
        raise PackageRefused("malformed") from error
    for digest, content in contents.files.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise PackageRefused("file_digest")
    if pack(contents) != data:
        raise PackageRefused("malformed")
    return contents


def _read(archive: zipfile.ZipFile, size: int) -> Contents:
    entries = archive.infolist()
    if len(entries) > MOST_FILES + 1:
        raise PackageRefused("too_many_files")
    if sum(entry.file_size for entry in entries) > size or any(entry.compress_type for entry in entries):
        raise PackageRefused("malformed")
    if archive.getinfo(ENVELOPE).file_size > MOST_ENVELOPE:
        raise PackageRefused("too_big")
    files = {entry.filename: archive.read(entry) for entry in entries}
    envelope = files.pop(ENVELOPE)
    return Contents(envelope, {name.removeprefix(FOLDER): content for name, content in files.items()})
