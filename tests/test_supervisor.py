"""When a part of the installation is started again: each time later, and never given up."""

import errno
import subprocess
import sys
from collections.abc import Callable

from pregonero.supervisor import FIRST_BACKOFF, LONGEST_BACKOFF, STEADY_SECONDS, Part


def ended() -> subprocess.Popen[bytes]:
    """Return a process that has ended with code 3."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "raise SystemExit(3)"])
    process.wait()
    return process


def starting(results: list[subprocess.Popen[bytes] | OSError]) -> Callable[[], subprocess.Popen[bytes]]:
    def launch() -> subprocess.Popen[bytes]:
        result = results.pop(0)
        if isinstance(result, OSError):
            raise result
        return result

    return launch


def test_part_that_keeps_ending_is_started_each_time_later() -> None:
    process = ended()
    part = Part("La web", process, lambda: process, started_at=0.0)
    now, waits = 0.0, []
    for _ in range(8):
        sentence = part.check(now)
        assert sentence.startswith("La web: terminó solo (código 3) y se levanta otra vez en ")
        assert part.start_again_at is not None
        waits.append(part.start_again_at - now)
        assert part.check(now + waits[-1] / 2) == ""
        assert part.start_again_at is not None
        now += waits[-1]
        assert part.check(now) == ""
        assert part.start_again_at is None
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_part_that_ran_long_starts_again_with_the_first_wait() -> None:
    process = ended()
    part = Part("La web", process, lambda: process, backoff=LONGEST_BACKOFF, started_at=0.0)
    part.check(STEADY_SECONDS + 1)
    assert part.start_again_at == STEADY_SECONDS + 1 + FIRST_BACKOFF


def test_part_that_cannot_be_started_is_tried_again() -> None:
    process = ended()
    no_memory = OSError(errno.ENOMEM, "Cannot allocate memory")
    part = Part("La web", process, starting([no_memory, no_memory, process]), started_at=0.0)
    part.check(0.0)
    for now in (1.0, 3.0):
        assert part.check(now) == ""
        assert part.start_again_at is not None
    part.check(7.0)
    assert part.start_again_at is None
