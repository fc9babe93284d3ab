"""Meta's error responses and rate limits."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

from lab.messages import ApiError, Call, Response
from lab.rate_limits import LimitExceeded, Quota, QuotaStatus
from lab.state import LabState

_traces = itertools.count(1)


def error(
    status: int,
    code: int,
    message: str,
    *,
    subcode: int = 0,
    kind: str = "OAuthException",
    transient: bool = False,
    data: dict[str, Any] | None = None,
) -> ApiError:
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    if transient or subcode:
        body["is_transient"] = transient
    if data:
        body["error_data"] = data
    body["fbtrace_id"] = f"Alab{next(_traces):08d}"
    return ApiError(Response({"error": body}, status))


def invalid_parameter(message: str) -> ApiError:
    return error(400, 100, f"(#100) {message}")


def not_found(id: str, method: str) -> ApiError:
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return error(400, 100, message, subcode=33, kind="GraphMethodException")


def not_allowed() -> ApiError:
    return error(403, 200, "(#200) The token does not belong to this object's account.")


def token_missing() -> ApiError:
    return error(400, 104, "An access token is required to request this resource.")


def token_unknown() -> ApiError:
    return error(400, 190, "Invalid OAuth access token - Cannot parse access token")


def token_expired() -> ApiError:
    return error(400, 190, "Error validating access token: Session has expired.", subcode=463)


def token_revoked() -> ApiError:
    message = "Error validating access token: The user has not authorized application."
    return error(400, 190, message, subcode=458)


def duplicate() -> ApiError:
    return error(400, 506, "(#506) Duplicate status message")


OUTSIDE_WINDOW_SUBCODES = (2018278, 2534022)  # of Messenger and of Instagram


def outside_window(subcode: int) -> ApiError:
    return error(400, 10, "(#10) This message is sent outside of allowed window.", subcode=subcode)


def not_supported(endpoint: str) -> ApiError:
    return error(501, 3, f"(#3) The lab does not implement this part of the Graph API: {endpoint}")


def error_for_code(code: int) -> ApiError:
    """Return the error that a fault asks for; `code` is an HTTP status or one of Meta's own codes."""
    if code == 401:  # noqa: PLR2004
        return token_expired()
    if code == 506:  # noqa: PLR2004
        return duplicate()
    if code in OUTSIDE_WINDOW_SUBCODES:
        return outside_window(code)
    status, meta_code, message, transient = PRESETS.get(code, PRESETS[500])
    return error(status, meta_code, message, transient=transient)


PRESETS: dict[int, tuple[int, int, str, bool]] = {
    402: (403, 613, "(#613) Calls to this api have exceeded the rate limit.", True),
    403: (400, 368, "The action attempted has been deemed abusive or is otherwise disallowed", False),
    429: (403, 4, "(#4) Application request limit reached", True),
    500: (500, 2, "An unexpected error has occurred. Please retry your request later.", True),
    4: (403, 4, "(#4) Application request limit reached", True),
    17: (400, 17, "(#17) User request limit reached", True),
    32: (403, 32, "(#32) Page request limit reached", True),
    80002: (400, 80002, "(#80002) There have been too many calls to this Instagram account.", True),
    100: (400, 100, "(#100) Invalid parameter", False),
    190: (400, 190, "Invalid OAuth access token - Cannot parse access token", False),
    368: (400, 368, "The action attempted has been deemed abusive or is otherwise disallowed", False),
    613: (403, 613, "(#613) Calls to this api have exceeded the rate limit.", True),
}


HOUR, DAY = 3600, 86_400  # seconds
ANY = r"\w+ /.*"


def _publishes_reel(call: Call) -> bool:
    return call.field("video_state") == "PUBLISHED"


def _account_calls(network: str) -> Quota:
    return Quota("calls", ANY, 4800, HOUR, when=lambda call: call.network == network)


APP_CALLS = Quota("app_calls", ANY, 200, HOUR, shared=True)
REELS = Quota("reels", r"POST /(?:v[\d.]+/)?\w+/video_reels", 30, DAY, when=_publishes_reel)
POSTS = Quota("posts", r"POST /(?:v[\d.]+/)?\w+/media_publish", 100, DAY)
QUOTAS = (APP_CALLS, _account_calls("facebook"), _account_calls("instagram"), REELS, POSTS)
ACCOUNT_LIMIT_CODES = {"facebook": 32, "instagram": 80002}
TYPES = {"facebook": "pages", "instagram": "instagram"}


def limit_response(call: Call, exceeded: LimitExceeded) -> Response:
    """Return Meta's error for a limit: 4 (application), 32 or 80002 (account), 613 (reels) or 9 (posts)."""
    name = exceeded.status.quota.name
    if name == "posts":
        return error(403, 9, "Application request limit reached", subcode=2207042).response
    codes = {"app_calls": 4, "calls": ACCOUNT_LIMIT_CODES[call.network], "reels": 613}
    return error_for_code(codes[name]).response


def rate_limit_headers(lab: LabState, call: Call) -> dict[str, str]:
    account = call.account
    if account is None:
        return {"X-App-Usage": _usage(0)}
    now = lab.clock.now()
    app = lab.rate_limits.status(APP_CALLS, account, now)
    own = lab.rate_limits.status(_account_calls(call.network), account, now)
    used = _percentage(own)
    usage = {
        "type": TYPES.get(call.network, "pages"),
        "call_count": used,
        "total_cputime": used // 4,
        "total_time": used // 4,
        "estimated_time_to_regain_access": (
            math.ceil((own.resets_at - now) / 60) if own.is_limited and not own.remaining else 0
        ),
    }
    return {
        "X-App-Usage": _usage(_percentage(app)),
        "X-Business-Use-Case-Usage": json.dumps({account.id: [usage]}),
    }


def _percentage(status: QuotaStatus) -> int:
    return 100 - 100 * status.remaining // status.limit if status.is_limited else 1


def _usage(used: int) -> str:
    return json.dumps({"call_count": used, "total_cputime": used // 4, "total_time": used // 4})
