"""Secrets at rest: encrypted with a key that lives outside the database (settings.VAULT_KEY)."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SecretUnreadable(RuntimeError):
    """A stored secret was not written with today's key."""


def seal(secret: str) -> bytes:
    """Return the secret encrypted."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """Return the secret in the clear; it must go no further than the call that needs it."""
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise SecretUnreadable("La credencial guardada no corresponde a la llave de esta instalación.") from error


def _box() -> Fernet:
    # Fernet wants 32 bytes in base64; the setting is any long random text.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.VAULT_KEY.encode()).digest()))
