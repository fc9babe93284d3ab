"""The moments that Google, X and Instagram write beside a device, in Spanish and in English."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from pregonero.controls.plain_words import plain

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("ene", "enero", "jan", "january"),
            ("feb", "febrero", "february"),
            ("mar", "marzo", "march"),
            ("abr", "abril", "apr", "april"),
            ("may", "mayo"),
            ("jun", "junio", "june"),
            ("jul", "julio", "july"),
            ("ago", "agosto", "aug", "august"),
            ("sep", "sept", "septiembre", "setiembre", "september"),
            ("oct", "octubre", "october"),
            ("nov", "noviembre", "november"),
            ("dic", "diciembre", "dec", "december"),
        ),
        start=1,
    )
    for name in names
}
MOST_MONTHS = 12
UNITS = {
    **dict.fromkeys(("minuto", "minutos", "min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("hora", "horas", "h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("dia", "dias", "d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("semana", "semanas", "week", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("mes", "meses", "month", "months"), timedelta(days=30)),
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
NOW = re.compile(
    r"\b(?:active now|online now|activ[oa] ahora|ahora mismo|sesion (?:activa )?actual|this device|este dispositivo"
    r"|current (?:active )?session)\b|^(?:now|ahora|just now)$"
)
AGO = re.compile(rf"\bhace (\d{{1,3}}|una?) ({UNIT})\b|\b(\d{{1,3}}|an?) ({UNIT}) ago\b")
NUMBERED = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?: de)? ({MONTH})\b\.?(?:,? (?:de |del )?(\d{{4}}))?")
MONTH_FIRST = re.compile(rf"\b({MONTH})\b\.? (\d{{1,2}})(?!\d|:)(?:, (\d{{4}}))?")
WORD_OF_DAY = re.compile(r"\b(hoy|ayer|today|yesterday)\b")
CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::\d{2})?(?: ?([ap])\.? ?m\b)?")


@dataclass(frozen=True)
class Moment:
    """When a device was seen. `is_exact` says that the hour is known, not only the day."""

    at: datetime
    is_exact: bool


def read_moment(text: str, *, now: datetime) -> Moment | None:
    """Return the moment that a text says, or None when it says none. Times are Colombia's."""
    words = plain(text)
    if NOW.search(words):
        return Moment(now, is_exact=True)
    ago = AGO.search(words)
    if ago:
        count, unit = ago.group(1) or ago.group(3), ago.group(2) or ago.group(4)
        length = UNITS[unit] * (int(count) if count.isdigit() else 1)
        return Moment(now - length, is_exact=length < timedelta(days=1))
    day = _day(words, now)
    if day is None:
        return None
    clock = _clock(words)
    return Moment(day.replace(hour=clock.hour, minute=clock.minute) if clock else day, is_exact=clock is not None)


def _day(words: str, now: datetime) -> datetime | None:
    """Return the midnight of the day that a text names. A day without a year is the last one that has passed."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    near = WORD_OF_DAY.search(words)
    if near:
        return midnight - timedelta(days=near.group(1) in ("ayer", "yesterday"))
    year, month, day = _date_parts(words)
    try:
        if year:
            return midnight.replace(year=year, month=month, day=day)
        past = midnight.replace(month=month, day=day)
        return past if past <= midnight else past.replace(year=past.year - 1)
    except ValueError:  # there is no such day
        return None


def _date_parts(words: str) -> tuple[int, int, int]:
    """Return year, month and day; 0 for those that the text does not say."""
    numbered, slashed = NUMBERED.search(words), SLASHED.search(words)
    if numbered:
        return int(numbered.group(1)), int(numbered.group(2)), int(numbered.group(3))
    if slashed:
        day, month = int(slashed.group(1)), int(slashed.group(2))
        # Colombia writes the day first; only a second number over 12 tells that the page is in English.
        return (int(slashed.group(3)), day, month) if month > MOST_MONTHS else (int(slashed.group(3)), month, day)
    day_first, month_first = DAY_FIRST.search(words), MONTH_FIRST.search(words)
    if day_first:
        return int(day_first.group(3) or 0), MONTHS[day_first.group(2)], int(day_first.group(1))
    if month_first:
        return int(month_first.group(3) or 0), MONTHS[month_first.group(1)], int(month_first.group(2))
    return 0, 0, 0


def _clock(words: str) -> time | None:
    clock = CLOCK.search(words)
    if clock is None:
        return None
    hour, minute, half = int(clock.group(1)), int(clock.group(2)), clock.group(3)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute)
    except ValueError:  # there is no such hour
        return None
