"""Meta's words for a no: one object `error` with code, subcode and type."""

from __future__ import annotations

import itertools
from typing import Any

from lab.messages import Answer, Refusal

_traces = itertools.count(1)


def error(
    status: int, code: int, message: str, *, subcode: int = 0, kind: str = "OAuthException", transient: bool = False,
    data: dict[str, Any] | None = None,
) -> Refusal:  # fmt: skip
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    if transient or subcode:
        body["is_transient"] = transient
    if data:
        body["error_data"] = data
    body["fbtrace_id"] = f"Alab{next(_traces):08d}"
    return Refusal(Answer({"error": body}, status))


def parameter(message: str) -> Refusal:
    return error(400, 100, f"(#100) {message}")


def not_found(id: str, method: str) -> Refusal:
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return error(400, 100, message, subcode=33, kind="GraphMethodException")


def not_allowed() -> Refusal:
    return error(403, 200, "(#200) The token does not belong to this object's account.")


def token_missing() -> Refusal:
    return error(400, 104, "An access token is required to request this resource.")


def token_unknown() -> Refusal:
    return error(400, 190, "Invalid OAuth access token - Cannot parse access token")


def token_expired() -> Refusal:
    return error(400, 190, "Error validating access token: Session has expired.", subcode=463)


def token_revoked() -> Refusal:
    message = "Error validating access token: The user has not authorized application."
    return error(400, 190, message, subcode=458)


def duplicate() -> Refusal:
    return error(400, 506, "(#506) Duplicate status message")


def not_spoken(address: str) -> Refusal:
    return error(501, 3, f"(#3) The laboratory does not speak this part of the Graph API: {address}")


def for_code(code: int) -> Refusal:
    """The refusal for a fault's code: an HTTP status or one of Meta's own codes."""
    if code == 401:  # noqa: PLR2004
        return token_expired()
    if code == 506:  # noqa: PLR2004
        return duplicate()
    status, own, message, transient = PRESETS.get(code, PRESETS[500])
    return error(status, own, message, transient=transient)


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
