"""The report of `pregonero doctor`: a summary line, what is wrong with its remedy, and the rest by area."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from pregonero.health.models import Incident
from pregonero.health.queries import recent_incidents
from pregonero.health.runner import Area, CheckResult, Level, problems_of, run_checks, summary_of

INDENT = " " * 11


@dataclass(frozen=True)
class InstallationReport:
    """The results of every check, and the incidents of the last days."""

    checks: tuple[CheckResult, ...]
    incidents: tuple[Incident, ...]

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return all(check.ok for check in self.checks)

    @property
    def text(self) -> str:
        """Return the report for a person, in the order of the status page."""
        return "\n".join(self._lines())

    def as_dict(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "ok": self.ok,
            "summary": summary_of(self.checks).sentence,
            "checks": [check.as_dict() for check in self.checks],
            "incidents": [
                {
                    "kind": incident.kind,
                    "detail": incident.detail,
                    "at": incident.last_at,
                    "occurrences": incident.occurrences,
                }
                for incident in self.incidents
            ],
        }

    def _lines(self) -> Iterator[str]:
        yield summary_of(self.checks).sentence
        for check in problems_of(self.checks):
            yield f"{check.level.label:<{len(INDENT)}}{check.text}"
            yield from (f"{INDENT}· {detail.text}{f': {detail.why}' if detail.why else ''}" for detail in check.details)
        for area in Area:
            yield from _good_lines(area, [check for check in self.checks if check.area == area])
        if self.incidents:
            yield "Incidentes de los últimos siete días"
            yield from (f"{INDENT}{_incident_line(incident)}" for incident in self.incidents)


def installation_report(first: Iterable[CheckResult] = ()) -> InstallationReport:
    """Run every check of the whole installation; `first` are results that go before them."""
    return InstallationReport((*first, *run_checks()), tuple(recent_incidents(now=timezone.now())))


def _good_lines(area: Area, checks: Sequence[CheckResult]) -> Iterator[str]:
    good = [check for check in checks if check.level == Level.GOOD]
    if good:
        yield area.value
        yield from (f"{check.level.label:<{len(INDENT)}}{check.sentence}" for check in good)


def _incident_line(incident: Incident) -> str:
    at = timezone.localtime(incident.last_at)
    times = f", {incident.occurrences} veces" if incident.occurrences > 1 else ""
    return f"{at:%d/%m, %H:%M}  {incident.get_kind_display()}{times}. {incident.detail}"
