"""Mastodon's notifications of mentions; replies and private messages to an account mention it too."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_millis
from lab.mastodon import errors, statuses
from lab.messages import Call, Response
from lab.state import LabState
from lab.store.posts import Comment

DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 40, 80
PARAMETERS = ("limit", "max_id", "since_id", "min_id", "types", "types[]", "exclude_types", "exclude_types[]")


async def list_notifications(lab: LabState, call: Call) -> Response:
    """List the mentions of the account, newest first; with `min_id`, the oldest ones after it."""
    unknown = call.unknown_params(*PARAMETERS)
    if unknown or call.query.get("types[]", "mention") != "mention":
        raise errors.not_supported(f"{call.endpoint} {', '.join(unknown) or call.query['types[]']}")
    since = int(call.query.get("min_id") or call.query.get("since_id") or 0)
    before = int(call.query.get("max_id") or 0)
    given = call.query.get("limit", "")
    limit = min(int(given), MAX_PAGE_SIZE) if given.isdigit() else DEFAULT_PAGE_SIZE
    mentions = lab.comments.for_account("mastodon", call.caller.id, limit=1_000_000, after=since, before=before)
    page = mentions[-limit:] if "min_id" in call.query else mentions[:limit]
    return Response([_shape(lab, call, comment) for comment in page])


def _shape(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    status = statuses.shape_comment(lab, call, comment)
    return {
        "id": str(comment.seq),
        "type": "mention",
        "group_key": f"ungrouped-{comment.seq}",
        "created_at": iso_millis(comment.at),
        "account": status["account"],
        "status": status,
    }
