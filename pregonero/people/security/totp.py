"""The six digits of a code application (TOTP, RFC 6238), with what every application reads: SHA-1 and half a minute."""

import base64
import secrets
from collections.abc import Iterator
from datetime import datetime

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP, DIGITS = 30, 6  # seconds
DRIFT = 1  # steps that the clock of a telephone may be fast or slow
SECRET_BYTES = 20  # RFC 4226, section 4: as long as the digest
ISSUER = "Pregonero"


def new_secret() -> str:
    """Return a random key, in base 32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(now: datetime) -> int:
    """Return the number of the half minute."""
    return int(now.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the code of a half minute."""
    return _totp(secret).generate(step * STEP).decode()


def matching_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the half minute that the code belongs to, later than `after`, or None when it is wrong or was used."""
    digits = "".join(code.split()).encode()
    steps = [step for step in _steps(now) if step > after and bytes_eq(code_at(secret, step).encode(), digits)]
    return steps[0] if steps else None


def provisioning_uri(secret: str, email: str) -> str:
    """Return the address that a code application reads from the QR image."""
    return _totp(secret).get_provisioning_uri(email, ISSUER)


def _steps(now: datetime) -> Iterator[int]:
    yield from range(step_of(now) - DRIFT, step_of(now) + DRIFT + 1)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303  what RFC 6238 and the applications use
