"""The registry of the health checks of every app, which runs them and summarises their results."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How a check went, from best to worst."""

    GOOD = "good"
    PAUSED = "paused"  # stopped on purpose, or made to wait by a network: no fault, but everybody must know
    REVIEW = "review"
    ERROR = "error"

    @property
    def label(self) -> str:
        """Return the level in Spanish."""
        return _LABELS[self]


_LABELS = {Level.GOOD: "bien", Level.PAUSED: "en pausa", Level.REVIEW: "revisar", Level.ERROR: "error"}
_WORST_FIRST = (Level.ERROR, Level.REVIEW, Level.PAUSED)


class Area(StrEnum):
    """What a check is about, as the status page groups them."""

    DELIVERIES = "Envíos"
    ACCOUNTS = "Cuentas"
    SECURITY = "Seguridad"
    SERVER = "Servidor"


@dataclass(frozen=True)
class Detail:
    """One thing that a check names, such as a paused account: why, and the path of its page."""

    text: str
    why: str = ""
    path: str = ""


@dataclass(frozen=True)
class CheckResult:
    """The result of one check: a sentence, what a person does about it, and each thing that it concerns."""

    name: str
    area: Area
    level: Level
    sentence: str
    remedy: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong; a pause is not a fault."""
        return self.level in {Level.GOOD, Level.PAUSED}

    @property
    def text(self) -> str:
        """Return the sentence and the remedy."""
        return f"{self.sentence} {self.remedy}".strip()

    def as_dict(self) -> dict[str, Any]:
        """Return the result for programs."""
        return {**asdict(self), "ok": self.ok}


@dataclass(frozen=True)
class Summary:
    """The installation in one line: the worst level, and a Spanish sentence."""

    level: Level
    sentence: str


Check = Callable[[int | None], CheckResult]
_checks: list[Check] = []


def register_checks(*checks: Check) -> None:
    """Add an app's checks; its AppConfig calls this in `ready()`. A check that is registered already is ignored."""
    _checks.extend(check for check in checks if check not in _checks)


def run_checks(*, entity_id: int | None = None) -> list[CheckResult]:
    """Run every check in the order of `INSTALLED_APPS`; with `entity_id`, deliveries and accounts of one entity."""
    return [check(entity_id) for check in _checks]


def problems_of(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """Return the results that a person must know, the worst first."""
    checks = list(checks)
    return [check for level in _WORST_FIRST for check in checks if check.level == level]


def summary_of(checks: Iterable[CheckResult]) -> Summary:
    """Return the results in one line; each pause counts, since one check reports them all."""
    counts = dict.fromkeys(_WORST_FIRST, 0)
    for check in problems_of(checks):
        counts[check.level] += len(check.details) or 1 if check.level == Level.PAUSED else 1
    errors, reviews, pauses = counts.values()
    worst = next((level for level, count in counts.items() if count), Level.GOOD)
    if not errors and not reviews:
        return Summary(
            worst, f"Todo funciona, con {_count(pauses, 'una pausa', 'pausas')}." if pauses else "Todo funciona."
        )
    parts = [
        _count(errors, "un error", "errores"),
        _count(reviews, "una cosa por revisar", "cosas por revisar"),
        _count(pauses, "una pausa", "pausas"),
    ]
    counted = [part for part in parts if part]
    return Summary(worst, f"Hay {' y '.join(filter(None, [', '.join(counted[:-1]), counted[-1]]))}.")


def _count(number: int, one: str, many: str) -> str:
    if not number:
        return ""
    return one if number == 1 else f"{number} {many}"
