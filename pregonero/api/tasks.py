"""The job that forgets old keys."""

from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django import app

from pregonero.api import actions

EVERY_HOUR = "17 * * * *"


@app.periodic(cron=EVERY_HOUR)
@app.task(name="api.forget_old_keys", queueing_lock="forget_old_keys")
def forget_old_keys(timestamp: int, **_later: Any) -> None:
    """Delete the answers that are kept no longer."""
    actions.forget_old_keys(now=datetime.fromtimestamp(timestamp, tz=UTC))
