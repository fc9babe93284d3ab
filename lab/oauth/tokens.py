"""The token endpoints: the exchange that X, Google and Mastodon share, and Facebook's login."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from lab.graph import errors
from lab.messages import Call, Response
from lab.oauth.grants import Grant, OAuthError
from lab.state import LabState

SHORT_LIFE, LONG_LIFE = 3600.0, 60 * 24 * 3600.0  # seconds


def client_of(lab: LabState, call: Call) -> str:
    """Return the id of the application that makes a call, from its header or its body.

    Raises OAuthError when the application is unknown or its secret is wrong.
    """
    header = call.headers.get("Authorization", "")
    if header.startswith("Basic "):
        id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return lab.grants.verify_client(unquote(id), unquote(secret))
    return lab.grants.verify_client(call.field("client_id"), call.field("client_secret"))


def issue_token(lab: LabState, call: Call, *, life: float, has_refresh_token: bool, rotates: bool = False) -> Grant:
    """Exchange an authorization code or a refresh token for an access token.

    `life` is in seconds, 0 for a token that does not expire. With `rotates`, each refresh token can be used once.
    Raises OAuthError.
    """
    client = client_of(lab, call)
    grant_type = call.field("grant_type")
    if grant_type == "authorization_code":
        code = lab.grants.redeem(
            call.field("code"), client=client, redirect=call.field("redirect_uri"), verifier=call.field("code_verifier")
        )
        return lab.grants.issue(code, life=life, has_refresh_token=has_refresh_token)
    if grant_type != "refresh_token" or not has_refresh_token:
        raise OAuthError("unsupported_grant_type")
    grant = lab.grants.get_by_refresh_token(call.field("refresh_token"), client)
    if grant is None:
        raise OAuthError("invalid_grant")
    return lab.grants.refresh(grant, life=life, rotates=rotates)


def revoke_token(lab: LabState, call: Call) -> Response:
    """Revoke a token of the application that calls. Raises OAuthError."""
    lab.grants.revoke(call.field("token"), client_of(lab, call))
    return Response({})


async def create_facebook_token(lab: LabState, call: Call) -> Response:
    """Exchange a code for a user's short-lived token, or a short-lived token for a long-lived one."""
    try:
        client = lab.grants.verify_client(call.field("client_id"), call.field("client_secret"))
    except OAuthError as cause:
        raise errors.error(400, 101, "Error validating client secret.") from cause
    if call.field("grant_type") == "fb_exchange_token":
        grant = lab.grants.get_user_grant(call.field("fb_exchange_token"))
        if grant is None or grant.client != client:
            raise errors.token_unknown()
        return _facebook_token(lab.grants.issue(grant, life=LONG_LIFE, is_user=True), LONG_LIFE)
    redirect = call.field("redirect_uri")
    try:
        code = lab.grants.redeem(call.field("code"), client=client, redirect=redirect, verifier="", is_user=True)
    except OAuthError as cause:
        raise errors.error(400, 100, "This authorization code has been used.", subcode=36009) from cause
    return _facebook_token(lab.grants.issue(code, life=SHORT_LIFE, is_user=True), SHORT_LIFE)


def _facebook_token(grant: Grant, life: float) -> Response:
    return Response({"access_token": grant.token, "token_type": "bearer", "expires_in": int(life)})


async def list_facebook_pages(lab: LabState, call: Call) -> Response:
    """List the pages that the user chose; each comes with a page token, which does not expire."""
    grant = lab.grants.get_user_grant(call.field("access_token") or call.bearer())
    if grant is None:
        raise errors.token_unknown()
    data = []
    for id in grant.accounts:
        page = lab.accounts.get("facebook", id)
        if page is None:
            continue
        page_grant = lab.grants.issue(Grant("", "facebook", [id], grant.client, grant.scope), life=0.0)
        entry: dict[str, object] = {"id": page.id, "name": page.name, "username": page.handle}
        entry["access_token"] = page_grant.token
        linked = lab.accounts.get("instagram", str(page.extra.get("instagram", "")))
        if linked is not None and "instagram_business_account" in call.field("fields"):
            entry["instagram_business_account"] = {"id": linked.id, "username": linked.handle, "name": linked.name}
        data.append(entry)
    return Response({"data": data})
