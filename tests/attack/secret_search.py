"""Search a text for known secrets in their usual encodings."""

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import quote, quote_plus

SHORTEST = 8  # characters: shorter secrets appear in a text by chance


@cache
def encodings_of(secret: str) -> frozenset[str]:
    """Return a secret as it is, percent-encoded, in hexadecimal, and in base64 at any offset of the encoded data."""
    raw = secret.encode()
    return frozenset({secret, quote(secret, safe=""), quote_plus(secret), raw.hex(), raw.hex().upper(), *_based(raw)})


def _based(raw: bytes) -> Iterator[str]:
    """Yield the base64 characters that depend on the secret alone, for each of the three possible offsets."""
    for before, lost in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (before + len(raw))
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\x00" * before + raw).decode()[lost : bits // 6]


def secrets_in(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Return the names of the secrets that a text contains, in any of the encodings."""
    too_short = [name for name, secret in secrets.items() if len(secret) < SHORTEST]
    assert not too_short, f"too short to be looked for: {too_short}"
    return sorted(name for name, secret in secrets.items() if any(dress in text for dress in encodings_of(secret)))
