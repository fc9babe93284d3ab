"""An account's due deliveries, sent in waves: claimed together, several in the air at a time (decision 0004)."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pregonero.networks.clock import ticks
from pregonero.publishing import delivering
from pregonero.worker import given_back

WAVE = 32  # deliveries of one account that a job holds together
AT_ONCE = 8  # of them sent at the same time
TURN_SECONDS = 10.0  # after these, no more are claimed: other accounts wait for the same places


def send_for_a_while(*, account_id: int, worker: str) -> bool:
    """Send what an account has due; returns whether time was over before it was all claimed.

    A place that is left is filled at once: one slow call never keeps the others of its wave waiting.
    """
    over = ticks() + TURN_SECONDS
    sending: set[Future[None]] = set()
    more = True
    with ThreadPoolExecutor(max_workers=AT_ONCE) as senders:
        while True:
            room = WAVE - len(sending)
            if more and room >= AT_ONCE and ticks() < over:
                wave = delivering.claim(account_id=account_id, worker=worker, limit=room)
                more = bool(wave)
                sending |= {senders.submit(given_back(delivering.send_delivery), work) for work in wave}
            if not sending:
                return more
            done, sending = wait(sending, return_when=FIRST_COMPLETED)
            for each in done:
                each.result()
