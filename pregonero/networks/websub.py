"""WebSub: a hub tells our public address that a topic changed, for as long as the lease that it gave (Q-1).

Read on 2026-11-30 at https://www.w3.org/TR/websub/ and
https://developers.google.com/youtube/v3/guides/push_notifications
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from pregonero.networks.base import ApiCredentials

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LEASE_SECONDS = 432_000  # asked for: five days, what Google's hub gives
LONGEST_LEASE = 10 * 86_400  # of what a hub may say


class Hub(Protocol):
    """The hub of a network, and the topic of an account there."""

    def topic_of(self, credentials: ApiCredentials) -> str:
        """Return the address of what is followed."""
        ...

    def subscribe(self, credentials: ApiCredentials, *, callback: str, secret: str) -> None:
        """Ask the hub to tell our address; it answers by checking the address. Raises `NetworkError`."""
        ...


def callback_token(secret: str) -> str:
    """Return the part of a callback's address that nobody can guess; it is not the secret."""
    return hmac.new(secret.encode(), b"callback", hashlib.sha256).hexdigest()[:32]


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Return whether `X-Hub-Signature` is the HMAC of the raw body, with the algorithm that it names."""
    name, _, given = headers.get("X-Hub-Signature", "").partition("=")
    if name not in ("sha1", "sha256", "sha384", "sha512"):
        return False
    expected = hmac.new(secret.encode(), body, name).hexdigest()
    return hmac.compare_digest(given.encode(), expected.encode())


def has_public_address() -> bool:
    """Return whether the networks can reach this installation, as far as its configuration says."""
    parts = urlsplit(settings.PUBLIC_ADDRESS)
    if parts.hostname in LOOPBACK:
        return parts.hostname in settings.PRIVATE_ADDRESSES_ALLOWED
    return parts.scheme == "https"
