"""One thing looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Its name, whether it is well, and the sentence."""

    name: str
    ok: bool
    sentence: str
