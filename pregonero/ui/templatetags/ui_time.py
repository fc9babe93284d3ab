"""Hours and dates in Bogotá, as people say them. What depends on the clock takes the clock as its argument."""

from datetime import date, datetime, timedelta

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
    """Return "martes 24 de noviembre"; with the clock, also the year when it is another one."""
    day = _day(moment)
    said = f"{DAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
    return f"{said} de {day.year}" if now is not None and _day(now).year != day.year else said


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
    """Return "hace 12 min", "hace 2 h", "ayer", "hace 3 días", and from a week on the day itself."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < MINUTE:
        return "ahora" if seconds < 2 else f"hace {seconds} s"  # noqa: PLR2004
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
    """Return "en 22 minutos", "en 2 horas", "mañana a las 08:00", "el jueves a las 08:00"; "ahora" once it came."""
    minutes = -int((now - moment).total_seconds() // MINUTE)
    if minutes <= 0:
        return "ahora"
    days = (_day(moment) - _day(now)).days
    if days == 0:
        return _in(minutes, "minuto") if minutes < HOUR // MINUTE else _in(minutes // 60, "hora")
    if days == 1:
        return f"mañana a las {hour(moment)}"
    return f"el {weekday(moment) if days < WEEK else day_short(moment)} a las {hour(moment)}"


def _in(amount: int, unit: str) -> str:
    return f"en {amount} {unit}" if amount == 1 else f"en {amount} {unit}s"


@register.filter
def moment(value: datetime, now: datetime) -> str:
    """Return what stands first on a row: "09:40" today, "ayer", "mañana", "jueves" within the week, else "3 nov"."""
    days = (_day(value) - _day(now)).days
    near = {0: hour(value), -1: "ayer", 1: "mañana"}
    if days in near:
        return near[days]
    return weekday(value) if 0 < days < WEEK else day_short(value)


@register.filter
def next_day(moment: date, days: int = 1) -> date:
    """Return the day after, or as many days after (before, when negative)."""
    return _day(moment) + timedelta(days=days)
