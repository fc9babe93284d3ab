"""The keys of the vault, in a file of their own (0600) or in the environment: the first seals, all of them open.

The file is read at each use, so that a change of keys reaches every process at once. It holds one key a line, the
newest first; it is replaced whole, never written over.
"""

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from pregonero import logs

ID_BYTES = 8
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyMissing(RuntimeError):
    """There is no key, and secrets cannot be opened without it."""


@dataclass(frozen=True)
class Key:
    """A key by its text: the id that sealed secrets carry, and the bytes that seal. Neither tells the text."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        logs.register_secret(self.text)

    @property
    def id(self) -> bytes:
        """Return the name of the key, which gives nothing of it away."""
        return hashlib.sha256(b"pregonero.vault.id:" + self.text.encode()).digest()[:ID_BYTES]

    @property
    def secret(self) -> bytes:
        """Return the 32 bytes of the cipher."""
        return HKDF(SHA256(), 32, salt=None, info=b"pregonero.vault.2").derive(self.text.encode())


def ring() -> tuple[Key, ...]:
    """Return the keys, the current one first. Raises `KeyMissing`."""
    texts = settings.VAULT_KEYS or _read(settings.VAULT_KEY_PATH)
    if not texts:
        raise KeyMissing(f"Falta la llave de las credenciales: {settings.VAULT_KEY_PATH}.")
    return tuple(Key(text) for text in texts)


def current() -> Key:
    """Return the key that seals."""
    return ring()[0]


def by_id(id: bytes) -> Key | None:
    """Return the key of that name, if it is in the ring."""
    return next((key for key in ring() if key.id == id), None)


def is_in_file() -> bool:
    """Return whether the keys are in their file, and not in the environment."""
    return not settings.VAULT_KEYS


def problem() -> str:
    """Return what is wrong with where the keys are, in a sentence; nothing when all is well."""
    if not is_in_file():
        return ""
    path: Path = settings.VAULT_KEY_PATH
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"Falta la llave de las credenciales: {path} ({error.strerror})."
    if mode & OTHERS:
        return f"Otros usuarios del equipo pueden leer la llave de las credenciales: ejecuta «chmod 600 {path}»."
    return ""


def add_key() -> None:
    """Put a new key first in the file; those that were there go on opening."""
    _replace([secrets.token_urlsafe(48), *_read(settings.VAULT_KEY_PATH)])


def drop_old() -> None:
    """Leave in the file only the key that seals."""
    _replace(_read(settings.VAULT_KEY_PATH)[:1])


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def _replace(texts: list[str]) -> None:
    """Write the file whole beside the old one and put it in its place: a cut leaves one or the other."""
    path: Path = settings.VAULT_KEY_PATH
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write("\n".join(texts) + "\n")
        output.flush()
        os.fsync(output.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
