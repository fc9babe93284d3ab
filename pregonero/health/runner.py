"""The health checks of every app, and running them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class CheckResult:
    """The result of one check: its name, whether all is well, and a sentence that says what to do.

    `is_stop` is set when something is stopped on purpose, or for a while: it may be no fault, but everybody must know.
    """

    name: str
    ok: bool
    sentence: str
    is_stop: bool = False

    @property
    def label(self) -> str:
        """Return the result in a Spanish word."""
        if not self.ok:
            return "revisar"
        return "en pausa" if self.is_stop else "bien"


Check = Callable[[int | None], CheckResult]
_checks: list[Check] = []


def register_checks(*checks: Check) -> None:
    """Add an app's checks; its AppConfig calls this in `ready()`. A check that is registered already is ignored."""
    _checks.extend(check for check in checks if check not in _checks)


def run_checks(*, entity_id: int | None = None) -> list[CheckResult]:
    """Run every check in the order of `INSTALLED_APPS`; the checks of deliveries and accounts look at one entity."""
    return [check(entity_id) for check in _checks]
