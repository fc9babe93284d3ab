"""python -m tests.faults.worker: a nursery of real worker processes, each born ready and told what befalls it.

The product's code is imported once; each line of JSON that comes in is an order: a new process of `pregonero worker`
(a fork, so that hundreds of them can die in a minute), or how an earlier one fares. What a worker suffers is done to it
here, from outside: the product knows nothing of it.

    {"do": "start", "armed": [...], ...}  → {"pid": 123}     (with "places", so many in each lane)
    {"do": "look", "pid": 123}            → {"status": null} while it lives, else as `Popen.returncode`
    {"do": "set", "seconds": 3600}        → {}: the clock of its machine jumps, for those that live too
"""

import json
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from pregonero import stack
from pregonero.processes import become
from tests.faults import clocks, holding, passing

PLACES = 48  # of each lane: as many cases as that can stand still at once
CONNECTIONS = 60
WAITS = 0.2  # of the times that the product waits for a network's reads to settle: the laboratory's do at once
LONGEST_WAIT = 5.0  # after a "not now", whatever it says
STALLED_SECONDS = 15.0


def main() -> None:
    """Make everything ready, then obey."""
    passing.watch_transactions()  # before any action is made
    stack.set_up()
    _import_all()
    _hurry()
    clocks.watch_machine()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(_obey(order)), flush=True)


def _obey(order: dict[str, Any]) -> dict[str, Any]:
    if order["do"] == "look":
        pid, status = os.waitpid(order["pid"], os.WNOHANG)
        return {"status": os.waitstatus_to_exitcode(status) if pid else None}
    if order["do"] == "set":
        clocks.set_machine(order["seconds"])
        return {}
    pid = os.fork()
    if not pid:
        _live(order)
    return {"pid": pid}


def _live(order: dict[str, Any]) -> None:
    """Be a worker until told to stop, or until the end that was ordered."""
    code = 1
    become(None, signal_at_parent_death=signal.SIGKILL)  # nobody outlives the nursery
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)  # orders are for the nursery alone
        os.dup2(2, 1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if "places" in order:
            _give_places(order["places"])
        if order.get("armed"):
            _give_places(PLACES)
            holding.arm(order["armed"], place=order["log"], patience=order["patience"])
        from pregonero.worker import work

        work()
        code = 0
    finally:
        os._exit(code)


def _give_places(places: int) -> None:
    """Have room in each lane for so many at once."""
    from pregonero import worker

    for lane, (queues, _) in worker.POOLS.items():
        worker.POOLS[lane] = (queues, places)


def _import_all() -> None:
    """Import now what a worker imports while it works, and watch what it does at the networks."""
    from importlib import import_module

    from pregonero.networks.registry import NETWORKS, connector
    from pregonero.outbox import tasks  # noqa: F401

    import_module("xdk")
    passing.watch_connectors(connector(name) for name in NETWORKS)
    passing.watch_calls()


def _hurry() -> None:
    """Shorten what a worker waits for, so that a fault costs seconds: the order of things stays the same."""
    from django.conf import settings

    from pregonero import worker
    from pregonero.networks.instagram import connector as instagram
    from pregonero.networks.mastodon import connector as mastodon
    from pregonero.networks.rate_limits import actions as rate_limits
    from pregonero.networks.x import connector as x
    from pregonero.outbox.actions import prepare, reconciliation

    settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = CONNECTIONS
    worker.STALLED_SECONDS = STALLED_SECONDS
    prepare.LONGEST_WAIT = reconciliation.LONGEST_WAIT = LONGEST_WAIT
    rate_limits.MAX_SUSPENSION = timedelta(seconds=LONGEST_WAIT)
    for module, names in (
        (x, ("LOOK_WAITS",)),
        (mastodon, ("LOOK_WAITS", "SETTLE_WAITS")),
        (instagram, ("LOOK_WAITS", "SETTLE_WAITS")),
    ):
        for name in names:
            setattr(module, name, tuple(WAITS * each for each in getattr(module, name)))


if __name__ == "__main__":
    main()
