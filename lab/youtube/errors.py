"""Google's words for a no: `error` with code, message and a list of reasons."""

from __future__ import annotations

from lab.messages import Answer, Refusal


def error(status: int, reason: str, message: str, domain: str = "youtube.video") -> Refusal:
    entry = {"message": message, "domain": domain, "reason": reason}
    return Refusal(Answer({"error": {"code": status, "message": message, "errors": [entry]}}, status))


def bad(reason: str, message: str) -> Refusal:
    return error(400, reason, message)


def video_not_found() -> Refusal:
    return error(404, "videoNotFound", "The video that you are trying to update cannot be found.")


def forbidden() -> Refusal:
    return error(403, "forbidden", "The request is not properly authorized for this channel.", "global")


def unauthorized() -> Refusal:
    refusal = error(401, "authError", "Invalid Credentials", "global")
    refusal.answer.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return refusal


def not_spoken(address: str) -> Refusal:
    return error(501, "notImplemented", f"The laboratory does not speak this part of YouTube: {address}", "global")


def quota() -> Refusal:
    message = "The request cannot be completed because you have exceeded your quota."
    return error(403, "quotaExceeded", message, "youtube.quota")


def uploads() -> Refusal:
    message = "The user has exceeded the number of videos they may upload."
    return error(400, "uploadLimitExceeded", message, "youtube.video")


def too_many() -> Refusal:
    return error(429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries per minute'.", "usageLimits")


def broken() -> Refusal:
    return error(500, "backendError", "Backend Error", "global")


def refused() -> Refusal:
    return bad("invalidDescription", "The request metadata specifies an invalid video description.")


# YouTube spends its quota where others answer 402: both 402 and 403 mean that here.
FOR_STATUS = {400: refused, 401: unauthorized, 402: quota, 403: quota, 429: too_many}
