"""Template filters for times and dates in Bogotá, in Spanish. The current time is always an argument, `now`."""

from datetime import date, datetime

from django import template
from django.utils import timezone

register = template.Library()

DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7


def _day(moment: date) -> date:
    return timezone.localdate(moment) if isinstance(moment, datetime) else moment


@register.filter
def hour(moment: datetime) -> str:
    """Return "09:40"."""
    return f"{timezone.localtime(moment):%H:%M}"


@register.filter
def hour_exact(moment: datetime) -> str:
    """Return "10:30:01"."""
    return f"{timezone.localtime(moment):%H:%M:%S}"


@register.filter
def day_words(moment: date, now: datetime | None = None) -> str:
    """Return "martes 24 de noviembre"; with `now`, add the year if it differs from the current one."""
    day = _day(moment)
    text = f"{DAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
    return f"{text} de {day.year}" if now is not None and _day(now).year != day.year else text


@register.filter
def day_short(moment: date) -> str:
    """Return "24 nov"."""
    day = _day(moment)
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


@register.filter
def weekday(moment: date) -> str:
    """Return "martes"."""
    return DAYS[_day(moment).weekday()]


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """Return "hace un momento", "hace 12 min", "hace 2 h", "ayer" or "hace 3 días"; after a week, the date."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < MINUTE:
        return "hace un momento"
    if seconds < HOUR:
        return f"hace {seconds // MINUTE} min"
    days = (_day(now) - _day(moment)).days
    if seconds < DAY // 2 or days == 0:
        return f"hace {seconds // HOUR} h"
    if days == 1:
        return "ayer"
    return f"hace {days} días" if days < WEEK else f"el {day_short(moment)}"


@register.filter
def until(moment: datetime, now: datetime) -> str:
    """Return "en 22 minutos", "mañana a las 08:00" or "el jueves a las 08:00"; "ahora" when it has passed."""
    minutes = -int((now - moment).total_seconds() // MINUTE)
    if minutes <= 0:
        return "ahora"
    days = (_day(moment) - _day(now)).days
    if days == 0:
        return _in(minutes, "minuto") if minutes < 2 * HOUR // MINUTE else _in(minutes // 60, "hora")
    if days == 1:
        return f"mañana {_at_hour(moment)}"
    return f"el {weekday(moment) if days < WEEK else day_short(moment)} {_at_hour(moment)}"


def _in(amount: int, unit: str) -> str:
    return f"en {amount} {unit}" if amount == 1 else f"en {amount} {unit}s"


@register.filter
def stamp(value: datetime | None, now: datetime) -> str:
    """Return when something happened, always with its hour: "09:43" today, else "24 nov, 09:43"; nothing for None."""
    if not value:
        return ""
    day = _day(value)
    if day == _day(now):
        return hour(value)
    year = f" de {day.year}" if day.year != _day(now).year else ""
    return f"{day_short(value)}{year}, {hour(value)}"


@register.filter
def moment(value: datetime, now: datetime) -> str:
    """Return the shortest form for a row: "09:40" today, "ayer", "mañana", "jueves" within a week, else "3 nov".

    It stands alone, or after a comma; after a verb use `at`, and for a beginning `since`.
    """
    days = (_day(value) - _day(now)).days
    near = {0: hour(value), -1: "ayer", 1: "mañana"}
    if days in near:
        return near[days]
    year = f" de {_day(value).year}" if _day(value).year != _day(now).year else ""
    return weekday(value) if 0 < days < WEEK else f"{day_short(value)}{year}"


@register.filter
def at(value: datetime, now: datetime) -> str:
    """Return when, to follow a verb: "a las 09:40" today, "ayer", "el jueves" within a week, else "el 3 de mayo"."""
    days = (_day(value) - _day(now)).days
    near = {0: _at_hour(value), -1: "ayer", 1: "mañana"}
    if days in near:
        return near[days]
    return f"el {weekday(value)}" if 0 < days < WEEK else f"el {_day_and_month(value, now)}"


@register.filter
def at_time(value: datetime, now: datetime) -> str:
    """Return when, always with its hour, to follow a verb: "a las 09:40" today, else "el 3 de mayo a las 09:40"."""
    return _at_hour(value) if _day(value) == _day(now) else f"el {_day_and_month(value, now)} {_at_hour(value)}"


@register.filter
def since(value: datetime, now: datetime) -> str:
    """Return "desde las 09:40" today, else "desde ayer", "desde el 3 de mayo"."""
    return f"desde {at(value, now).removeprefix('a ')}"


def _at_hour(moment: datetime) -> str:
    text = hour(moment)
    return f"a la {text}" if text.startswith("01") else f"a las {text}"


def _day_and_month(moment: datetime, now: datetime) -> str:
    day = _day(moment)
    return f"{day.day} de {MONTHS[day.month - 1]}" + (f" de {day.year}" if day.year != _day(now).year else "")
