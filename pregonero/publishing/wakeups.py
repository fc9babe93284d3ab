"""The alarms of deliveries: one job for each moment at which something must be looked at.

The row is the truth; an alarm only says "look now". One that finds nothing to do is harmless, so a moved or cancelled
delivery needs no alarm removed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def schedule_wakeups(moments: Iterable[datetime], *, now: datetime) -> None:
    """Have a worker look at each moment, or at once when it has passed; inside the act's transaction."""
    for moment in sorted({_when(moment, now) for moment in moments}):
        _set_alarm(moment)


def _when(moment: datetime, now: datetime) -> datetime:
    """Return the whole second at which to look: a thousand that wait for the same second need one alarm."""
    if moment <= now:
        return now.astimezone(UTC)
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)


def _set_alarm(moment: datetime) -> None:
    alarm = app.configure_task(
        "publishing.look", schedule_at=moment, queueing_lock=f"publishing.look:{moment.isoformat()}"
    )
    try:
        with transaction.atomic():
            alarm.defer()
    except AlreadyEnqueued:
        return  # another delivery of that moment has set it
