"""The token calls that X, Google and Mastodon have in common, each with its own life, and its own words for a no."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from lab.messages import Answer, Call
from lab.oauth.grants import Denied, Grant
from lab.state import LabState


def client_of(lab: LabState, call: Call) -> str:
    """The application that makes a call, by its header or its body. Raises Denied unless it is a known one."""
    header = call.headers.get("Authorization", "")
    if header.startswith("Basic "):
        id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return lab.grants.known(unquote(id), unquote(secret))
    return lab.grants.known(call.field("client_id"), call.field("client_secret"))


def exchange(lab: LabState, call: Call, *, life: float, refreshes: bool, turns: bool = False) -> Grant:
    """Change a code, or a refresh token, for a token. Raises Denied."""
    client = client_of(lab, call)
    kind = call.field("grant_type")
    if kind == "authorization_code":
        code = lab.grants.redeem(
            call.field("code"), client=client, redirect=call.field("redirect_uri"), verifier=call.field("code_verifier")
        )
        return lab.grants.give(code, life=life, refreshes=refreshes)
    if kind != "refresh_token" or not refreshes:
        raise Denied("unsupported_grant_type")
    grant = lab.grants.by_refresh(call.field("refresh_token"), client)
    if grant is None:
        raise Denied("invalid_grant")
    return lab.grants.renewed(grant, life=life, turns=turns)


def revoke(lab: LabState, call: Call) -> Answer:
    """Take a token back, of this application. Raises Denied."""
    lab.grants.revoke(call.field("token"), client_of(lab, call))
    return Answer({})
