"""The key of a record, chosen by us before it exists: an instant and chance, in the alphabet that Bluesky sorts by."""

import secrets
import time

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH, BITS = 13, 5
CHANCE_BITS = 10


def new_key() -> str:
    """Return a new key (a TID: 53 bits of microseconds, 10 of chance)."""
    value = time.time_ns() // 1000 << CHANCE_BITS | secrets.randbits(CHANCE_BITS)
    return "".join(ALPHABET[value >> BITS * at & 31] for at in reversed(range(LENGTH)))
