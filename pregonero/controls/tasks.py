"""Jobs of the register of controls."""

from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django import app

from pregonero.controls.actions.register import adopt_catalog
from pregonero.people.models import Entity


@app.periodic(cron="17 * * * *")
@app.task(name="controls.adopt", queue="reading", queueing_lock="controls.adopt")
def adopt(timestamp: int, **_later: Any) -> None:
    """Give each entity the controls of the procedure that its register does not have."""
    for entity in Entity.objects.order_by("pk"):
        adopt_catalog(entity=entity, now=datetime.fromtimestamp(timestamp, tz=UTC))
