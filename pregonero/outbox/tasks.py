"""The worker's jobs: each is an action before the network call, the call, and an action after it.

A job only says "look at this"; whether there is something to do is read from the row, under lock. A job that runs
twice or too late is harmless.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.database import database_now
from pregonero.health import incident_buffer
from pregonero.health.models import IncidentKind
from pregonero.outbox import batch_prepare, sender
from pregonero.outbox.actions.outcomes import recover_abandoned
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.queries import queue
from pregonero.outbox.send_batches import is_sending_here, send_for_a_while
from pregonero.outbox.wakeups import LOOK_TASK
from pregonero.processes import worker_name

HELP_AGAIN_SECONDS = 1  # until a help job that ran in the wrong process is offered to the others again
OWN_JOBS = 500  # enqueued at a time: the next look enqueues the rest


@app.periodic(cron="* * * * * */10")
@app.task(name="outbox.sweep", queue="dispatch", queueing_lock="outbox.sweep", pass_context=False)
def sweep(timestamp: int, **_later: Any) -> None:
    """Look at what is due every few seconds, in case a wake-up was lost."""
    dispatch_due()


@app.task(name=LOOK_TASK, queue="dispatch")
def look(**_later: Any) -> None:
    """Look at what has reached its time: a wake-up."""
    dispatch_due()


def dispatch_due() -> None:
    """Promote what is due, recover what was abandoned, and enqueue the job that each delivery needs now."""
    now = database_now()
    _promote_all(now)
    _recover_all(now)
    if queue.to_prepare(now=now, limit=1):
        _defer_once("outbox.prepare_locally", "prepare_locally")
    for account_id in queue.accounts_to_send(now=now):
        _send_soon(account_id)
    for delivery_id in queue.to_reconcile(now=now):
        _defer_once("outbox.reconcile", f"reconcile:{delivery_id}", delivery_id=delivery_id)
    for delivery_id in queue.to_recheck(now=now):
        _defer_once("outbox.recheck", f"recheck:{delivery_id}", delivery_id=delivery_id)


def _promote_all(now: datetime) -> None:
    while promote_due(now=now).has_more:
        pass


def _recover_all(now: datetime) -> None:
    recovered = 0
    while batch := recover_abandoned(now=now):
        recovered += batch
    if recovered:
        incident_buffer.note_incident(
            IncidentKind.DELIVERY_ABANDONED, f"Quedaron por confirmar con su red: {recovered}."
        )


def _send_soon(account_id: int) -> None:
    _defer_once("outbox.send", f"send:{account_id}", account_id=account_id)


def _scale_out(account_id: int, *, after: int = 0) -> None:
    options = {"schedule_in": {"seconds": after}} if after else {}
    _defer_once("outbox.help", f"help:{account_id}", options, account_id=account_id)


def _defer_once(name: str, lock: str, options: dict[str, Any] | None = None, /, **arguments: int) -> None:
    try:
        app.configure_task(name, queueing_lock=lock, **(options or {})).defer(**arguments)
    except AlreadyEnqueued:
        return  # the same job waits already


@app.task(name="outbox.prepare_locally", queue="preparing")
def prepare_locally(**_later: Any) -> None:
    """Prepare together what leaves nothing at its network, and enqueue a job for each of the rest (decision 0010).

    One worker at a time: with thousands waiting, all workers would prepare the very same ones.
    """
    with queue.only_worker("outbox.prepare_locally") as is_only:
        if is_only:
            _prepare_all()


def _prepare_all() -> None:
    now = database_now()
    # The deliveries with jobs of their own first: a network that does not answer below holds back no other one.
    _enqueue_prepare(queue.to_prepare_remotely(now=now))
    done = batch_prepare.prepare_locally(now=now)
    if done.stored:
        for account_id in queue.accounts_to_send(now=now):
            _send_soon(account_id)
    _enqueue_prepare(done.left)


def _enqueue_prepare(deliveries: Sequence[int]) -> None:
    for delivery_id in deliveries[:OWN_JOBS]:
        _defer_once("outbox.prepare", f"prepare:{delivery_id}", delivery_id=delivery_id)


@app.task(name="outbox.prepare", queue="preparing")
def prepare(*, delivery_id: int, **_later: Any) -> None:
    """Leave at the network, invisibly, what the commit needs; if it is due, go on to send it."""
    sender.prepare_delivery(delivery_id=delivery_id, worker=worker_name())
    account_id = queue.account_due(delivery_id=delivery_id, now=database_now())
    if account_id is not None:
        _send_soon(account_id)


@app.task(name="outbox.send", queue="sending")
def send(*, account_id: int, **_later: Any) -> None:
    """Send an account's due deliveries (decision 0004); after a while, let other accounts use this worker."""
    _promote_all(database_now())
    if is_sending_here(account_id):
        _scale_out(account_id, after=HELP_AGAIN_SECONDS)
        return
    if send_for_a_while(account_id=account_id, worker=worker_name(), scale_out=partial(_scale_out, account_id)):
        _send_soon(account_id)


@app.task(name="outbox.help", queue="sending")
def help_send(*, account_id: int, **_later: Any) -> None:
    """Send beside a batch of another process that has more than fits it; in the same process, try again later."""
    if not is_sending_here(account_id):
        send_for_a_while(account_id=account_id, worker=worker_name(), scale_out=lambda: None)
    elif account_id in queue.accounts_to_send(now=database_now()):
        _scale_out(account_id, after=HELP_AGAIN_SECONDS)


@app.task(name="outbox.reconcile", queue="sending")
def reconcile(*, delivery_id: int, **_later: Any) -> None:
    """Ask the network what became of an uncertain delivery; what it does not have is sent again at once."""
    sender.reconcile_delivery(delivery_id=delivery_id, worker=worker_name())
    account_id = queue.account_due(delivery_id=delivery_id, now=database_now())
    if account_id is not None:
        _send_soon(account_id)


@app.task(name="outbox.recheck", queue="preparing")
def recheck(*, delivery_id: int, **_later: Any) -> None:
    """Ask the network again whether it took a call that it never answered."""
    sender.recheck_delivery(delivery_id=delivery_id)


@app.task(name="outbox.clean", queue="preparing", retry=RetryStrategy(max_attempts=8, exponential_wait=5))
def clean_delivery(*, delivery_id: int, account_id: int, prepared: dict[str, Any], **_later: Any) -> None:
    """Remove at the network what was prepared and will not be published."""
    sender.clean_delivery(delivery_id=delivery_id, account_id=account_id, prepared=prepared)
