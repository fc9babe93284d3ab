"""The beat of the workers: that jobs advance, by which clock, and what was seen since the last one."""

from typing import Any

from procrastinate.contrib.django import app

from pregonero.health import incident_buffer, queries
from pregonero.health.actions import record_heartbeat, record_incident
from pregonero.worker import worker_name


@app.periodic(cron="* * * * * */15")
@app.task(name="health.beat", queue="looking", queueing_lock="health.beat", pass_context=False)
def beat(timestamp: int, **_later: Any) -> None:
    """Keep this worker's sign of life, and whatever it saw and could not write down."""
    incident_buffer.watch_clock()
    now = queries.clock()
    record_heartbeat(
        worker=worker_name(), drift_seconds=queries.drift(), free_bytes=queries.free_bytes(),
        database_since=queries.database_since(), now=now,
    )  # fmt: skip
    for kind, words in incident_buffer.take():
        record_incident(kind=kind, words=words, now=now)
