"""Copy an installation while it works: the database as of one moment, the new media, and the keys in another folder.

A copy is complete when its list (`copia-….json`) is there, which is written last. Media files are named by their
digest and never change, so only the new ones are copied. They are copied after the database: every file that a row
names was there before.
"""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pregonero import embedded_postgres
from pregonero.backup.cipher import CHUNK, encrypt
from pregonero.processes import plain_environment

KEY_FILE = "copia.key"
INSTALLATION_KEYS = ("vault.key", "secret.key")
LIST_PATTERN = "copia-*.json"


class CopyFailed(Exception):
    """A copy could not be made or brought back; the Spanish sentence says why."""


@dataclass(frozen=True)
class CopyList:
    """What a copy has: its database, every medium by its path, and when it was made."""

    made_at: str
    database: str
    media: tuple[str, ...]


@dataclass(frozen=True)
class CopyResult:
    """What making a copy did."""

    file: str
    media: int
    new_media: int
    database_bytes: int


def make_copy(*, folder: Path, keys: Path, data: Path, database_url: str, now: datetime) -> CopyResult:
    """Copy the database and the media to a folder, and the keys to another one. Raises `CopyFailed`."""
    if keys.resolve().is_relative_to(folder.resolve()):
        raise CopyFailed("Las llaves van en otra carpeta: con la copia y las llaves juntas, cualquiera la lee.")
    for path in (folder, keys):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = _copy_keys(keys, data)
    moment = now.strftime("%Y%m%dT%H%M%S%fZ")
    database = f"base-{moment}.cifrada"
    size = _write(folder / database, encrypt(_dump(database_url), key=key, name=database))
    media = sorted(_media_files(data / "media"))
    new = [name for name in media if _copy_medium(data / "media", folder / "medios", name, key)]
    listed = CopyList(now.isoformat(), database, tuple(media))
    file = folder / f"copia-{moment}.json"
    _write(file, [json.dumps(asdict(listed), indent=1).encode()])
    return CopyResult(str(file), len(media), len(new), size)


def _copy_keys(keys: Path, data: Path) -> str:
    """Copy the keys of the installation and return that of the copies, which is made the first time."""
    for name in INSTALLATION_KEYS:
        if (data / name).exists():
            shutil.copy(data / name, keys / name)
            (keys / name).chmod(0o600)
    path = keys / KEY_FILE
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()


def _dump(database_url: str) -> Iterator[bytes]:
    """Yield the database as `pg_dump` writes it, as of the moment in which it begins."""
    binary = str(embedded_postgres.binaries_folder() / "pg_dump")
    command = [binary, "--format=custom", "--no-owner", f"--dbname={database_url}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=plain_environment()) as dump:
        yield from read_chunks(dump.stdout)
        problem = dump.stderr.read().decode(errors="replace") if dump.stderr else ""
    if dump.returncode:
        raise CopyFailed(f"No se pudo copiar la base de datos: {problem.strip()}")


def read_chunks(file: IO[bytes] | None) -> Iterator[bytes]:
    """Yield the contents of an open file."""
    while file is not None and (part := file.read(CHUNK)):
        yield part


def _media_files(media: Path) -> Iterator[str]:
    """Yield the path of each stored file, relative to the folder; what is still arriving is no file yet."""
    for path in media.glob("??/*"):
        if path.is_file() and path.parent.name != "incoming":
            yield str(path.relative_to(media))


def _copy_medium(media: Path, folder: Path, name: str, key: str) -> bool:
    """Copy a file unless it is in the folder already; return whether it was new."""
    target = folder / f"{name}.cifrado"
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with (media / name).open("rb") as file:
        _write(target, encrypt(read_chunks(file), key=key, name=name))
    return True


def _write(path: Path, parts: Iterable[bytes]) -> int:
    """Write a file that gets its name when it is whole and on disk; return its bytes."""
    unfinished = path.with_name(f".{path.name}")
    with unfinished.open("wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    unfinished.replace(path)
    return size
