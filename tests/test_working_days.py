"""Colombia's holidays and working days, against the law's list and two libraries' independent ones (Q-5)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from holidays_co_full import is_holiday_date
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

pytestmark = pytest.mark.procedure("Q-5")
# Every holiday of each year (month-day), from Ley 51 de 1983 and, since 2026, Ley 2578 de 2026.
HOLIDAYS = {
    2025: "01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30 07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25",
    2026: "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-13 07-20 08-07 08-17 10-12 11-02 11-16 12-08"
          " 12-25",
    2027: "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-12 07-20 08-07 08-16 10-18 11-01 11-15 12-08"
          " 12-25",
    2028: "01-01 01-10 03-20 04-13 04-14 05-01 05-29 06-19 06-26 07-03 07-10 07-20 08-07 08-21 10-16 11-06 11-13 12-08"
          " 12-25",
}  # fmt: skip
# How many working days each month has, from January.
WORKING_DAYS = {
    2025: (21, 20, 20, 20, 21, 18, 23, 19, 22, 22, 18, 21),
    2026: (20, 20, 21, 20, 19, 19, 21, 19, 22, 21, 19, 21),
    2027: (19, 20, 20, 22, 19, 21, 19, 21, 22, 20, 20, 22),
    2028: (20, 21, 22, 18, 21, 20, 18, 21, 21, 21, 20, 19),
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_every_holiday_of_the_list_and_no_other(year: int) -> None:
    assert " ".join(f"{day:%m-%d}" for day in sorted(holidays_in(year))) == HOLIDAYS[year]


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_the_working_days_of_each_month(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    counted = Counter(day.month for day in days if day.year == year and is_working_day(day))

    assert tuple(counted[month] for month in range(1, 13)) == WORKING_DAYS[year]


@given(st.dates(date(1984, 1, 1), date(2060, 12, 31)))
def test_each_day_agrees_with_an_independent_calendar(day: date) -> None:
    assert is_working_day(day) == (day.weekday() < 5 and not is_holiday_date(day))


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
