"""An account's due deliveries, sent in waves: taken together, in the air together, kept together (decision 0010)."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from pregonero.database import closes_connection, database_now
from pregonero.deadlines import boottime
from pregonero.publishing import sender
from pregonero.publishing.batch_prepare import prepare_locally
from pregonero.publishing.send_job import SendResult

AT_ONCE = 64  # deliveries of one account that a job has in the air
FEWEST = 16  # places that are free before more are taken: a claim costs the same for one as for many
TURN_SECONDS = 10.0  # after these, no more are taken: other accounts wait for the same places
STUCK_SECONDS = 1.0  # without a call that ended, a wave no longer speaks for its account
LINGER_SECONDS = 0.05  # that a call which ended waits for others: the costs of keeping and taking are shared by all


class Batch:
    """What one job has in the air for an account.

    A place is given again only after the outcome of its call is kept, so that what is in the air is never more than
    what the job could lose; nothing waits for a place after it was taken.
    """

    def __init__(self, senders: ThreadPoolExecutor) -> None:
        self._senders = senders
        self._ended: SimpleQueue[Future[SendResult]] = SimpleQueue()
        self.in_the_air = 0

    def send(self, *, account_id: int, worker: str) -> int:
        """Take what fits, and make its calls; returns how many."""
        works = sender.claim(account_id=account_id, worker=worker, limit=AT_ONCE - self.in_the_air)
        for work in works:
            self._senders.submit(closes_connection(sender.make_public), work).add_done_callback(self._ended.put)
        self.in_the_air += len(works)
        return len(works)

    def keep(self) -> None:
        """Wait until calls end, and keep what came of them."""
        ended = [self._ended.get()]
        until = boottime() + LINGER_SECONDS
        while len(ended) < self.in_the_air and (left := until - boottime()) > 0:
            try:
                ended.append(self._ended.get(timeout=left))
            except Empty:
                break
        self.in_the_air -= len(ended)
        sender.keep_outcomes([each.result() for each in ended])


_LOCK = threading.Lock()
_HERE: Counter[int] = Counter()  # how many jobs of this process send for each account
_ADVANCED: dict[int, float] = {}  # when one of them last did something (of `ticks`)


def sending_here(account_id: int) -> bool:
    """Return whether this process sends for an account already, and advances: it takes what is due by itself.

    Claims of one account wait for each other: a second wave in one process only makes both slower. One whose calls
    all hang is not counted, so that what comes due meanwhile does not wait for them.
    """
    return _HERE[account_id] > 0 and boottime() - _ADVANCED[account_id] < STUCK_SECONDS


@contextmanager
def _counted(account_id: int) -> Iterator[None]:
    with _LOCK:
        _HERE[account_id] += 1
        _ADVANCED[account_id] = boottime()
    try:
        yield
    finally:
        with _LOCK:
            _HERE[account_id] -= 1


def send_for_a_while(*, account_id: int, worker: str, scale_out: Callable[[], None]) -> bool:
    """Send what an account has due; returns whether time was over before it was all taken.

    With more due than fits a wave, `scale_out` is called once: another worker may take the rest.
    """
    over = boottime() + TURN_SECONDS
    failed: list[Exception] = []
    with _counted(account_id), ThreadPoolExecutor(max_workers=AT_ONCE) as senders:
        wave = Batch(senders)
        taken = _send(wave, account_id, worker)
        if taken == AT_ONCE:
            scale_out()
        while wave.in_the_air:
            try:
                wave.keep()
                _ADVANCED[account_id] = boottime()
            except Exception as error:  # noqa: BLE001  it surfaces when the outcomes of the others are kept too
                failed.append(error)
            # What the answers said may let go what waited for them: with none in the air, it is looked at once more.
            wanted = taken or not wave.in_the_air
            if wanted and not failed and boottime() < over and AT_ONCE - wave.in_the_air >= FEWEST:
                taken = _send(wave, account_id, worker)
    if failed:
        raise failed[0]
    return taken > 0


def _send(wave: Batch, account_id: int, worker: str) -> int:
    """Fill the wave's places; what could be prepared on the way, and was not, is prepared now."""
    room = AT_ONCE - wave.in_the_air
    taken = wave.send(account_id=account_id, worker=worker)
    if taken < room and prepare_locally(account_id=account_id, now=database_now()).kept:
        taken += wave.send(account_id=account_id, worker=worker)
    return taken
