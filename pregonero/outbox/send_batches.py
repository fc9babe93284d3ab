"""An account's due deliveries, sent in batches: claimed, in flight and stored together (decision 0010)."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from pregonero.database import closes_connection, database_now
from pregonero.deadlines import boottime
from pregonero.outbox import sender
from pregonero.outbox.batch_prepare import prepare_locally
from pregonero.outbox.queries.queue import network_of
from pregonero.outbox.send_job import SendResult

MOST_IN_FLIGHT = 64  # deliveries of one account that a job sends at once
FEWEST = 16  # free slots before another claim: it costs the same for one delivery as for many
TURN_SECONDS = 10.0  # after these, no more are claimed: other accounts wait for the same worker
STUCK_SECONDS = 1.0  # without a call that ended, a batch no longer counts as advancing
MOST_BATCHES = 2  # of one network in one process: each claims what any account there has due
LINGER_SECONDS = 0.05  # that a finished call waits for others: claiming and storing have a fixed cost


class Batch:
    """What one job has in flight, for its account and for others that had something due.

    A slot is free again only after the result of its call is stored, so that no more is in flight than the job could
    lose; a claimed delivery never waits for a slot.
    """

    def __init__(self, account_id: int, senders: ThreadPoolExecutor) -> None:
        self.account_id, self.network, self.advanced_at = account_id, network_of(account_id), boottime()
        self._senders = senders
        self._ended: SimpleQueue[Future[SendResult]] = SimpleQueue()
        self.in_flight = 0
        self.errors: list[Exception] = []

    def send(self, *, worker: str) -> int:
        """Claim what fits and start its calls; return how many."""
        limit = MOST_IN_FLIGHT - self.in_flight
        jobs = sender.claim(account_id=self.account_id, worker=worker, limit=limit, with_others=True)
        for job in jobs:
            self._senders.submit(closes_connection(sender.make_public), job).add_done_callback(self._ended.put)
        self.in_flight += len(jobs)
        return len(jobs)

    def store_results(self) -> None:
        """Wait until calls end, and store their results."""
        ended = [self._ended.get()]
        until = boottime() + LINGER_SECONDS
        while len(ended) < self.in_flight and (left := until - boottime()) > 0:
            try:
                ended.append(self._ended.get(timeout=left))
            except Empty:
                break
        self.in_flight -= len(ended)
        sender.store_results([future.result() for future in ended])
        self.advanced_at = boottime()


_RUNNING: set[Batch] = set()  # the batches of this process


def is_sending_here(account_id: int) -> bool:
    """Return whether the batches of this process that advance will claim what an account has due by themselves.

    Claims of one account wait for each other, and threads of one process for the interpreter: another batch would
    make all of them slower. A batch whose calls all hang does not count: what becomes due must not wait for them.
    """
    now = boottime()
    advancing = [batch for batch in tuple(_RUNNING) if now - batch.advanced_at < STUCK_SECONDS]
    if not advancing:
        return False
    network = network_of(account_id)
    return (
        any(batch.account_id == account_id for batch in advancing)
        or sum(batch.network == network for batch in advancing) >= MOST_BATCHES
    )


def send_for_a_while(*, account_id: int, worker: str, scale_out: Callable[[], None]) -> bool:
    """Send what an account has due; return whether the turn ended before everything was claimed.

    With more due than fits a batch, `scale_out` is called once: another worker may send the rest.
    """
    turn_ends = boottime() + TURN_SECONDS
    with ThreadPoolExecutor(max_workers=MOST_IN_FLIGHT) as senders, _running(account_id, senders) as batch:
        claimed = _fill(batch, worker)
        if claimed == MOST_IN_FLIGHT:
            _scale_out(batch, scale_out)
        while batch.in_flight:
            _store(batch)
            # The last answers may say that there is quota for what was throttled: claim once more when none is left.
            may_have_more = claimed or not batch.in_flight
            has_time = boottime() < turn_ends and MOST_IN_FLIGHT - batch.in_flight >= FEWEST
            if may_have_more and not batch.errors and has_time:
                claimed = _fill(batch, worker)
    if batch.errors:
        raise batch.errors[0]
    return claimed > 0


@contextmanager
def _running(account_id: int, senders: ThreadPoolExecutor) -> Iterator[Batch]:
    batch = Batch(account_id, senders)
    _RUNNING.add(batch)
    try:
        yield batch
    finally:
        _RUNNING.discard(batch)


def _scale_out(batch: Batch, scale_out: Callable[[], None]) -> None:
    try:
        scale_out()
    except Exception as error:  # noqa: BLE001  the caller raises it
        batch.errors.append(error)


def _store(batch: Batch) -> None:
    """Store what ended; an error is raised by the caller after the other results are stored."""
    try:
        batch.store_results()
    except Exception as error:  # noqa: BLE001  the caller raises it
        batch.errors.append(error)


def _fill(batch: Batch, worker: str) -> int:
    """Fill the batch's slots, preparing on the way what can be prepared locally; return how many it claimed.

    An error here (the database was stopped) must not lose the answers of the calls in flight: the caller raises it
    after they are stored.
    """
    slots, before = MOST_IN_FLIGHT - batch.in_flight, batch.in_flight
    try:
        claimed = batch.send(worker=worker)
        if claimed < slots and prepare_locally(account_id=batch.account_id, now=database_now()).stored:
            batch.send(worker=worker)
    except Exception as error:  # noqa: BLE001  the caller raises it
        batch.errors.append(error)
    return batch.in_flight - before
