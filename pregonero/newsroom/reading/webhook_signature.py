"""The signature of the official website's notices (webhook): docs/formats/aviso-de-la-sede.md."""

import hashlib
import hmac
import re

TOLERANCE = 300  # seconds, either way
HEADER = "X-Pregonero-Signature"
FORM = re.compile(r"^\s*t=(\d{1,12})\s*,\s*v1=([0-9a-f]{64})\s*$")


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the header's value for a body sent at a moment (Unix seconds)."""
    return f"t={timestamp},v1={_digest(secret, timestamp, body)}"


def signed_at(secret: str, header: str, body: bytes, *, now: float) -> int | None:
    """Return when a body was signed, or None unless the signature is right and no more than five minutes
    away.
    """
    match = FORM.match(header)
    if match is None:
        return None
    timestamp = int(match.group(1))
    good = hmac.compare_digest(_digest(secret, timestamp, body), match.group(2))
    return timestamp if good and abs(now - timestamp) <= TOLERANCE else None


def delivery_key(timestamp: int, body: bytes) -> str:
    """Return what names one delivery: the same moment and body again are a replay."""
    return hashlib.sha256(f"{timestamp}.".encode() + body).hexdigest()


def _digest(secret: str, timestamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
