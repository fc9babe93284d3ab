"""Google's quota: a day of the Pacific has so many uploads, and so many units for the rest; nothing is told of it until
it is used up."""

from __future__ import annotations

from lab.messages import Answer, Call
from lab.rate_limits import Over, Quota
from lab.state import LabState
from lab.youtube import errors

DAY_OF_PACIFIC = 0.0
UPLOADS = "(?:/resumable)?/upload/youtube/v3"


def _units(name: str, calls: str, cost: int) -> Quota:
    return Quota(name, calls, 10_000, DAY_OF_PACIFIC, cost=cost, shared=True)


QUOTAS = (
    Quota("inserts", f"POST {UPLOADS}/videos", 100, DAY_OF_PACIFIC, shared=True),
    Quota("channel_uploads", f"POST {UPLOADS}/videos", 100, 86_400),
    _units("units", r"GET /youtube/v3/\w+", 1),
    _units("units", r"(?:POST|PUT|DELETE) /youtube/v3/(?!captions).+", 50),
    _units("units", f"POST {UPLOADS}/thumbnails/set", 50),
    _units("units", rf"(?:POST|PUT) (?:{UPLOADS}|/youtube/v3)/captions", 400),
)


def over(lab: LabState, call: Call, excess: Over) -> Answer:
    """Google's 403, or its 400 of a channel that uploaded too much."""
    refusal = errors.uploads() if excess.standing.quota.name == "channel_uploads" else errors.quota()
    return refusal.answer
