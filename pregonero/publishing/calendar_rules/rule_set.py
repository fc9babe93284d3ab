"""The rules of a calendar as values. They advise; nothing here prevents scheduling (P-2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pregonero.working_days import holidays_in

TOO_CLOSE = timedelta(minutes=15)  # between two publications on one account, while no other gap is set
APART_BY = timedelta(hours=2)  # between two topics that must not touch


@dataclass(frozen=True)
class RuleSet:
    """What a calendar advises. Without rules of its own, only the gap of `TOO_CLOSE`.

    `apart` has pairs of themes in lower case, as `pair_of` returns them. Moments are in Bogotá.
    """

    version: int = 0
    gap: timedelta = TOO_CLOSE
    gaps: Mapping[int, timedelta] = field(default_factory=dict)  # by account
    best_hours: frozenset[int] = frozenset()
    quiet: tuple[time, time] | None = None
    apart: frozenset[frozenset[str]] = frozenset()
    apart_by: timedelta = APART_BY
    skips_holidays: bool = False

    def gap_of(self, account: int) -> timedelta:
        """Return the least time between two publications on an account."""
        return self.gaps.get(account, self.gap)

    def is_quiet(self, moment: datetime) -> bool:
        """Return whether a moment is in the quiet hours, which may go past midnight."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        at = moment.time()
        return start <= at < end if start <= end else at >= start or at < end

    def day_off(self, day: date) -> str:
        """Return the holiday of a day on which the team prefers not to publish, or an empty string."""
        holiday = holidays_in(day.year).get(day) if self.skips_holidays else None
        return holiday.name if holiday else ""

    def are_apart(self, theme: str, other: str) -> bool:
        """Return whether two themes must not touch."""
        return pair_of((theme, other)) in self.apart if theme and other else False

    def is_best(self, moment: datetime) -> bool:
        """Return whether a moment is in one of the best hours."""
        return moment.hour in self.best_hours


NO_RULES = RuleSet()


def pair_of(themes: Iterable[str]) -> frozenset[str]:
    """Return a pair of themes to be compared: without case and outer spaces."""
    return frozenset(theme.strip().casefold() for theme in themes)


def hours_label(hours: Iterable[int]) -> str:
    """Return hours as spans: "8–10, 17–19"."""
    spans: list[list[int]] = []
    for hour in sorted(hours):
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    return ", ".join(f"{start}–{end}" for start, end in spans)
