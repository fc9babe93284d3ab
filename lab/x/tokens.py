"""Tokens in X's way (OAuth 2.0): two hours, PKCE, and a refresh token that turns at each renewal."""

from __future__ import annotations

from lab.messages import Answer, Call
from lab.oauth import Denied
from lab.oauth.tokens import exchange
from lab.oauth.tokens import revoke as revoke_any
from lab.state import LabState

LIFE = 7200
SCOPE = "tweet.read tweet.write users.read media.write offline.access"
WORDS = {
    "invalid_grant": ("invalid_request", "Value passed for the token was invalid.", 400),
    "invalid_client": ("unauthorized_client", "Missing valid authorization header", 401),
    "unsupported_grant_type": ("unsupported_grant_type", "The grant type is not supported.", 400),
}


async def renew(lab: LabState, call: Call) -> Answer:
    """Give a token for a code or a refresh token."""
    account = lab.accounts.renew(call.field("refresh_token"), "x")
    if account is not None:
        return _given(account.token, account.extra["refresh_token"], SCOPE)
    try:
        grant = exchange(lab, call, life=LIFE, refreshes=True, turns=True)
    except Denied as no:
        return _no(no)
    return _given(grant.token, grant.refresh, grant.scope)


async def revoke(lab: LabState, call: Call) -> Answer:
    """Take a token back."""
    try:
        revoke_any(lab, call)
    except Denied as no:
        return _no(no)
    return Answer({"revoked": True})


def _given(token: str, refresh: str, scope: str) -> Answer:
    return Answer(
        {
            "token_type": "bearer", "expires_in": LIFE, "access_token": token, "refresh_token": refresh,
            "scope": scope,
        }
    )  # fmt: skip


def _no(no: Denied) -> Answer:
    error, description, status = WORDS[str(no)]
    return Answer({"error": error, "error_description": description}, status)
