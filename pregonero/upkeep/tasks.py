"""The beat of the workers: that jobs advance, by which clock, and what was seen since the last one."""

from typing import Any

from procrastinate.contrib.django import app

from pregonero.upkeep import memory, queries
from pregonero.upkeep.actions import keep_beat, keep_incident
from pregonero.worker import worker_name


@app.periodic(cron="* * * * * */15")
@app.task(name="upkeep.beat", queue="looking", queueing_lock="upkeep.beat", pass_context=False)
def beat(timestamp: int, **_later: Any) -> None:
    """Keep this worker's sign of life, and whatever it saw and could not write down."""
    memory.watch_clock()
    now = queries.clock()
    keep_beat(
        worker=worker_name(), drift_seconds=queries.drift(), free_bytes=queries.free_bytes(),
        database_since=queries.database_since(), now=now,
    )  # fmt: skip
    for kind, words in memory.take():
        keep_incident(kind=kind, words=words, now=now)
