"""Colombia's holidays and working days, against the law's list and two libraries' independent ones (Q-5)."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.working_days import (
    LEY_2578,
    add_working_days,
    holidays_in,
    is_working_day,
    next_working_day,
    why_not_working,
)
from tests.networks.subjects import SHARED

pytestmark = pytest.mark.procedure("Q-5")
LIST = SHARED / "holidays_co" / "festivos_colombia_2025_2028.csv"
PER_MONTH = SHARED / "holidays_co" / "dias_habiles_por_mes_2025_2028.csv"
needs_lists = pytest.mark.skipif(not LIST.exists(), reason="PREGONERO_SHARED_DATA no apunta a las listas de festivos")


@needs_lists
def test_every_holiday_of_the_list_with_its_law_and_no_other() -> None:
    rows = list(csv.DictReader(LIST.open(encoding="utf-8")))
    expected = {date.fromisoformat(row["date"]) for row in rows}

    assert {day for year in range(2025, 2029) for day in holidays_in(year)} == expected
    for row in rows:
        assert holidays_in(int(row["date"][:4]))[date.fromisoformat(row["date"])].law.split(",")[0] in row["law"]


@needs_lists
def test_the_working_days_of_each_month() -> None:
    days = (date(2025, 1, 1) + timedelta(days=number) for number in range(365 * 4 + 1))
    counted = Counter((day.year, day.month) for day in days if is_working_day(day))

    for row in csv.DictReader(PER_MONTH.open(encoding="utf-8")):
        assert counted[int(row["year"]), int(row["month"])] == int(row["working_days_mon_fri"]), row


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 7, 13), "Nuestra Señora del Rosario de Chiquinquirá (Ley 2578 de 2026, art. 6)"),
        (date(2026, 7, 9), ""),
        (date(2025, 7, 14), ""),  # before the law
        (date(2026, 11, 28), "sábado"),
        (date(2026, 11, 29), "domingo"),
        (date(2026, 12, 8), "Inmaculada Concepción (Ley 51 de 1983)"),
        (date(2026, 4, 2), "Jueves Santo (Ley 51 de 1983)"),
    ],
)
def test_each_day_says_why_it_is_not_a_working_day(day: date, reason: str) -> None:
    assert why_not_working(day) == reason


def test_the_difference_that_a_law_makes_can_be_seen() -> None:
    friday = date(2026, 7, 10)

    assert next_working_day(friday) == date(2026, 7, 14)
    assert next_working_day(friday, without=LEY_2578) == date(2026, 7, 13)


@given(st.dates(date(1984, 1, 1), date(2099, 1, 1)), st.integers(1, 40), st.integers(1, 40))
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    ended = add_working_days(day, first + second)

    assert add_working_days(add_working_days(day, first), second) == ended
    assert is_working_day(ended)
    between = (day + timedelta(days=number) for number in range(1, (ended - day).days + 1))
    assert sum(map(is_working_day, between)) == first + second
