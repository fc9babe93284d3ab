"""Faults on demand: what goes wrong, where and how often, so that a test can choose the worst moment."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "cut_before", "accept_then_cut", "hold_before", "hold_after", "slow", "status", "half_upload", "accept_then_500",
    "accept_then_slow", "echo",
)  # fmt: skip
KNOWN = {"kind", "network", "endpoint", "account", "times", "skip", "probability", "seed", "ms", "code"}
STAGES = ("commit", "prepare", "read")
# HTTP statuses, which each network words its own way, and codes of Meta itself.
STATUSES = (400, 401, 402, 403, 429, 500, 4, 17, 32, 100, 190, 368, 506, 613)


@dataclass
class Rule:
    id: str
    kind: str
    network: str = ""
    endpoint: str = ""  # a stage (commit, prepare, read) or a regular expression over "METHOD /path"
    account: str = ""
    times: int | None = None
    skip: int = 0  # how many of the calls that it concerns go by before it acts
    probability: float = 1.0
    seed: int = 0
    ms: int = 0
    code: int = 429
    fired: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def concerns(self, network: str, account: str, stage: str, address: str) -> bool:
        return (self.times is None or self.fired < self.times) and self._names(network, account, stage, address)

    def _names(self, network: str, account: str, stage: str, address: str) -> bool:
        if (self.network and self.network != network) or (self.account and self.account != account):
            return False
        if not self.endpoint or self.endpoint == stage:
            return True
        return self.endpoint not in STAGES and re.search(self.endpoint, address) is not None

    def public(self) -> dict[str, Any]:
        shown = {name: value for name, value in vars(self).items() if name != "dice"}
        shown["left"] = None if self.times is None else self.times - self.fired
        return shown


@dataclass
class Held:
    id: int
    rule: str
    kind: str
    network: str
    account: str
    stage: str
    address: str
    since: float
    verdict: asyncio.Future[str] = field(repr=False)

    def public(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "verdict"}


class Faults:
    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._held: dict[int, Held] = {}
        self._ids = itertools.count(1)
        self._fired = 0
        self._changed = asyncio.Event()

    def add(self, wanted: list[dict[str, Any]]) -> list[Rule]:
        rules = [rule_from(fields, f"r{next(self._ids)}") for fields in wanted]
        self._rules.extend(rules)
        return rules

    def clear(self) -> None:
        self._rules.clear()
        self._fired = 0
        self.release("auto")

    def take(self, *, network: str, account: str, stage: str, address: str, half: bool = False) -> Rule | None:
        """The first rule that concerns this call and whose dice say yes; it counts as fired.

        `half` asks, before the body is read, only for the kind that cuts in the middle of it.
        """
        for rule in self._rules:
            if (rule.kind == "half_upload") is not half or not rule.concerns(network, account, stage, address):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if rule.dice.random() >= rule.probability:
                continue
            rule.fired += 1
            self._fired += 1
            self._tell()
            return rule
        return None

    def expects_half(self) -> bool:
        return any(rule.kind == "half_upload" for rule in self._rules)

    async def hold(self, rule: Rule, *, network: str, account: str, stage: str, address: str) -> str:
        """Wait until released; the answer is the verdict: auto, process or cut."""
        verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        held = Held(next(self._ids), rule.id, rule.kind, network, account, stage, address, time.time(), verdict)
        self._held[held.id] = held
        self._tell()
        try:
            return await verdict
        finally:
            del self._held[held.id]
            self._tell()

    def release(self, verdict: str, id: int | None = None) -> int:
        released = [held for held in self._held.values() if id in (None, held.id) and not held.verdict.done()]
        for held in released:
            held.verdict.set_result(verdict)
        return len(released)

    async def wait(self, *, held: int, fired: int, timeout: float) -> bool:
        """Return as soon as at least `held` calls are held and `fired` faults have happened, or when time is over."""
        deadline = time.monotonic() + timeout
        while len(self._held) < held or self._fired < fired:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return False
        return True

    def public(self) -> dict[str, Any]:
        return {
            "held": len(self._held),
            "fired": self._fired,
            "holding": [held.public() for held in self._held.values()],
            "rules": [rule.public() for rule in self._rules],
        }

    def _tell(self) -> None:
        self._changed.set()


def rule_from(fields: dict[str, Any], id: str) -> Rule:
    """Read a rule from JSON; raises ValueError with the reason when it cannot be one."""
    unknown = set(fields) - {
        "kind",
        "network",
        "endpoint",
        "account",
        "times",
        "skip",
        "probability",
        "seed",
        "ms",
        "code",
    }
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    rule = Rule(id=id, **fields)
    if rule.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if rule.kind in ("status", "echo") and rule.code not in STATUSES:
        raise ValueError(f"code must be one of {', '.join(map(str, STATUSES))}")
    re.compile(rule.endpoint)
    rule.dice = random.Random(rule.seed)
    return rule
