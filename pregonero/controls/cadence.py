"""How often a control is checked, and on which day a check falls due.

A period counts calendar days from the last check. A day that falls on a weekend or a holiday of Colombia moves to the
next working day.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db import models

from pregonero.working_days import is_working_day, next_working_day


class Cadence(models.TextChoices):
    """How often a control is checked. YT-3 (monthly) and FB-5 (daily) are the procedure's; the others are ours."""

    DAILY = "DAILY", "cada día"
    WEEKLY = "WEEKLY", "cada semana"
    MONTHLY = "MONTHLY", "cada mes"
    QUARTERLY = "QUARTERLY", "cada trimestre"


PERIODS = {
    Cadence.DAILY: relativedelta(days=1),
    Cadence.WEEKLY: relativedelta(weeks=1),
    Cadence.MONTHLY: relativedelta(months=1),
    Cadence.QUARTERLY: relativedelta(months=3),
}
DUE_SOON = {
    Cadence.DAILY: timedelta(0),
    Cadence.WEEKLY: timedelta(days=1),
    Cadence.MONTHLY: timedelta(days=5),
    Cadence.QUARTERLY: timedelta(days=10),
}
"""How long before its due day a control is shown as work to do."""


def due_after(checked_on: date, cadence: Cadence) -> date:
    """Return the working day on which the check after one made on a day falls due."""
    day = checked_on + PERIODS[cadence]
    return day if is_working_day(day) else next_working_day(day)
