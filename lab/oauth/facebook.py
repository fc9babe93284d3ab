"""Facebook's login: a person's token, short and then long, and from it the token of each page that they chose."""

from __future__ import annotations

from lab.graph import errors
from lab.messages import Answer, Call
from lab.oauth.grants import Denied, Grant
from lab.state import LabState

SHORT, LONG = 3600.0, 60 * 24 * 3600.0


async def token(lab: LabState, call: Call) -> Answer:
    """Change a code for a person's token, or a short one for a long one."""
    try:
        client = lab.grants.known(call.field("client_id"), call.field("client_secret"))
    except Denied as no:
        raise errors.error(400, 101, "Error validating client secret.") from no
    if call.field("grant_type") == "fb_exchange_token":
        held = lab.grants.person(call.field("fb_exchange_token"))
        if held is None or held.client != client:
            raise errors.token_unknown()
        return _given(lab.grants.give(held, life=LONG, person=True), LONG)
    redirect = call.field("redirect_uri")
    try:
        code = lab.grants.redeem(call.field("code"), client=client, redirect=redirect, verifier="", person=True)
    except Denied as no:
        raise errors.error(400, 100, "This authorization code has been used.", subcode=36009) from no
    return _given(lab.grants.give(code, life=SHORT, person=True), SHORT)


def _given(grant: Grant, life: float) -> Answer:
    return Answer({"access_token": grant.token, "token_type": "bearer", "expires_in": int(life)})


async def pages(lab: LabState, call: Call) -> Answer:
    """The pages that the person chose, each with a token of its own, which does not end."""
    held = lab.grants.person(call.field("access_token") or call.bearer())
    if held is None:
        raise errors.token_unknown()
    data = []
    for id in held.accounts:
        page = lab.accounts.get("facebook", id)
        if page is None:
            continue
        own = lab.grants.give(Grant("", "facebook", [id], held.client, held.scope), life=0.0)
        theirs = lab.accounts.get("instagram", str(page.extra.get("instagram", "")))
        entry: dict[str, object] = {
            "id": page.id,
            "name": page.name,
            "username": page.handle,
            "access_token": own.token,
        }
        if theirs is not None and "instagram_business_account" in call.field("fields"):
            entry["instagram_business_account"] = {"id": theirs.id, "username": theirs.handle, "name": theirs.name}
        data.append(entry)
    return Answer({"data": data})
