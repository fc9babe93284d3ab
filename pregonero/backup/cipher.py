"""Encryption of the files of a copy: AES-256-GCM in chunks, so that a file of any size streams.

Each chunk has its number and whether it is the last one in its nonce: chunks that are cut, repeated or moved are
refused. The name of the file is authenticated too, so that one file cannot take the place of another.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC, SALT_BYTES, CHUNK = b"PREGONERO-COPY-1\n", 16, 1024 * 1024
TAG_BYTES = 16


class CopyUnreadable(Exception):
    """A file of a copy is damaged, or it was encrypted with another key; the sentence names it."""


def encrypt(parts: Iterable[bytes], *, key: str, name: str) -> Iterator[bytes]:
    """Yield the encrypted contents of a file."""
    salt = os.urandom(SALT_BYTES)
    cipher, number = _cipher(key, salt), 0
    yield MAGIC + salt
    held = b""
    for part in parts:
        held += part
        while len(held) > CHUNK:
            yield cipher.encrypt(_nonce(number, is_last=False), held[:CHUNK], name.encode())
            held, number = held[CHUNK:], number + 1
    yield cipher.encrypt(_nonce(number, is_last=True), held, name.encode())


def decrypt(file: IO[bytes], *, key: str, name: str) -> Iterator[bytes]:
    """Yield the contents of an encrypted file. Raises `CopyUnreadable`."""
    if file.read(len(MAGIC)) != MAGIC:
        raise CopyUnreadable(f"{name}: no es un archivo de una copia de Pregonero.")
    cipher, number = _cipher(key, file.read(SALT_BYTES)), 0
    chunk = file.read(CHUNK + TAG_BYTES)
    while True:
        following = file.read(CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), chunk, name.encode())
        except (InvalidTag, ValueError) as error:
            raise CopyUnreadable(f"{name}: está dañado, o se cifró con otra llave.") from error
        if not following:
            return
        chunk, number = following, number + 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))


def _cipher(key: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"pregonero.backup.1").derive(key.encode()))
