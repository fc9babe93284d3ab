"""What a Mastodon server limits, as data (docs/networks/mastodon.md): calls in five minutes, as its headers say."""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.rate_limits.policy import (
    Budget,
    Headers,
    PostClass,
    RateLimitPolicy,
    Scope,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
RATES_PAGE = "https://docs.joinmastodon.org/api/rate-limits/"
STATUSES, MEDIA = "POST /api/v1/statuses", "POST /api/v2/media"
FIVE_MINUTES, HALF_HOUR = 300, 1800
NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")

RATE_LIMITS = RateLimitPolicy(
    budgets=(
        Budget(
            "calls", "Llamadas en cinco minutos", Scope.ACCOUNT, Unit.ENDPOINTS, Window(FIVE_MINUTES),
            Limit(300, READ_ON, RATES_PAGE), warns=False,
        ),
        Budget(
            "media", "Archivos por media hora", Scope.ACCOUNT, Unit.ENDPOINTS, Window(HALF_HOUR),
            Limit(30, READ_ON, RATES_PAGE), warns=False,
        ),
    ),
    posts={PostClass.POST: {"calls": 1}},
    headers=(
        Headers("calls", *NAMES, frozenset({STATUSES}), reset_as="iso"),
        Headers("media", *NAMES, frozenset({MEDIA}), reset_as="iso"),
    ),
    stops={"429": SuspensionRule(Scope.ACCOUNT)},
)  # fmt: skip
