"""Meta's limits: hundredths of what the application and each account may call, in headers; reels and posts by day."""

from __future__ import annotations

import json
import math

from lab.graph import errors
from lab.messages import Answer, Call
from lab.rate_limits import Over, Quota, Standing
from lab.state import LabState

HOUR, DAY, FULL = 3600, 86_400, 100
ANY = r"\w+ /.*"


def _ends_reel(call: Call) -> bool:
    return call.field("video_state") == "PUBLISHED"


def _of(network: str) -> Quota:
    return Quota("calls", ANY, 4800, HOUR, when=lambda call: call.network == network)


APP_CALLS = Quota("app_calls", ANY, 200, HOUR, shared=True)
REELS = Quota("reels", r"POST /(?:v[\d.]+/)?\w+/video_reels", 30, DAY, when=_ends_reel)
POSTS = Quota("posts", r"POST /(?:v[\d.]+/)?\w+/media_publish", 100, DAY)
QUOTAS = (APP_CALLS, _of("facebook"), _of("instagram"), REELS, POSTS)
OVER_ACCOUNT = {"facebook": 32, "instagram": 80002}
TYPES = {"facebook": "pages", "instagram": "instagram"}


def over(lab: LabState, call: Call, excess: Over) -> Answer:
    """Meta's words: 4 of the application, 32 or 80002 of an account, 613 of reels, 9 with its subcode of posts."""
    name = excess.standing.quota.name
    if name == "posts":
        return errors.error(403, 9, "Application request limit reached", subcode=2207042).answer
    codes = {"app_calls": 4, "calls": OVER_ACCOUNT[call.network], "reels": 613}
    return errors.for_code(codes[name]).answer


def headers(lab: LabState, call: Call) -> dict[str, str]:
    account = call.account
    if account is None:
        return {"X-App-Usage": _usage(0)}
    now = lab.clock.now()
    app = lab.rate_limits.standing(APP_CALLS, account, now)
    ours = lab.rate_limits.standing(_of(call.network), account, now)
    used = _hundredths(ours)
    about = {
        "type": TYPES.get(call.network, "pages"), "call_count": used, "total_cputime": used // 4,
        "total_time": used // 4,
        "estimated_time_to_regain_access": math.ceil((ours.ends - now) / 60) if ours.bound and not ours.left else 0,
    }  # fmt: skip
    return {
        "X-App-Usage": _usage(_hundredths(app)),
        "X-Business-Use-Case-Usage": json.dumps({account.id: [about]}),
    }


def _hundredths(standing: Standing) -> int:
    return FULL - FULL * standing.left // standing.limit if standing.bound else 1


def _usage(used: int) -> str:
    return json.dumps({"call_count": used, "total_cputime": used // 4, "total_time": used // 4})
