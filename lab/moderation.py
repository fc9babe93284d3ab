"""What the tests see and set of moderation: the comments with their state, and whom an account blocked or muted.

A person blocks in a network's own application. The lab serves no call that blocks: only the lists of it.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lab.accounts import Account
from lab.state import LabState

KINDS = ("BLOCK", "MUTE")


class ModerationAdmin:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/comments.json", self.comments)
        app.router.add_post("/restrictions", self.set_restrictions)
        app.router.add_post("/comments/{network}/{id}/hidden", self.set_hidden)

    async def comments(self, request: web.Request) -> web.Response:
        """List what citizens wrote to an account, oldest first, and whether the network hides it."""
        network, account = request.query.get("network", ""), request.query.get("account", "")
        found = self._lab.comments.for_account(network, account, limit=100_000)
        listed = [{"id": one.id, "text": one.text, "hidden": one.hidden} for one in reversed(found)]
        return web.json_response({"comments": listed})

    async def set_restrictions(self, request: web.Request) -> web.Response:
        """Set the people on a list of an account: `{"account": …, "kind": "BLOCK", "people": [{"id": …}]}`."""
        fields = await request.json()
        account = next((one for one in self._lab.accounts.all() if one.id == fields.get("account")), None)
        if account is None or fields.get("kind") not in KINDS:
            raise web.HTTPBadRequest(text=f"account must exist, and kind must be one of {', '.join(KINDS)}")
        before, people = restricted(account, fields["kind"]), list(fields.get("people", []))
        account.extra[_key(fields["kind"])] = people
        self._lab.accounts.save(account)
        self._tell(account, fields["kind"].lower(), before, people)
        return web.json_response({"account": account.id})

    def _tell(self, account: Account, event: str, before: list[dict[str, Any]], people: list[dict[str, Any]]) -> None:
        """Send a notice for whoever is new on the list, and for whoever is no longer on it."""
        for person in people:
            if person not in before:
                self._lab.notices.restriction(account, event, person)
        for person in before:
            if person not in people:
                self._lab.notices.restriction(account, f"un{event}", person)

    async def set_hidden(self, request: web.Request) -> web.Response:
        """Hide a comment or show it, as a person does in the network's own application."""
        comment = self._lab.comments.get(request.match_info["network"], request.match_info["id"])
        if comment is None:
            raise web.HTTPNotFound
        self._lab.comments.set_hidden(comment.id, bool((await request.json())["hidden"]))
        return web.json_response({"id": comment.id})


def restricted(account: Account, kind: str) -> list[dict[str, Any]]:
    """Return the people on a list of an account."""
    return list(account.extra.get(_key(kind), []))


def _key(kind: str) -> str:
    return f"restricted_{kind.lower()}"
