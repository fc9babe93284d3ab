"""Encryption of the secrets in the database: AES-256-GCM, with keys that are outside of the database.

Each secret is bound to its row by a context: a secret copied to another row cannot be decrypted. The keys are in a
file of their own (mode 0600), or in the environment. The first key encrypts; any of them decrypts what it encrypted.
The file has one key per line, the newest first. It is read at each use, so that new keys reach every process at once,
and it is replaced as a whole, never written over.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from pregonero import logs

VERSION = b"\x02"  # the first byte of an encrypted secret: the format
ID_BYTES, NONCE_BYTES = 8, 12
ROTATION_LOCK = 0x70726567  # advisory lock: shared by encryption, exclusive for the rotation of keys
OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO

if TYPE_CHECKING:
    Binary = models.BinaryField[bytes | memoryview, bytes | memoryview]
else:
    Binary = models.BinaryField


class KeyMissing(RuntimeError):
    """There is no key: secrets can be neither encrypted nor decrypted."""


class SecretUnreadable(RuntimeError):
    """A stored secret was encrypted with another key or for another row, or is damaged."""


class OutsideTransaction(RuntimeError):
    """A secret was encrypted outside of the transaction that stores it: a rotation of keys could miss it."""


class EncryptedField(Binary):
    """A secret that `encrypt` returned. Its model has an `encryption_context`, which binds the secret to its row."""


@dataclass(frozen=True)
class Key:
    """A key, by its text. Neither its id nor its bytes disclose the text."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        logs.register_secret(self.text)

    @property
    def id(self) -> bytes:
        """Return the id of the key, which is stored with each secret."""
        return hashlib.sha256(b"pregonero.vault.id:" + self.text.encode()).digest()[:ID_BYTES]

    @property
    def secret(self) -> bytes:
        """Return the 32 bytes of the cipher's key."""
        return HKDF(SHA256(), 32, salt=None, info=b"pregonero.vault.2").derive(self.text.encode())


def encrypt(secret: str, *, context: str) -> bytes:
    """Return the secret encrypted for the row that `context` names, inside the transaction that stores it."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"the secret of {context} was encrypted outside of a transaction")
    with connection.cursor() as cursor:
        # A rotation of keys waits for this transaction, and then finds the secret that it stores.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [ROTATION_LOCK])
    key = read_keys()[0]
    head, nonce = VERSION + key.id, os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key.secret).encrypt(nonce, secret.encode(), head + context.encode())


def decrypt(encrypted: bytes | memoryview, *, context: str) -> str:
    """Return the secret in clear text, for the call that needs it. Raises `SecretUnreadable`."""
    content = bytes(encrypted)
    head, rest = content[: 1 + ID_BYTES], content[1 + ID_BYTES :]
    key = next((key for key in read_keys() if head == VERSION + key.id), None)
    if key is None:
        raise SecretUnreadable("La credencial guardada no corresponde a las llaves de esta instalación.")
    try:
        secret = AESGCM(key.secret).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + context.encode())
    except InvalidTag as error:
        raise SecretUnreadable("La credencial guardada no es de esta cuenta, o se dañó.") from error
    return secret.decode()


def is_encrypted_with_current_key(encrypted: bytes | memoryview) -> bool:
    """Return whether a secret was encrypted with the first key."""
    return bytes(encrypted)[: 1 + ID_BYTES] == VERSION + read_keys()[0].id


def encrypted_rows() -> Iterator[tuple[str, models.QuerySet[models.Model]]]:
    """Yield each `EncryptedField` of every app, with the rows that have a secret in it."""
    for model in apps.get_models():
        for field_ in model._meta.concrete_fields:
            if isinstance(field_, EncryptedField):
                yield field_.name, model._default_manager.exclude(**{field_.name: b""}).order_by("pk")


def count_unreadable() -> int:
    """Return how many secrets were encrypted with a key that is missing now."""
    known = tuple(VERSION + key.id for key in read_keys())
    return sum(
        not bytes(encrypted).startswith(known)
        for name, rows in encrypted_rows()
        for encrypted in rows.values_list(name, flat=True).iterator()
    )


def read_keys() -> tuple[Key, ...]:
    """Return the keys, the current one first. Raises `KeyMissing`."""
    texts = settings.VAULT_KEYS or _read(settings.VAULT_KEY_PATH)
    if not texts:
        raise KeyMissing(f"Falta la llave de las credenciales: {settings.VAULT_KEY_PATH}.")
    return tuple(Key(text) for text in texts)


def is_key_in_file() -> bool:
    """Return whether the keys are in their file, and not in the environment."""
    return not settings.VAULT_KEYS


def key_problem() -> str:
    """Return what is wrong with the key file, as a Spanish sentence; empty when nothing is."""
    if not is_key_in_file():
        return ""
    path: Path = settings.VAULT_KEY_PATH
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"Falta la llave de las credenciales: {path} ({error.strerror})."
    if mode & OTHER_USERS:
        return f"Otros usuarios del equipo pueden leer la llave de las credenciales: ejecuta «chmod 600 {path}»."
    return ""


def add_key() -> None:
    """Add a new key at the beginning of the file; the keys that were there still decrypt."""
    _replace([secrets.token_urlsafe(48), *_read(settings.VAULT_KEY_PATH)])


def remove_old_keys() -> None:
    """Remove from the file every key but the first."""
    _replace(_read(settings.VAULT_KEY_PATH)[:1])


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def _replace(texts: list[str]) -> None:
    """Write a new file beside the old one and rename it: after a crash, one of the two is there whole."""
    path: Path = settings.VAULT_KEY_PATH
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write("\n".join(texts) + "\n")
        output.flush()
        os.fsync(output.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
