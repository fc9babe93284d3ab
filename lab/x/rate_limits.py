"""X's limits of calls and its prices: each answer tells what is left of the window of its own address."""

from __future__ import annotations

import math

from lab.messages import Answer, Call, Refusal
from lab.rate_limits import Over, Quota, Standing
from lab.state import LabState
from lab.x import problems, text

QUARTER, DAY = 15 * 60, 86_400
RATE, APP = "x-rate-limit", "x-app-limit-24hour"
POSTS = "POST /2/tweets"
QUOTAS = (
    Quota("posts", POSTS, 100, QUARTER, headers=RATE),
    Quota("app_posts", POSTS, 10_000, DAY, shared=True, headers=APP),
    Quota("own_reads", r"GET /2/users/[^/]+/tweets", 900, QUARTER, headers=RATE),
    Quota("mentions", r"GET /2/users/[^/]+/mentions", 300, QUARTER, headers=RATE),
    Quota("hide", r"PUT /2/tweets/[^/]+/hidden", 50, QUARTER, headers=RATE),
)
# In micro-dollars, by what is done (docs.x.com, pricing).
POST, LINK_POST, REPLY, OWN_READ = 15_000, 200_000, 10_000, 1_000


def over(lab: LabState, call: Call, excess: Over) -> Answer:
    """X's 429, with the headers of the window that is used up."""
    ends, answer = excess.standing.ends, problems.STATUS_PROBLEMS[429].answer
    wait = {"retry-after": str(max(1, math.ceil(ends - lab.clock.now())))}
    return Answer(answer.body, answer.status, told(excess.standing) | wait)


def headers(lab: LabState, call: Call) -> dict[str, str]:
    """What is left after this call, of every window that it counted in; a very large number where none binds."""
    if call.account is None:
        return {}
    found: dict[str, str] = {}
    for quota in QUOTAS:
        if quota.concerns(call):
            found |= told(lab.rate_limits.standing(quota, call.account, lab.clock.now()))
    return found


def told(standing: Standing) -> dict[str, str]:
    prefix = standing.quota.headers
    return {
        f"{prefix}-limit": str(standing.limit),
        f"{prefix}-remaining": str(standing.left),
        f"{prefix}-reset": str(math.ceil(standing.ends)),
    }


def spent(reset: float, wait: float) -> dict[str, str]:
    """The headers of a 429 that a fault asked for."""
    return {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(math.ceil(reset)),
        "retry-after": str(math.ceil(wait)),
    }


def charge_post(lab: LabState, call: Call, links: list[text.Link]) -> None:
    """Take a post's price from the application's credits, or refuse it: nothing is published that is not paid."""
    replies = (call.fields.get("reply") or {}).get("in_reply_to_tweet_id")
    charge(lab, call, LINK_POST if links else REPLY if replies else POST)


def charge(lab: LabState, call: Call, micros: int) -> None:
    cap = call.who.extra.get("spend_cap")
    if cap is not None and lab.rate_limits.spent(call.who) + micros > cap:
        raise problems.usage_capped()
    if not lab.rate_limits.charge(call.who, micros):
        raise Refusal(problems.STATUS_PROBLEMS[402].answer)
