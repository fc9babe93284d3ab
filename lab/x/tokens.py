"""Renewing an access token with a refresh token, in X's way (OAuth 2.0)."""

from __future__ import annotations

from lab.conversation import Answer, Call
from lab.laboratory import Laboratory

LIFE = 7200
SCOPE = "tweet.read tweet.write users.read media.write offline.access"


async def renew(lab: Laboratory, call: Call) -> Answer:
    if call.field("grant_type") != "refresh_token":
        return Answer(
            {"error": "unsupported_grant_type", "error_description": "Only refresh_token is spoken here."}, 400
        )
    account = lab.accounts.renew(call.field("refresh_token"), "x")
    if account is None:
        description = "Value passed for the token was invalid."
        return Answer({"error": "invalid_request", "error_description": description}, 400)
    return Answer(
        {
            "token_type": "bearer", "expires_in": LIFE, "access_token": account.token,
            "refresh_token": account.extra["refresh_token"], "scope": SCOPE,
        }
    )  # fmt: skip
