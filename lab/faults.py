"""Faults on demand: rules that make chosen calls fail, wait, or be accepted late."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.messages import Call

KINDS = (
    "cut_before",
    "accept_then_cut",
    "hold_before",
    "hold_after",
    "slow",
    "status",
    "half_upload",
    "accept_then_500",
    "accept_then_slow",
    "echo",
    "accept_late",
    "cut_then_accept",
)
LATE_KINDS = ("accept_late", "cut_then_accept")
FIELDS = {"kind", "network", "endpoint", "account", "times", "skip", "probability", "seed", "ms", "code"}
STAGES = ("commit", "prepare", "read")
VERDICTS = ("auto", "process", "cut")
# HTTP statuses, which each network words in its own way, and error codes of Meta.
STATUSES = (400, 401, 402, 403, 429, 500, 4, 17, 32, 100, 190, 368, 506, 613, 2018278, 2534022)


@dataclass
class Rule:
    """One fault and the calls that it applies to."""

    id: str
    kind: str
    network: str = ""
    endpoint: str = ""  # a stage (commit, prepare, read) or a regular expression over "METHOD /path"
    account: str = ""
    times: int | None = None
    skip: int = 0  # how many matching calls pass before the rule applies
    probability: float = 1.0
    seed: int = 0
    ms: int = 0
    code: int = 429
    fired: int = 0
    random: random.Random = field(default_factory=random.Random, repr=False)

    def matches(self, call: Call) -> bool:
        """Whether the rule applies to a call, by its network, account and endpoint, and is not used up."""
        if self.times is not None and self.fired >= self.times:
            return False
        if self.network not in ("", call.network) or self.account not in ("", call.account_id):
            return False
        if self.endpoint in ("", call.stage):
            return True
        return self.endpoint not in STAGES and re.search(self.endpoint, call.endpoint) is not None

    def as_dict(self) -> dict[str, Any]:
        fields = {name: value for name, value in vars(self).items() if name != "random"}
        return {**fields, "left": None if self.times is None else self.times - self.fired}


@dataclass
class HeldCall:
    """A call that a rule keeps waiting until it is released."""

    id: int
    rule: str
    kind: str
    network: str
    account: str
    stage: str
    endpoint: str
    since: float
    is_client_gone: Callable[[], bool] = field(repr=False)
    verdict: asyncio.Future[str] = field(repr=False)
    finished: asyncio.Event = field(default_factory=asyncio.Event, repr=False)  # set when the call has been handled

    def as_dict(self) -> dict[str, Any]:
        names = ("id", "rule", "kind", "network", "account", "stage", "endpoint", "since")
        return {name: getattr(self, name) for name in names} | {"client_gone": self.is_client_gone()}


class Faults:
    """The rules in force and the calls that they hold."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._held: dict[int, HeldCall] = {}
        self._ids = itertools.count(1)
        self._fired = 0
        self._changed = asyncio.Event()

    def add(self, rules: list[dict[str, Any]]) -> list[Rule]:
        """Add rules given as JSON objects. Raises ValueError with the reason when one is invalid."""
        added = [rule_from(fields, f"r{next(self._ids)}") for fields in rules]
        self._rules.extend(added)
        return added

    def clear(self) -> None:
        """Remove all rules and release the held calls with the verdict `auto`."""
        self._rules.clear()
        self._fired = 0
        self.release("auto")

    def match(self, call: Call, *, half: bool = False) -> Rule | None:
        """Return the first rule that applies to a call, and count it as fired.

        With `half`, only the rules that cut the connection in the middle of the body are considered; they are looked
        up before the body is read. Without it, only the other rules are considered.
        """
        for rule in self._rules:
            if (rule.kind == "half_upload") is not half or not rule.matches(call):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if rule.random.random() >= rule.probability:
                continue
            rule.fired += 1
            self._fired += 1
            self._changed.set()
            return rule
        return None

    def expects_half(self) -> bool:
        """Whether some rule cuts in the middle of a body."""
        return any(rule.kind == "half_upload" for rule in self._rules)

    async def hold(self, rule: Rule, call: Call, is_client_gone: Callable[[], bool]) -> HeldCall:
        """Wait until the call is released, or the `ms` of a late rule are over; return it with its verdict."""
        verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        held = HeldCall(
            next(self._ids),
            rule.id,
            rule.kind,
            call.network,
            call.account_id,
            call.stage,
            call.endpoint,
            time.time(),
            is_client_gone,
            verdict,
        )
        self._held[held.id] = held
        self._changed.set()
        timeout = rule.ms / 1000 if rule.kind in LATE_KINDS and rule.ms else None
        try:
            await asyncio.wait_for(asyncio.shield(verdict), timeout)
        except TimeoutError:
            if not verdict.done():
                verdict.set_result("process")
        finally:
            del self._held[held.id]
            self._changed.set()
        return held

    def release(self, verdict: str, id: int | None = None) -> list[HeldCall]:
        """Release one held call, or all of them, and return those that were released."""
        released = [held for held in self._held.values() if id in (None, held.id) and not held.verdict.done()]
        for held in released:
            held.verdict.set_result(verdict)
        return released

    async def wait(self, *, held: int, fired: int, timeout: float) -> bool:
        """Wait until at least `held` calls are held and `fired` faults have happened; return False on time-out."""
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

    def as_dict(self) -> dict[str, Any]:
        return {
            "held": len(self._held),
            "fired": self._fired,
            "holding": [held.as_dict() for held in self._held.values()],
            "rules": [rule.as_dict() for rule in self._rules],
        }


def rule_from(fields: dict[str, Any], id: str) -> Rule:
    """Read a rule from JSON. Raises ValueError with the reason when it is invalid."""
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
    rule = Rule(id=id, **fields)
    if rule.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if rule.kind in ("status", "echo") and rule.code not in STATUSES:
        raise ValueError(f"code must be one of {', '.join(map(str, STATUSES))}")
    re.compile(rule.endpoint)
    rule.random = random.Random(rule.seed)
    return rule
