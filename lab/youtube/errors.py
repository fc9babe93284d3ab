"""YouTube's error responses and quotas."""

from __future__ import annotations

from lab.messages import ApiError, Response
from lab.rate_limits import LimitExceeded, Quota
from lab.request_schema import Problem


def error(status: int, reason: str, message: str, domain: str = "youtube.video") -> ApiError:
    entry = {"message": message, "domain": domain, "reason": reason}
    return ApiError(Response({"error": {"code": status, "message": message, "errors": [entry]}}, status))


def bad_request(reason: str, message: str) -> ApiError:
    return error(400, reason, message)


def not_in_document(problems: list[Problem]) -> ApiError:
    """Return Google's 400 for what its own description does not have."""
    violations = [_violation(problem) for problem in problems]
    message = "\n".join(violation["description"] for violation in violations)
    entry = {"message": message, "domain": "global", "reason": "badRequest"}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}]
    body = {"code": 400, "message": message, "errors": [entry], "status": "INVALID_ARGUMENT", "details": details}
    return ApiError(Response({"error": body}, 400))


def _violation(problem: Problem) -> dict[str, str]:
    if problem.reason == "is required":
        return {"field": problem.name, "description": f"Required parameter: {problem.name}"}
    if not problem.is_unknown:
        return {"field": problem.name, "description": f"Invalid value at '{problem.name}', \"{problem.value}\""}
    unknown = f'Invalid JSON payload received. Unknown name "{problem.name}"'
    is_query = problem.place == "query"
    end = "Cannot bind query parameter." if is_query else "Cannot find field."
    return {"field": problem.name, "description": f"{unknown}: {end}"}


def video_not_found() -> ApiError:
    return error(404, "videoNotFound", "The video that you are trying to update cannot be found.")


def forbidden() -> ApiError:
    return error(403, "forbidden", "The request is not properly authorized for this channel.", "global")


def unauthorized() -> ApiError:
    unauthorized = error(401, "authError", "Invalid Credentials", "global")
    unauthorized.response.headers["WWW-Authenticate"] = (
        'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    )
    return unauthorized


def not_supported(endpoint: str) -> ApiError:
    return error(501, "notImplemented", f"The lab does not implement this part of YouTube: {endpoint}", "global")


def quota_exceeded() -> ApiError:
    message = "The request cannot be completed because you have exceeded your quota."
    return error(403, "quotaExceeded", message, "youtube.quota")


def upload_limit_exceeded() -> ApiError:
    message = "The user has exceeded the number of videos they may upload."
    return error(400, "uploadLimitExceeded", message, "youtube.video")


def rate_limit_exceeded() -> ApiError:
    return error(429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries per minute'.", "usageLimits")


def server_error() -> ApiError:
    return error(500, "backendError", "Backend Error", "global")


def invalid_description() -> ApiError:
    return bad_request("invalidDescription", "The request metadata specifies an invalid video description.")


# YouTube has no 402: its quota takes the place of the credits of other networks.
STATUS_ERRORS = {
    400: invalid_description,
    401: unauthorized,
    402: quota_exceeded,
    403: quota_exceeded,
    429: rate_limit_exceeded,
}


PACIFIC_DAY = 0.0  # a window that ends at midnight in Pacific time
UPLOADS = "(?:/resumable)?/upload/youtube/v3"


def _units(name: str, calls: str, cost: int) -> Quota:
    return Quota(name, calls, 10_000, PACIFIC_DAY, cost=cost, shared=True)


QUOTAS = (
    Quota("inserts", f"POST {UPLOADS}/videos", 100, PACIFIC_DAY, shared=True),
    Quota("channel_uploads", f"POST {UPLOADS}/videos", 100, 86_400),
    _units("units", r"GET /youtube/v3/\w+", 1),
    _units("units", r"GET /youtube/v3/liveChat/messages", 5),
    _units("units", r"(?:POST|PUT|DELETE) /youtube/v3/(?!captions).+", 50),
    _units("units", f"POST {UPLOADS}/thumbnails/set", 50),
    _units("units", rf"(?:POST|PUT) (?:{UPLOADS}|/youtube/v3)/captions", 400),
)


def limit_response(exceeded: LimitExceeded) -> Response:
    """Return Google's 403 of an exhausted quota, or its 400 for a channel that uploaded too many videos."""
    is_upload_limit = exceeded.status.quota.name == "channel_uploads"
    return (upload_limit_exceeded() if is_upload_limit else quota_exceeded()).response
