"""Colombia's working days: Monday to Friday, without the holidays of the law, which are versioned data.

Each holiday is a rule with its law and the first year in which it applies, so that a new law is a new row, and a count
made before that law can still be explained.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

MONDAY, SATURDAY = 0, 5
FIRST_YEAR = 1984  # the first whole year of Ley 51 de 1983
LEY_51, LEY_2578 = "Ley 51 de 1983", "Ley 2578 de 2026, art. 6"
DATA_VERSION = 2  # grows with each change of `HOLIDAY_RULES`


@dataclass(frozen=True)
class HolidayRule:
    """A holiday: a day of the year (month, day) or days after Easter, moved to the next Monday or not, and its law."""

    name: str
    law: str
    day: tuple[int, int] | None = None
    after_easter: int = 0
    moves: bool = False
    since: int = FIRST_YEAR

    def date_in(self, year: int) -> date:
        """Return the holiday's date in a year, already moved."""
        found = date(year, *self.day) if self.day else easter(year) + timedelta(days=self.after_easter)
        return found + timedelta(days=-found.weekday() % 7) if self.moves else found


HOLIDAY_RULES = (
    HolidayRule("Año Nuevo", LEY_51, (1, 1)),
    HolidayRule("Día de los Reyes Magos", LEY_51, (1, 6), moves=True),
    HolidayRule("Día de San José", LEY_51, (3, 19), moves=True),
    HolidayRule("Jueves Santo", LEY_51, after_easter=-3),
    HolidayRule("Viernes Santo", LEY_51, after_easter=-2),
    HolidayRule("Día del Trabajo", LEY_51, (5, 1)),
    HolidayRule("Ascensión del Señor", LEY_51, after_easter=39, moves=True),
    HolidayRule("Corpus Christi", LEY_51, after_easter=60, moves=True),
    HolidayRule("Sagrado Corazón de Jesús", LEY_51, after_easter=68, moves=True),
    HolidayRule("San Pedro y San Pablo", LEY_51, (6, 29), moves=True),
    HolidayRule("Nuestra Señora del Rosario de Chiquinquirá", LEY_2578, (7, 9), moves=True, since=2026),
    HolidayRule("Día de la Independencia", LEY_51, (7, 20)),
    HolidayRule("Batalla de Boyacá", LEY_51, (8, 7)),
    HolidayRule("Asunción de la Virgen", LEY_51, (8, 15), moves=True),
    HolidayRule("Día de la Raza", LEY_51, (10, 12), moves=True),
    HolidayRule("Todos los Santos", LEY_51, (11, 1), moves=True),
    HolidayRule("Independencia de Cartagena", LEY_51, (11, 11), moves=True),
    HolidayRule("Inmaculada Concepción", LEY_51, (12, 8)),
    HolidayRule("Navidad", LEY_51, (12, 25)),
)


@cache
def holidays_in(year: int, without: str = "") -> dict[date, HolidayRule]:
    """Return the holidays of a year by date; `without` leaves out those of one law, to compare before and after it."""
    rules = (rule for rule in HOLIDAY_RULES if rule.since <= year and rule.law != without)
    return {rule.date_in(year): rule for rule in rules}


def why_not_working(day: date, *, without: str = "") -> str:
    """Return in Spanish why a day is not a working day; an empty string for a working day."""
    holiday = holidays_in(day.year, without).get(day)
    if holiday is not None:
        return f"{holiday.name} ({holiday.law})"
    return ("sábado", "domingo")[day.weekday() - SATURDAY] if day.weekday() >= SATURDAY else ""


def is_working_day(day: date, *, without: str = "") -> bool:
    """Return whether a day is a working day."""
    return not why_not_working(day, without=without)


def days_after(day: date) -> Iterator[date]:
    """Yield the days after a day, in order."""
    while True:
        day += timedelta(days=1)
        yield day


def next_working_day(day: date, *, without: str = "") -> date:
    """Return the first working day after a day."""
    return next(after for after in days_after(day) if is_working_day(after, without=without))


def add_working_days(day: date, count: int, *, without: str = "") -> date:
    """Return the working day that is `count` working days after a day; the day itself is never counted."""
    for _ in range(count):
        day = next_working_day(day, without=without)
    return day
