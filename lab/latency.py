"""How long the networks take with a file: the same for the same file and seed, on the laboratory's own clock."""

from __future__ import annotations

import random

from lab.accounts import Account


class Latency:
    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def seconds(self, account: Account | None, digest: str, least: float, most: float) -> float:
        """Return how long a file is processed; an account may say one time for all of its own, in `processing`."""
        told = account.extra.get("processing") if account else None
        return float(told) if told is not None else random.Random(f"{self._seed}:{digest}").uniform(least, most)


def share(begun: float, ready: float, now: float) -> float:
    """Return how much of the processing is done, from 0 to 1."""
    return 1.0 if now >= ready else max(0.0, (now - begun) / (ready - begun))
