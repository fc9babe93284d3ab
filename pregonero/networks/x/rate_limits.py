"""What X limits and charges, as data (docs/networks/x.md). Read live from its headers where it tells."""

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
RATES_PAGE = "https://docs.x.com/x-api/fundamentals/rate-limits"
PRICES_PAGE = "https://docs.x.com/x-api/getting-started/pricing"
CREATE, OWN_POSTS = "POST /2/tweets", "GET /2/users/{id}/tweets"
QUARTER, DAY, MONTH = 900, 86_400, 31 * 86_400

PRICES = {
    "post": Limit(15_000, READ_ON, PRICES_PAGE),
    "link_post": Limit(200_000, READ_ON, PRICES_PAGE),
    "reply": Limit(10_000, READ_ON, PRICES_PAGE),
    "own_read": Limit(1_000, READ_ON, PRICES_PAGE),
}


def _post(kind: str) -> dict[str, int]:
    return {"posts": 1, "app_posts": 1, "money": PRICES[kind].value}


RATE_LIMITS = RateLimitPolicy(
    budgets=(
        Budget(
            "posts", "Publicaciones por cuarto de hora", Scope.ACCOUNT, Unit.POSTS, Window(QUARTER),
            Limit(100, READ_ON, RATES_PAGE), warns=False,
        ),
        Budget(
            "app_posts", "Publicaciones por día, de todas las cuentas", Scope.APP, Unit.POSTS, Window(DAY),
            Limit(10_000, READ_ON, RATES_PAGE),
        ),
        Budget(
            "own_reads", "Lecturas de lo propio por cuarto de hora", Scope.ACCOUNT, Unit.ENDPOINTS, Window(QUARTER),
            Limit(900, READ_ON, RATES_PAGE), warns=False,
        ),
        Budget("money", "Gasto del mes", Scope.APP, Unit.MONEY, Window(MONTH, "month", "America/Bogota")),
    ),
    posts={PostClass.POST: _post("post"), PostClass.LINK_POST: _post("link_post"), PostClass.REPLY: _post("reply")},
    calls={
        OWN_POSTS: Cost(
            "own_read", "Lecturas de lo propio", {"own_reads": 1}, items="data",
            each={"money": PRICES["own_read"].value},
        ),
    },
    headers=(
        Headers(
            "posts", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", frozenset({CREATE})
        ),
        Headers(
            "own_reads", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", frozenset({OWN_POSTS})
        ),
        Headers(
            "app_posts", "x-app-limit-24hour-limit", "x-app-limit-24hour-remaining", "x-app-limit-24hour-reset",
            frozenset({CREATE}),
        ),
    ),
    stops={
        "429": SuspensionRule(Scope.ACCOUNT),
        "420": SuspensionRule(Scope.ACCOUNT),
        "402": SuspensionRule(Scope.APP, person=True, tells=True),
        "usage-capped": SuspensionRule(Scope.APP, person=True, tells=True),
    },
    prices=PRICES,
)  # fmt: skip
