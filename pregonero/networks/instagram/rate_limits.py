"""What Instagram limits, as data (docs/networks/instagram.md): posts by day, read live, and Meta's calls."""

from datetime import date

from pregonero.networks.base import Limit
from pregonero.networks.facebook.rate_limits import ENDPOINTS, STOPS, USAGES
from pregonero.networks.rate_limits.policy import (
    Budget,
    PostClass,
    RateLimitPolicy,
    Reading,
    Scope,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
POSTS_PAGE = "https://developers.facebook.com/docs/instagram-platform/content-publishing"
PUBLISHING_LIMIT = "GET /{version}/{user}/content_publishing_limit"
DAY, HOUR = 86_400, 3600

RATE_LIMITS = RateLimitPolicy(
    budgets=(
        # Two documents disagree, 100 and 50: the account's own figure is read from the network.
        Budget(
            "posts", "Publicaciones por día", Scope.ACCOUNT, Unit.POSTS, Window(DAY), Limit(100, READ_ON, POSTS_PAGE)
        ),
        *ENDPOINTS,
    ),
    posts={PostClass.POST: {"posts": 1, "calls": 0, "app_calls": 0}},
    usages=USAGES,
    readings=(
        Reading(
            "posts", PUBLISHING_LIMIT, ("data", 0, "quota_usage"), ("data", 0, "config", "quota_total"), lasts=HOUR
        ),
    ),
    stops=STOPS | {"2207042": SuspensionRule(Scope.ACCOUNT, tells=True)},
)  # fmt: skip
