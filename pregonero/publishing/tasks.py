"""The worker's jobs: each is an action before the network call, the call, and an action after.

A job says only "look at this"; whether there is something to do is read from the row, under lock. Running one twice,
or too late, is harmless.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.database import database_now
from pregonero.health import incident_buffer
from pregonero.health.models import IncidentKind
from pregonero.processes import worker_name
from pregonero.publishing import batch_prepare, media_versions, queries, sender
from pregonero.publishing.actions.outcomes import recover_abandoned
from pregonero.publishing.actions.prepare import promote_due
from pregonero.publishing.link_check import refresh_link
from pregonero.publishing.send_batches import send_for_a_while, sending_here

HELP_AGAIN = 1  # seconds until help that came to the wrong process is offered to the others again
OWN_JOBS = 500  # given at a time: the next look gives the rest


@app.periodic(cron="* * * * * */10")
@app.task(name="publishing.sweep", queue="dispatch", queueing_lock="publishing.sweep", pass_context=False)
def sweep(timestamp: int, **_later: Any) -> None:
    """Look every few seconds, whatever became of the alarms."""
    dispatch_due()


@app.task(name="publishing.look", queue="dispatch")
def look(**_later: Any) -> None:
    """Look at what has reached its moment: the alarm of a minute."""
    dispatch_due()


def dispatch_due() -> None:
    """Turn what is due, recover what was abandoned, and give each delivery the job that it needs now."""
    now = database_now()
    _turn_all(now)
    _recover_all(now)
    if queries.to_prepare(now=now, limit=1):
        _defer_once("publishing.prepare_here", "prepare_here")
    for account_id in queries.accounts_to_send(now=now):
        _send_soon(account_id)
    for delivery_id in queries.to_ask(now=now):
        _defer_once("publishing.ask", f"ask:{delivery_id}", delivery_id=delivery_id)


def _turn_all(now: datetime) -> None:
    while promote_due(now=now).more:
        pass


def _recover_all(now: datetime) -> None:
    recovered = 0
    while batch := recover_abandoned(now=now):
        recovered += batch
    if recovered:
        incident_buffer.note_incident(
            IncidentKind.DELIVERY_ABANDONED, f"{recovered} quedaron por confirmar con su red."
        )


def _send_soon(account_id: int) -> None:
    _defer_once("publishing.send", f"send:{account_id}", account_id=account_id)


def _scale_out(account_id: int, *, after: int = 0) -> None:
    later = {"schedule_in": {"seconds": after}} if after else {}
    _defer_once("publishing.help", f"help:{account_id}", later, account_id=account_id)


def _defer_once(name: str, lock: str, options: dict[str, Any] | None = None, /, **arguments: int) -> None:
    try:
        app.configure_task(name, queueing_lock=lock, **(options or {})).defer(**arguments)
    except AlreadyEnqueued:
        return  # somebody already waits to do it


@app.task(name="publishing.prepare_here", queue="preparing")
def prepare_locally(**_later: Any) -> None:
    """Prepare together what leaves nothing at its network, and give the rest a job for each (decision 0010).

    One worker at a time: with thousands waiting, all the places of all the workers would be at the very same ones.
    """
    with queries.alone_at("publishing.prepare_here") as alone:
        if alone:
            _prepare_here()


def _prepare_here() -> None:
    now = database_now()
    # First what goes apart: a network that does not answer here holds no other one.
    _prepare_apart(queries.to_prepare_apart(now=now))
    done = batch_prepare.prepare_locally(now=now)
    if done.kept:
        for account_id in queries.accounts_to_send(now=now):
            _send_soon(account_id)
    _prepare_apart(done.left)


def _prepare_apart(deliveries: Sequence[int]) -> None:
    for delivery_id in deliveries[:OWN_JOBS]:
        _defer_once("publishing.prepare", f"prepare:{delivery_id}", delivery_id=delivery_id)


@app.task(name="publishing.prepare", queue="preparing")
def prepare(*, delivery_id: int, **_later: Any) -> None:
    """Leave at the network, invisibly, what the commit needs; at its minute, go on to send."""
    sender.prepare_delivery(delivery_id=delivery_id, worker=worker_name())
    account_id = queries.account_due(delivery_id=delivery_id, now=database_now())
    if account_id is not None:
        _send_soon(account_id)


@app.task(name="publishing.send", queue="sending")
def send(*, account_id: int, **_later: Any) -> None:
    """Send an account's due deliveries (decision 0004); after a while, let others have this place and come back."""
    _turn_all(database_now())
    if sending_here(account_id):
        _scale_out(account_id, after=HELP_AGAIN)
        return
    if send_for_a_while(account_id=account_id, worker=worker_name(), scale_out=partial(_scale_out, account_id)):
        _send_soon(account_id)


@app.task(name="publishing.help", queue="sending")
def help_send(*, account_id: int, **_later: Any) -> None:
    """Send beside the wave of another worker, that has more than fits it; in the same one, look again in a while."""
    if not sending_here(account_id):
        send_for_a_while(account_id=account_id, worker=worker_name(), scale_out=lambda: None)
    elif account_id in queries.accounts_to_send(now=database_now()):
        _scale_out(account_id, after=HELP_AGAIN)


@app.task(name="publishing.ask", queue="sending")
def ask(*, delivery_id: int, **_later: Any) -> None:
    """Ask the network what became of an uncertain delivery; one that it does not have is sent again at once."""
    sender.ask_delivery(delivery_id=delivery_id, worker=worker_name())
    account_id = queries.account_due(delivery_id=delivery_id, now=database_now())
    if account_id is not None:
        _send_soon(account_id)


@app.task(
    name="publishing.clean_delivery",
    queue="preparing",
    retry=RetryStrategy(max_attempts=8, exponential_wait=5),
)
def clean_delivery(*, delivery_id: int, account_id: int, prepared: dict[str, Any], **_later: Any) -> None:
    """Remove at the network what was prepared and will not go out."""
    sender.clean_delivery(delivery_id=delivery_id, account_id=account_id, prepared=prepared)


@app.task(name="publishing.check_link", queue="preparing")
def check_link(*, publication_id: int, **_later: Any) -> None:
    """Open the link of a publication and keep what it answered."""
    refresh_link(queries.publication_to_check(pk=publication_id), now=timezone.now())


@app.task(name="publishing.make_version", queue="conversion", retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def make_version(*, making_id: int, **_later: Any) -> None:
    """Make the version of a video that somebody asked for."""
    media_versions.make_version(making_id=making_id)
