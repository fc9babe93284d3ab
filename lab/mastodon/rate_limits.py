"""Mastodon's limits: calls in five minutes, media in half an hour, each told with its instant in every answer."""

from __future__ import annotations

from lab.clock import iso_millis
from lab.mastodon import errors
from lab.messages import Answer, Call
from lab.rate_limits import UNBOUND, Quota
from lab.state import LabState

TOO_MANY = 429
QUOTAS = (
    Quota("media", "POST /api/v[12]/media", 30, 1800),
    Quota("calls", r"\w+ /api/.+", 300, 300),
)


def headers(lab: LabState, call: Call) -> dict[str, str]:
    """The window of the call's own address, or the one of all calls."""
    if call.account is None:
        return {}
    concerned = next((quota for quota in QUOTAS if quota.concerns(call)), None)
    if concerned is None:
        return {}
    standing = lab.rate_limits.standing(concerned, call.account, lab.clock.now())
    return _told(standing.limit, standing.left, standing.ends)


def spent(reset: float, limit: int = UNBOUND) -> Answer:
    return Answer(errors.STATUS_ERRORS[TOO_MANY].answer.body, TOO_MANY, _told(limit, 0, reset))


def _told(limit: int, left: int, reset: float) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": iso_millis(reset)}
