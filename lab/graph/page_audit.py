"""Who has a role on a page, and the page's status at Meta, as the tests set them.

Meta's reference of v26.0: `roles` has only people outside a business, `assigned_users` those of one; both give `id`,
`name` and `tasks`. `page_status` gives `id`, `timestamp`, `status`, `violations` and `restrictions`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lab.accounts import Account
from lab.graph.params import page_size, paginated
from lab.messages import Call, Response
from lab.state import LabState

KEYS = ("roles", "assigned_users", "page_status")
FIELDS = {"roles": ("id", "name", "tasks"), "assigned_users": ("id", "name", "tasks", "user_type", "business")}


async def list_roles(lab: LabState, call: Call) -> Response:
    """List the people with a role on the page, outside a business or in one, as the edge says."""
    edge, start = call.params["edge"], int(call.field("after") or 0)
    rows: list[dict[str, Any]] = call.caller.extra.get(edge, [])
    asked = [name for name in (call.field("fields") or "id,name,tasks").split(",") if name in FIELDS[edge]]
    page = rows[start : start + page_size(call)]
    data = [{name: row[name] for name in asked if name in row} for row in page]
    marks = [start + place + 1 for place in range(len(page))]
    return Response(paginated(call, data, marks, start + len(page) < len(rows)))


async def get_status(lab: LabState, call: Call) -> Response:
    """Return the status of the page: well, unless a test set another."""
    well = {"status": "ok", "violations": [], "restrictions": []}
    known = {"id": call.caller.id, "timestamp": int(lab.clock.now())}
    return Response(known | call.caller.extra.get("page_status", well))


def set_audit(account: Account, fields: dict[str, Any]) -> None:
    """Set what the network tells of a page, also with a shape that Meta does not have."""
    account.extra.update({key: fields[key] for key in KEYS if key in fields})


class PageAuditAdmin:
    """Lets the tests set the roles and the status of a page."""

    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/page_audit", self.set)

    async def set(self, request: web.Request) -> web.Response:
        """Set `roles`, `assigned_users` or `page_status` of a page: `{"account": …, "roles": […]}`."""
        fields = await request.json()
        account = self._lab.accounts.get("facebook", str(fields.get("account")))
        if account is None:
            raise web.HTTPBadRequest(text="account must be a page of Facebook")
        set_audit(account, fields)
        self._lab.accounts.save(account)
        return web.json_response({"account": account.id})
