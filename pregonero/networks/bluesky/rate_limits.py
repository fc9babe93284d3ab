"""What a Bluesky server limits, as data (docs/networks/bluesky.md): points by hour and by day, as its headers say."""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.rate_limits.policy import (
    Budget,
    Cost,
    Headers,
    PostClass,
    RateLimitPolicy,
    Scope,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
RATES_PAGE = "https://docs.bsky.app/docs/advanced-guides/rate-limits"
HOUR, DAY = 3600, 86_400
WRITE = "POST /xrpc/com.atproto.repo.putRecord"
DELETE = "POST /xrpc/com.atproto.repo.deleteRecord"
SESSION = "POST /xrpc/com.atproto.server.createSession"
# Written with `putRecord`: 2, and not the 3 of a record created. Read in the server's own code, @atproto/pds 0.4.217
# (`repo-write-hour`, `repo-write-day`: "creates=3, puts=2, deletes=1"), which says the same limits as the page.
POINTS = 2
_TOLD = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", frozenset({WRITE}))

RATE_LIMITS = RateLimitPolicy(
    budgets=(
        Budget(
            "points", "Puntos de escritura por hora", Scope.ACCOUNT, Unit.UNITS, Window(HOUR),
            Limit(5_000, READ_ON, RATES_PAGE), warns=False,
        ),
        Budget(
            "day_points", "Puntos de escritura por día", Scope.ACCOUNT, Unit.UNITS, Window(DAY),
            Limit(35_000, READ_ON, RATES_PAGE),
        ),
        Budget(
            "sessions", "Sesiones abiertas por día", Scope.ACCOUNT, Unit.ENDPOINTS, Window(DAY),
            Limit(300, READ_ON, RATES_PAGE),
        ),
    ),
    posts={PostClass.POST: {"points": POINTS, "day_points": POINTS}},
    calls={
        SESSION: Cost("session", "Sesiones abiertas", {"sessions": 1}),
        DELETE: Cost("withdrawal", "Publicaciones retiradas", {"points": 1, "day_points": 1}),
    },
    # Of the two it tells the one of which less is left.
    headers=(
        Headers("points", *_TOLD, policy="ratelimit-policy", lasts=HOUR),
        Headers("day_points", *_TOLD, policy="ratelimit-policy", lasts=DAY),
    ),
    stops={"RateLimitExceeded": SuspensionRule(Scope.ACCOUNT), "429": SuspensionRule(Scope.ACCOUNT)},
)  # fmt: skip
