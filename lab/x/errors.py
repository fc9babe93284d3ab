"""X's error responses, rate limits and prices."""

from __future__ import annotations

import math
from typing import Any

from lab.messages import ApiError, Call, Response
from lab.rate_limits import LimitExceeded, Quota, QuotaStatus
from lab.request_schema import Problem
from lab.state import LabState
from lab.x import text

TYPES = "https://api.x.com/2/problems"


def error(status: int, title: str, detail: str, kind: str = "about:blank") -> ApiError:
    return ApiError(Response({"title": title, "detail": detail, "type": kind, "status": status}, status))


def invalid(parameter: str, value: str, message: str) -> ApiError:
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{TYPES}/invalid-request",
    }
    return ApiError(Response(body, 400))


def not_in_document(problems: list[Problem]) -> ApiError:
    """Return X's 400 for what its own document does not have: query parameters and the fields of a body."""
    return ApiError(
        Response(
            {
                "errors": [_entry_of(problem) for problem in problems],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": f"{TYPES}/invalid-request",
            },
            400,
        )
    )


def _entry_of(problem: Problem) -> dict[str, Any]:
    if problem.place == "body":
        return {"parameters": {}, "message": f"$.{problem.name}: {problem.reason}"}
    message = f"The `{problem.name}` {problem.place} parameter value [{problem.value}] {problem.reason}"
    return {"parameters": {problem.name: [problem.value]}, "message": message}


def unauthorized() -> ApiError:
    return error(401, "Unauthorized", "Unauthorized")


def duplicate() -> ApiError:
    return error(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")


def too_long() -> ApiError:
    return error(400, "Bad Request", "Your Tweet text is too long.")


def not_found(kind: str, id: str) -> ApiError:
    """Return X's response for an id that does not exist: status 200 with `errors` and no `data`."""
    entry = {
        "value": id,
        "detail": f"Could not find {kind} with id: [{id}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": "id",
        "resource_id": id,
        "type": f"{TYPES}/resource-not-found",
    }
    return ApiError(Response({"errors": [entry]}, 200))


def not_supported(address: str) -> ApiError:
    return error(501, "Not Implemented", f"The lab does not implement this part of X: {address}")


def usage_capped() -> ApiError:
    body = {
        "title": "UsageCapExceeded",
        "detail": "Usage cap exceeded: Monthly product cap",
        "period": "Monthly",
        "scope": "Product",
        "account_id": "1",
        "type": f"{TYPES}/usage-capped",
    }
    return ApiError(Response(body, 429))


STATUS_ERRORS = {
    401: unauthorized(),
    402: error(
        402,
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
        f"{TYPES}/credits",
    ),
    403: error(403, "Forbidden", "You are not permitted to perform this action."),
    429: error(429, "Too Many Requests", "Too Many Requests"),
    500: error(500, "Internal Server Error", "Internal Server Error"),
}


QUARTER, DAY = 15 * 60, 86_400
RATE, APP = "x-rate-limit", "x-app-limit-24hour"
POSTS = "POST /2/tweets"
MESSAGES = r"POST /2/dm_conversations/.+/messages"
QUOTAS = (
    Quota("posts", POSTS, 100, QUARTER, headers=RATE),
    Quota("app_posts", POSTS, 10_000, DAY, shared=True, headers=APP),
    Quota("own_reads", r"GET /2/users/[^/]+/tweets", 900, QUARTER, headers=RATE),
    Quota("mentions", r"GET /2/users/[^/]+/mentions", 300, QUARTER, headers=RATE),
    Quota("blocking", r"GET /2/users/[^/]+/blocking", 15, QUARTER, headers=RATE),
    Quota("muting", r"GET /2/users/[^/]+/muting", 15, QUARTER, headers=RATE),
    Quota("message_reads", r"GET /2/dm_(?:events|conversations/.+)", 15, QUARTER, headers=RATE),
    Quota("messages", MESSAGES, 15, QUARTER, headers=RATE),
    Quota("day_messages", MESSAGES, 1_440, DAY, headers="x-user-limit-24hour"),
    Quota("hide", r"PUT /2/tweets/[^/]+/hidden", 50, QUARTER, headers=RATE),
)
# Prices in micro-dollars (docs.x.com, pricing).
POST, LINK_POST, REPLY, OWN_READ, OTHER_READ = 15_000, 200_000, 10_000, 1_000, 5_000
MESSAGE, MESSAGE_READ = 15_000, 10_000


def limit_response(lab: LabState, exceeded: LimitExceeded) -> Response:
    """Return X's 429 with the headers of the exhausted window."""
    response = STATUS_ERRORS[429].response
    seconds = max(1, math.ceil(exceeded.status.resets_at - lab.clock.now()))
    return Response(response.body, response.status, _headers_of(exceeded.status) | {"retry-after": str(seconds)})


def rate_limit_headers(lab: LabState, call: Call) -> dict[str, str]:
    """Return what is left, after this call, of each window that counts it; a large number where there is no limit."""
    headers: dict[str, str] = {}
    if call.account is not None:
        for quota in QUOTAS:
            if quota.matches(call):
                headers |= _headers_of(lab.rate_limits.status(quota, call.account, lab.clock.now()))
    return headers


def _headers_of(status: QuotaStatus) -> dict[str, str]:
    prefix = status.quota.headers
    return {
        f"{prefix}-limit": str(status.limit),
        f"{prefix}-remaining": str(status.remaining),
        f"{prefix}-reset": str(math.ceil(status.resets_at)),
    }


def exhausted_headers(reset: float, wait: float) -> dict[str, str]:
    """Return the headers of a 429 that a fault asks for; `reset` is an instant, `wait` is in seconds."""
    return {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(math.ceil(reset)),
        "retry-after": str(math.ceil(wait)),
    }


def charge_post(lab: LabState, call: Call, links: list[text.Link]) -> None:
    """Deduct the price of a post from the application's credits. Raises ApiError when they are too few."""
    replies = (call.fields.get("reply") or {}).get("in_reply_to_tweet_id")
    charge(lab, call, LINK_POST if links else REPLY if replies else POST)


def charge(lab: LabState, call: Call, micros: int) -> None:
    """Deduct micro-dollars from the application's credits. Raises ApiError when the cap or the credits are exceeded."""
    cap = call.caller.extra.get("spend_cap")
    if cap is not None and lab.rate_limits.spent(call.caller) + micros > cap:
        raise usage_capped()
    if not lab.rate_limits.charge(call.caller, micros):
        raise ApiError(STATUS_ERRORS[402].response)
