"""What a Bluesky server limits, as data (docs/networks/bluesky.md): points by hour and by day, as its headers say."""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.budgets.kinds import Act, Budget, Headers, Rates, Scope, Stop, Unit, Window

READ_ON = date(2026, 11, 24)
RATES_PAGE = "https://docs.bsky.app/docs/advanced-guides/rate-limits"
HOUR, DAY = 3600, 86_400
WRITE = "POST /xrpc/com.atproto.repo.putRecord"
POINTS = 3  # a record made

RATES = Rates(
    budgets=(
        Budget(
            "points", "Puntos de escritura por hora", Scope.ACCOUNT, Unit.UNITS, Window(HOUR),
            Limit(5_000, READ_ON, RATES_PAGE), warns=False,
        ),
        Budget(
            "day_points", "Puntos de escritura por día", Scope.ACCOUNT, Unit.UNITS, Window(DAY),
            Limit(35_000, READ_ON, RATES_PAGE),
        ),
    ),
    posts={Act.POST: {"points": POINTS, "day_points": POINTS}},
    headers=(
        Headers("points", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", frozenset({WRITE})),
    ),
    stops={"RateLimitExceeded": Stop(Scope.ACCOUNT), "429": Stop(Scope.ACCOUNT)},
)  # fmt: skip
