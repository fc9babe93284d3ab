"""X's limits of calls: each answer tells what is left; they bind only where the account says how many.

Tests publish thousands: an account without `posts_per_window` in its `extra` is told a very large limit.
"""

from __future__ import annotations

import math

from lab.conversation import Answer, Call, Refusal
from lab.laboratory import Laboratory
from lab.x import problems

WINDOW = 15 * 60
UNBOUND = 100_000


def _used(lab: Laboratory, account: str) -> int:
    window = lab.clock.now() // WINDOW * WINDOW
    return lab.posts.count_since("x", account, window)


def _reset(lab: Laboratory) -> int:
    return int(lab.clock.now() // WINDOW + 1) * WINDOW


def check(lab: Laboratory, call: Call) -> None:
    """Refuse one post more than the account's window holds."""
    limit = call.who.extra.get("posts_per_window")
    if limit is not None and _used(lab, call.who.id) >= limit:
        answer = problems.STATUS_PROBLEMS[429].answer
        raise Refusal(Answer(answer.body, answer.status, spent(_reset(lab), _reset(lab) - lab.clock.now())))


def headers(lab: Laboratory, call: Call) -> dict[str, str]:
    limit = call.account.extra.get("posts_per_window") if call.account else None
    left = UNBOUND if limit is None or call.account is None else max(0, limit - _used(lab, call.account.id))
    return {
        "x-rate-limit-limit": str(limit or UNBOUND),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(_reset(lab)),
    }


def spent(reset: float, wait: float) -> dict[str, str]:
    return {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(math.ceil(reset)),
        "retry-after": str(math.ceil(wait)),
    }
