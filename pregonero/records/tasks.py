"""The sealing, every ten seconds, of whatever waits for it."""

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.records.actions import BATCH_LIMIT, seal_events
from pregonero.records.queries import entities_with_pending


@app.periodic(cron="* * * * * */10")  # the sixth field is seconds
@app.task(queue="records", queueing_lock="records.seal_pending")
def seal_pending(timestamp: int, **_later: Any) -> None:
    """Seal all entities' waiting events. One that cannot be sealed holds up no other; the job fails."""
    failures: list[Exception] = []
    for entity_id in entities_with_pending():
        try:
            seal_all(entity_id=entity_id)
        except Exception as error:  # noqa: BLE001  raised below, after the others
            failures.append(error)
    if failures:
        raise ExceptionGroup("records: some entities could not be sealed", failures)


def seal_all(*, entity_id: int) -> None:
    """Seal an entity's waiting events, batch by batch."""
    while True:
        batch = seal_events(entity_id=entity_id, now=timezone.now())
        if batch is None or batch.size < BATCH_LIMIT:
            return
