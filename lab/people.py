"""The citizens of the lab: one person has the same id at a network wherever they write."""

from __future__ import annotations

import hashlib

LABELS = {"x": "X", "facebook": "Facebook", "instagram": "Instagram", "youtube": "YouTube", "mastodon": "Mastodon"}
MAX_NAME, MAX_TEXT = 80, 2000


def author_id(name: str) -> str:
    """Return the network's id of a citizen: the same for the same name."""
    return str(int(hashlib.sha256(name.casefold().encode()).hexdigest()[:14], 16))


def handle_of(person: str) -> str:
    """Return the handle of a citizen on X, Instagram and Mastodon."""
    return f"u{person[-12:]}"
