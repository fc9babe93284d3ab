"""Jobs that read the servers of the manuals. The download is here; an action stores its result."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.newsroom.brand import actions, queries
from pregonero.newsroom.brand.mirror import read_server

EVERY_FIVE_MINUTES = "*/5 * * * *"


@app.periodic(cron=EVERY_FIVE_MINUTES)
@app.task(name="newsroom.read_brand_servers", queue="reading", queueing_lock="read_brand_servers")
def read_brand_servers(timestamp: int, **_later: Any) -> None:
    """Enqueue one job for each server that is due, so that a slow one does not delay the others."""
    for server_id in queries.servers_due(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        try:
            app.configure_task("newsroom.read_brand_server", queueing_lock=f"brand:{server_id}").defer(
                server_id=server_id
            )
        except AlreadyEnqueued:
            continue


@app.task(name="newsroom.read_brand_server", queue="reading")
def read_brand_server(*, server_id: int, **_later: Any) -> None:
    """Read a server if it is still due, and store what it brought or its problem."""
    server = queries.server_to_read(pk=server_id)
    if server.next_check_at is None or server.next_check_at > timezone.now():
        return
    login, known = queries.login_of(server), queries.known_files(server.entity_id)
    reading = read_server(login, known, refused=queries.skipped_last(server))
    actions.save_reading(server=server, reading=reading, now=timezone.now())
