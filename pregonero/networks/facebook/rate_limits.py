"""What Meta limits on a page, as data (docs/networks/facebook.md): reels by day, and calls by what its headers say."""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.rate_limits.policy import (
    Budget,
    PostClass,
    RateLimitPolicy,
    Scope,
    SuspensionRule,
    Unit,
    Usage,
    Window,
)

READ_ON = date(2026, 11, 24)
REELS_PAGE = "https://developers.facebook.com/docs/video-api/guides/reels-publishing"
CALLS_PAGE = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
HOUR, DAY, FULL = 3600, 86_400, 100
LASTS = 300  # seconds: Meta's percentages roll on with the hour

# The whole application's calls, and those of each page or account: in hundredths of what Meta allows at that moment.
ENDPOINTS = (
    Budget(
        "app_calls", "Llamadas de la aplicación", Scope.APP, Unit.PERCENT, Window(HOUR),
        Limit(FULL, READ_ON, CALLS_PAGE), warns=False,
    ),
    Budget(
        "calls", "Llamadas de la cuenta", Scope.ACCOUNT, Unit.PERCENT, Window(HOUR),
        Limit(FULL, READ_ON, CALLS_PAGE), warns=False,
    ),
)  # fmt: skip
USAGES = (
    Usage("app_calls", "x-app-usage", LASTS),
    Usage("calls", "x-business-use-case-usage", LASTS, regain="estimated_time_to_regain_access"),
    Usage("calls", "x-page-usage", LASTS),
)
STOPS = {
    "4": SuspensionRule(Scope.APP),
    "17": SuspensionRule(Scope.ACCOUNT),
    "32": SuspensionRule(Scope.ACCOUNT),
    "341": SuspensionRule(Scope.ACCOUNT),
    "613": SuspensionRule(Scope.ACCOUNT),
    "80001": SuspensionRule(Scope.ACCOUNT),
    "80002": SuspensionRule(Scope.ACCOUNT),
    "429": SuspensionRule(Scope.ACCOUNT),
}

RATE_LIMITS = RateLimitPolicy(
    budgets=(
        Budget(
            "reels", "Reels por día", Scope.ACCOUNT, Unit.POSTS, Window(DAY), Limit(30, READ_ON, REELS_PAGE)
        ),
        *ENDPOINTS,
    ),
    posts={PostClass.POST: {"calls": 0, "app_calls": 0}, PostClass.REEL: {"reels": 1, "calls": 0, "app_calls": 0}},
    usages=USAGES,
    stops=STOPS,
)  # fmt: skip
