"""The worker heartbeat: a periodic job that shows that jobs run, and stores the buffered incidents."""

from typing import Any

from procrastinate.contrib.django import app

from pregonero.database import database_now
from pregonero.health import incident_buffer, queries
from pregonero.health.actions import record_heartbeat, record_incident
from pregonero.processes import worker_name


@app.periodic(cron="* * * * * */15")
@app.task(name="health.heartbeat", queue="dispatch", queueing_lock="health.heartbeat", pass_context=False)
def heartbeat(timestamp: int, **_later: Any) -> None:
    """Store this worker's heartbeat and the incidents that its process buffered."""
    incident_buffer.watch_clock()
    now = database_now()
    record_heartbeat(
        worker=worker_name(),
        drift_seconds=queries.clock_drift(),
        free_bytes=queries.free_bytes(),
        database_since=queries.database_since(),
        now=now,
    )
    for kind, detail in incident_buffer.drain():
        record_incident(kind=kind, detail=detail, now=now)
