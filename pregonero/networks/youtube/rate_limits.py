"""What YouTube limits, as data (docs/networks/youtube.md): a day of the Pacific has so many uploads, and so many units
for the rest. Google tells nothing in its headers: the count is ours, until it refuses.
"""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.rate_limits.policy import (
    Budget,
    Cost,
    PostClass,
    RateLimitPolicy,
    Scope,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
QUOTA_PAGE = "https://developers.google.com/youtube/v3/determine_quota_cost"
PACIFIC_DAY = Window(86_400, "day", "America/Los_Angeles")

_INSERT = Cost("insert", "Subidas de video", {"inserts": 1})
_UPDATE = Cost("change", "Cambios en un video", {"units": 50})

RATE_LIMITS = RateLimitPolicy(
    budgets=(
        Budget("units", "Unidades por día", Scope.APP, Unit.UNITS, PACIFIC_DAY, Limit(10_000, READ_ON, QUOTA_PAGE)),
        Budget("inserts", "Subidas por día", Scope.APP, Unit.ENDPOINTS, PACIFIC_DAY, Limit(100, READ_ON, QUOTA_PAGE)),
    ),
    posts={PostClass.POST: {"units": 50}},
    preparing={"inserts": 1},
    calls={
        "POST /upload/youtube/v3/videos": _INSERT,
        "POST /resumable/upload/youtube/v3/videos": _INSERT,
        "GET /youtube/v3/videos": Cost("list", "Lecturas de un video", {"units": 1}),
        "DELETE /youtube/v3/videos": _UPDATE,
        "POST /upload/youtube/v3/captions": Cost("captions", "Subtítulos", {"units": 400}),
        "POST /resumable/upload/youtube/v3/captions": Cost("captions", "Subtítulos", {"units": 400}),
        "POST /upload/youtube/v3/thumbnails/set": Cost("thumbnail", "Miniaturas", {"units": 50}),
        "POST /resumable/upload/youtube/v3/thumbnails/set": Cost("thumbnail", "Miniaturas", {"units": 50}),
    },
    stops={
        "quotaExceeded": SuspensionRule(Scope.APP, tells=True),
        "dailyLimitExceeded": SuspensionRule(Scope.APP, tells=True),
        "uploadLimitExceeded": SuspensionRule(Scope.ACCOUNT, tells=True, preparing=True),
        "rateLimitExceeded": SuspensionRule(Scope.APP),
        "userRateLimitExceeded": SuspensionRule(Scope.ACCOUNT),
    },
)
