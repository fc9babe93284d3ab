"""The alarms of deliveries: one job for each moment at which something must be looked at.

The row is the truth; an alarm only says "look now". One that finds nothing to do is harmless, so a moved or cancelled
delivery needs no alarm removed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def set_alarms(moments: Iterable[datetime], *, now: datetime) -> None:
    """Have a worker look at each moment, or at once when it has passed; inside the act's transaction."""
    for moment in sorted({max(now, moment).astimezone(UTC) for moment in moments}):
        _set_alarm(moment)


def _set_alarm(moment: datetime) -> None:
    alarm = app.configure_task(
        "publishing.look", schedule_at=moment, queueing_lock=f"publishing.look:{moment.isoformat()}"
    )
    try:
        with transaction.atomic():
            alarm.defer()
    except AlreadyEnqueued:
        return  # another delivery of that moment has set it
