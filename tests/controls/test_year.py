"""A year of the register with the clock moved: each cadence falls due on its working day, and each failing leads on."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pregonero.controls import queries
from pregonero.controls.actions import checks, register
from pregonero.controls.actions.devices import ReviewDraft, record_device_review
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.cadence import Cadence
from pregonero.controls.models import Finding, Incident
from pregonero.controls.queries import Cell
from pregonero.controls.states import Consequence, ControlState, IncidentKind, Result
from pregonero.people.models import Member
from pregonero.working_days import is_working_day
from tests.controls import conftest
from tests.controls.test_register import seen

pytestmark = pytest.mark.procedure("YT-3", "FB-5", "X-1", "YT-4", "IG-2", "GM-2", "ALL-1")
PICTURE = Path(__file__).with_name("year.txt")
FIRST, LAST = date(2026, 1, 2), date(2026, 12, 31)
MARKS = {
    ControlState.INCIDENT: "I",
    ControlState.FAILED: "F",
    ControlState.EXCEPTED: "E",
    ControlState.OVERDUE: "V",
    ControlState.DUE: "d",
    ControlState.UNVERIFIABLE: "u",
    ControlState.MET: ".",
}
# What is not met, from the first check on or after a day until the first on or after another.
FAILING = {
    "X-1": (date(2026, 3, 1), date(2026, 4, 1)),
    "YT-4": (date(2026, 5, 1), date(2026, 7, 1)),
    "IG-2": (date(2026, 8, 3), date(2026, 8, 10)),
}
NOBODY_CHECKS = (date(2026, 11, 9), date(2026, 12, 1))  # the two of the team are away


def at_ten(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def is_month_end(day: date) -> bool:
    """Return whether it is the last working day of its month."""
    following = (day + timedelta(days=count) for count in range(1, 10))
    return next(later for later in following if is_working_day(later)).month != day.month


def make_check(cell: Cell, by: Member, day: date) -> None:
    """Check a control on an account, which is met unless `FAILING` says otherwise."""
    start, end = FAILING.get(cell.control.code, (LAST, LAST))
    fails, now = start <= day < end, at_ten(day)
    where: dict[str, Any] = {"control": cell.control, "account": cell.account}
    if cell.version.consequence == Consequence.SESSION:
        draft = ReviewDraft("Windows; Bogotá, Colombia; ahora", now, strange=(fails,))
        record_device_review(**where, draft=draft, by=by, now=now)
    else:
        result = Result.NOT_MET if fails else Result.MET
        checks.record_check(**where, draft=seen(result, at=now), by=by, now=now)


def live_through(by: Member) -> dict[date, list[Cell]]:
    """Check every control on the day on which it falls due, the daily ones at each month's end; return those ends."""
    ends = {}
    days = (FIRST + timedelta(days=count) for count in range(1, (LAST - FIRST).days + 1))
    for day in filter(is_working_day, days):
        if day == date(2026, 9, 21):
            (gmail,) = (row for row in queries.matrix(by.entity, day=day) if row.control.code == "GM-2")
            given: dict[str, Any] = {"control": gmail.control, "account": gmail.cells[0].account, "by": by}
            given |= {"reason": "Google no lo muestra.", "compensation": "Revisión de dispositivos."}
            register.grant_exception(**given, ends_on=date(2026, 11, 30), now=at_ten(day))
        away = NOBODY_CHECKS[0] <= day < NOBODY_CHECKS[1]
        for row in queries.matrix(by.entity, day=day):
            is_daily = row.version.cadence == Cadence.DAILY
            for cell in row.cells:
                assert is_working_day(cell.standing.due_on)
                if not away and (is_month_end(day) if is_daily else day >= cell.standing.due_on):
                    assert is_daily or day == cell.standing.due_on or day == NOBODY_CHECKS[1]
                    make_check(cell, by, day)
        if is_month_end(day):
            ends[day] = [cell for row in queries.matrix(by.entity, day=day) for cell in row.cells]
    return ends


def drawn(ends: dict[date, list[Cell]]) -> str:
    """Return the matrix at each month's end as a table of marks, a line for each control on each account."""
    lines: dict[str, list[str]] = {}
    for cells in ends.values():
        for cell in cells:
            name = f"{cell.control.code:<6}{cell.account.network:<10}"
            lines.setdefault(name, []).append(MARKS[cell.standing.state])
    months = " ".join(f"{day:%m}" for day in ends)
    legend = ", ".join(f"{mark} {state.word}" for state, mark in MARKS.items())
    return "\n".join([legend, f"{'':<16}{months}", *(f"{name}{'  '.join(marks)}" for name, marks in lines.items()), ""])


@pytest.mark.slow
def test_a_year_of_the_register(carmen: Member) -> None:
    for network in ("x", "facebook", "instagram", "youtube"):
        conftest.register(carmen, network, at_ten(FIRST))
    adopt_catalog(entity=carmen.entity, now=at_ten(FIRST))
    ends = live_through(carmen)

    assert drawn(ends) == PICTURE.read_text(encoding="utf-8")
    protection, session = Incident.objects.order_by("opened_at")
    assert (protection.kind, protection.control.code) == (IncidentKind.PROTECTION, "X-1")
    assert protection.closed_at is not None and protection.exposure(now=at_ten(LAST)) > timedelta(days=25)
    assert (session.kind, session.control.code, session.closed_at) == (IncidentKind.SESSION, "IG-2", None)
    (finding,) = Finding.objects.all()
    assert finding.control is not None and finding.control.code == "YT-4" and finding.closed_at is not None
