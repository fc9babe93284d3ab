"""Bring a copy back onto an empty machine, and check it: the seal of the records and the digest of every file."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pregonero import embedded_postgres
from pregonero.backup.cipher import CopyUnreadable, decrypt
from pregonero.backup.copy import INSTALLATION_KEYS, KEY_FILE, LIST_PATTERN, CopyFailed, CopyList
from pregonero.processes import plain_environment


@dataclass(frozen=True)
class RestoreResult:
    """What came back, and the first problem that the check found, if any."""

    made_at: str
    events: int
    batches: int
    heads: tuple[str, ...]
    media: int
    problem: str

    @property
    def ok(self) -> bool:
        """Return whether everything is as it was copied."""
        return not self.problem


def place_keys(*, keys: Path, data: Path) -> None:
    """Place the keys of the installation, before anything else makes new ones. Raises `CopyFailed`."""
    for name in INSTALLATION_KEYS:
        if (data / name).exists() and (data / name).read_bytes() != (keys / name).read_bytes():
            raise CopyFailed(f"En {data} hay otra instalación: {name} es distinta. Restaura en una carpeta vacía.")
        if (keys / name).exists():
            shutil.copy(keys / name, data / name)
            (data / name).chmod(0o600)


def restore_copy(*, folder: Path, keys: Path, data: Path, database_url: str) -> CopyList:
    """Bring the newest complete copy back. Raises `CopyFailed`, also when the database has something."""
    listed = newest_copy(folder)
    try:
        key = (keys / KEY_FILE).read_text(encoding="utf-8").strip()
        _restore_database(folder, listed.database, key, database_url)
        for name in listed.media:
            _restore_medium(folder / "medios", data / "media", name, key)
    except (OSError, CopyUnreadable) as error:
        raise CopyFailed(f"La copia no se pudo traer: {error}") from error
    return listed


def newest_copy(folder: Path) -> CopyList:
    """Return the list of the newest complete copy of a folder. Raises `CopyFailed`."""
    lists = sorted(folder.glob(LIST_PATTERN))
    if not lists:
        raise CopyFailed(f"En {folder} no hay una copia completa.")
    listed = json.loads(lists[-1].read_text(encoding="utf-8"))
    return CopyList(listed["made_at"], listed["database"], tuple(listed["media"]))


def _restore_database(folder: Path, name: str, key: str, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row is None or row[0]:
        raise CopyFailed("La base de datos ya tiene tablas: se restaura en una vacía, para no mezclar.")
    binary = str(embedded_postgres.binaries_folder() / "pg_restore")
    command = [binary, "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database_url}"]
    with (folder / name).open("rb") as file:
        content = decrypt(file, key=key, name=name)
        _feed(command, content)


def _feed(command: list[str], content: Iterator[bytes]) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=plain_environment()) as process:
        if process.stdin is None or process.stderr is None:
            raise CopyFailed("No se pudo traer la base de datos.")
        try:
            process.stdin.writelines(content)
            process.stdin.close()
        except BrokenPipeError:
            process.wait()
        except CopyUnreadable:
            process.kill()
            raise
        problem = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise CopyFailed(f"No se pudo traer la base de datos: {problem}")


def _restore_medium(folder: Path, media: Path, name: str, key: str) -> None:
    target = media / name
    if not target.resolve().is_relative_to(media.resolve()):
        raise CopyFailed(f"La copia nombra un archivo fuera de su lugar: {name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.cifrado").open("rb") as file, target.open("wb") as output:
        output.writelines(decrypt(file, key=key, name=name))


def check_restored(*, listed: CopyList, data: Path) -> RestoreResult:
    """Verify the seal of the records and the digest of every file, once Django is set up."""
    from pregonero.media.models import Medium  # noqa: PLC0415  models load after Django is set up
    from pregonero.records.verification import verify  # noqa: PLC0415

    verification = verify()
    problem = verification.problem.sentence if verification.problem else ""
    changed = (name for name in listed.media if _digest_of(data / "media" / name) != _digest_in(name))
    problem = problem or next((f"El archivo {name} no tiene la huella de su nombre." for name in changed), "")
    missing = (
        file for file in Medium.objects.order_by("pk").values_list("file", flat=True) if file not in listed.media
    )
    problem = problem or next((f"Falta el archivo {file}." for file in missing), "")
    return RestoreResult(
        made_at=listed.made_at,
        events=sum(chain.sealed + chain.pending for chain in verification.chains),
        batches=sum(chain.batches for chain in verification.chains),
        heads=tuple(chain.head for chain in verification.chains),
        media=len(listed.media),
        problem=problem,
    )


def _digest_in(name: str) -> str:
    folder, _, file = name.partition("/")
    return folder + file.partition(".")[0]


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
