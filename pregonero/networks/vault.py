"""Secrets at rest: AES-256-GCM, with a key that lives outside the database, each bound to the row that it is of.

What is sealed says by which key; a ring of keys opens all of it, and its first one seals. A secret moved to another
row opens nothing.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from pregonero.networks import keyring
from pregonero.networks.encrypted_fields import VERSION

NONCE_BYTES = 12
ROTATION_LOCK = 0x70726567  # of PostgreSQL: sealing shares it, the rotation of keys holds it alone


class SecretUnreadable(RuntimeError):
    """A stored secret was written with another key, for another row, or was damaged."""


class OutsideTransaction(RuntimeError):
    """A secret was sealed without the transaction that keeps it: a rotation of keys could miss it."""


def seal(secret: str, *, bound: str) -> bytes:
    """Return the secret encrypted for the row that `bound` names, inside the transaction that keeps it."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(bound)
    with connection.cursor() as cursor:
        # Whoever changes the keys waits for this transaction, and seals what it keeps again.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [ROTATION_LOCK])
    key = keyring.current()
    head, nonce = VERSION + key.id, os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key.secret).encrypt(nonce, secret.encode(), head + bound.encode())


def unseal(sealed: bytes | memoryview, *, bound: str) -> str:
    """Return the secret in the clear; it must go no further than the call that needs it."""
    whole = bytes(sealed)
    head, rest = whole[: 1 + keyring.ID_BYTES], whole[1 + keyring.ID_BYTES :]
    key = keyring.by_id(head[1:]) if head[:1] == VERSION else None
    if key is None:
        raise SecretUnreadable("La credencial guardada no corresponde a las llaves de esta instalación.")
    try:
        opened = AESGCM(key.secret).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + bound.encode())
    except InvalidTag as error:
        raise SecretUnreadable("La credencial guardada no es de esta cuenta, o se dañó.") from error
    return opened.decode()


def is_current(sealed: bytes | memoryview) -> bool:
    """Return whether a secret is sealed with the key that seals today."""
    return bytes(sealed)[: 1 + keyring.ID_BYTES] == VERSION + keyring.current().id
