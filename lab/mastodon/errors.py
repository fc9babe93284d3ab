"""Mastodon's error responses and rate limits."""

from __future__ import annotations

from lab.clock import iso_millis
from lab.messages import ApiError, Call, Response
from lab.rate_limits import UNLIMITED, Quota
from lab.request_schema import Problem
from lab.state import LabState


def error(status: int, message: str) -> ApiError:
    return ApiError(Response({"error": message}, status))


def invalid(message: str) -> ApiError:
    return error(422, f"Validation failed: {message}")


def not_in_documentation(problems: list[Problem]) -> ApiError:
    """Return a 422 for what Mastodon's own documentation does not have: it names each parameter."""
    return invalid(", ".join(f"{problem.name} {problem.reason}" for problem in problems))


def unauthorized(access: str = "revoked") -> ApiError:
    messages = {"expired": "The access token expired", "revoked": "The access token was revoked"}
    return error(401, messages.get(access, "The access token is invalid"))


def not_found() -> ApiError:
    return error(404, "Record not found")


def not_supported(address: str) -> ApiError:
    return error(501, f"The lab does not implement this part of Mastodon: {address}")


STATUS_ERRORS = {
    401: unauthorized(),
    402: error(402, "Payment required"),
    403: error(403, "This action is outside the authorized scopes"),
    429: error(429, "Too many requests"),
    500: error(500, "This page is not correct"),
}


TOO_MANY = 429
QUOTAS = (
    Quota("media", "POST /api/v[12]/media", 30, 1800),
    Quota("calls", r"\w+ /api/.+", 300, 300),
)


def rate_limit_headers(lab: LabState, call: Call) -> dict[str, str]:
    """Return the headers of the first quota that counts the call."""
    if call.account is None:
        return {}
    quota = next((quota for quota in QUOTAS if quota.matches(call)), None)
    if quota is None:
        return {}
    status = lab.rate_limits.status(quota, call.account, lab.clock.now())
    return _headers_of(status.limit, status.remaining, status.resets_at)


def exhausted(reset: float, limit: int = UNLIMITED) -> Response:
    """Return Mastodon's 429; `reset` is the instant when the window resets."""
    return Response(STATUS_ERRORS[TOO_MANY].response.body, TOO_MANY, _headers_of(limit, 0, reset))


def _headers_of(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": iso_millis(reset),
    }
