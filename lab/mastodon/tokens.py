"""Tokens in Mastodon's way: PKCE, and they do not end by themselves."""

from __future__ import annotations

from lab.messages import Answer, Call
from lab.oauth import Denied
from lab.oauth.tokens import exchange
from lab.oauth.tokens import revoke as revoke_any
from lab.state import LabState

WORDS = {
    "invalid_grant": (
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
        "the authorization request, or was issued to another client."
    ),
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
}


async def give(lab: LabState, call: Call) -> Answer:
    """Give a token for a code."""
    try:
        grant = exchange(lab, call, life=0.0, refreshes=False)
    except Denied as no:
        return _no(no)
    given = {"access_token": grant.token, "token_type": "Bearer", "scope": grant.scope}
    return Answer(given | {"created_at": int(lab.clock.now())})


async def revoke(lab: LabState, call: Call) -> Answer:
    """Take a token back."""
    try:
        return revoke_any(lab, call)
    except Denied as no:
        return _no(no)


def _no(no: Denied) -> Answer:
    status = 401 if str(no) == "invalid_client" else 400
    return Answer({"error": str(no), "error_description": WORDS[str(no)]}, status)
