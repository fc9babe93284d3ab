"""Wake-up jobs of deliveries: one job for each moment at which a worker must look at the table.

The row is the truth; a wake-up only says "look now". One that finds nothing to do is harmless, so a delivery that is
moved or cancelled needs no wake-up removed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

LOOK_TASK = "outbox.look"


def schedule_wakeups(moments: Iterable[datetime], *, now: datetime) -> None:
    """Enqueue a look at each moment, or at once for moments in the past; inside the action's transaction."""
    for moment in sorted({_whole_second(moment, now) for moment in moments}):
        _schedule_wakeup(moment)


def _whole_second(moment: datetime, now: datetime) -> datetime:
    """Return the next whole second: a thousand deliveries of the same second need one wake-up."""
    if moment <= now:
        return now.astimezone(UTC)
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)


def _schedule_wakeup(moment: datetime) -> None:
    wakeup = app.configure_task(LOOK_TASK, schedule_at=moment, queueing_lock=f"{LOOK_TASK}:{moment.isoformat()}")
    try:
        with transaction.atomic():
            wakeup.defer()
    except AlreadyEnqueued:
        return  # another delivery of the same second enqueued it
