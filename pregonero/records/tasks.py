"""The periodic job that seals pending events, every ten seconds."""

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.records.actions import BATCH_LIMIT, seal_events
from pregonero.records.outside import tasks as outside_tasks
from pregonero.records.queries import entities_with_pending

__all__ = ["outside_tasks", "seal_all", "seal_pending"]  # the worker finds the jobs of an app in this module


@app.periodic(cron="* * * * * */10")  # the sixth field is seconds
@app.task(queue="records", queueing_lock="records.seal_pending")
def seal_pending(timestamp: int, **_later: Any) -> None:
    """Seal the pending events of every entity. If one entity fails, the others are still sealed and the job fails."""
    failures: list[Exception] = []
    for entity_id in entities_with_pending():
        try:
            seal_all(entity_id=entity_id)
        except Exception as error:  # noqa: BLE001  raised below, after the other entities
            failures.append(error)
    if failures:
        raise ExceptionGroup("The events of some entities could not be sealed.", failures)


def seal_all(*, entity_id: int) -> None:
    """Seal the pending events of an entity in as many batches as they need."""
    while True:
        batch = seal_events(entity_id=entity_id, now=timezone.now())
        if batch is None or batch.size < BATCH_LIMIT:
            return
