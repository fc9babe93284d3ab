"""The people and pages that a page blocked. Meta has calls to block and unblock; the lab serves none of them."""

from __future__ import annotations

from lab.graph.params import page_size, paginated
from lab.messages import Call, Response
from lab.moderation import restricted
from lab.state import LabState


async def list_blocked(lab: LabState, call: Call) -> Response:
    """List whom the page blocked."""
    people, start = restricted(call.caller, "BLOCK"), int(call.field("after") or 0)
    page = people[start : start + page_size(call)]
    data = [{"id": str(one["id"]), "name": one.get("name", "")} for one in page]
    has_more = start + len(page) < len(people)
    return Response(paginated(call, data, [start + place + 1 for place in range(len(page))], has_more))
