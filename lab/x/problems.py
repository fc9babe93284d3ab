"""X's words for a no: problem bodies with title, detail, type and status."""

from __future__ import annotations

from lab.messages import Answer, Refusal

PROBLEMS = "https://api.x.com/2/problems"


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Refusal:
    return Refusal(Answer({"title": title, "detail": detail, "type": kind, "status": status}, status))


def invalid(parameter: str, value: str, message: str) -> Refusal:
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return Refusal(Answer(body, 400))


def unauthorized() -> Refusal:
    return problem(401, "Unauthorized", "Unauthorized")


def duplicate() -> Refusal:
    return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")


def too_long() -> Refusal:
    return problem(400, "Bad Request", "Your Tweet text is too long.")


def not_found(kind: str, id: str) -> Refusal:
    """X answers 200 with `errors` and no `data` for an id that is not there."""
    error = {
        "value": id, "detail": f"Could not find {kind} with id: [{id}].", "title": "Not Found Error",
        "resource_type": kind, "parameter": "id", "resource_id": id, "type": f"{PROBLEMS}/resource-not-found",
    }  # fmt: skip
    return Refusal(Answer({"errors": [error]}, 200))


def not_spoken(address: str) -> Refusal:
    return problem(501, "Not Implemented", f"The laboratory does not speak this part of X: {address}")


def usage_capped() -> Refusal:
    body = {
        "title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap", "period": "Monthly",
        "scope": "Product", "account_id": "1", "type": f"{PROBLEMS}/usage-capped",
    }  # fmt: skip
    return Refusal(Answer(body, 429))


STATUS_PROBLEMS = {
    401: unauthorized(),
    402: problem(
        402, "CreditsDepleted", "Your enrolled account does not have any credits to fulfill this request.",
        f"{PROBLEMS}/credits",
    ),
    403: problem(403, "Forbidden", "You are not permitted to perform this action."),
    429: problem(429, "Too Many Requests", "Too Many Requests"),
    500: problem(500, "Internal Server Error", "Internal Server Error"),
}  # fmt: skip
