"""Posts on Mastodon that mention an account, public or private: its server's notifications of mentions."""

from datetime import datetime
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import (
    Author,
    Cursor,
    Interaction,
    InteractionKind,
    Reading,
    Stream,
    or_not_understood,
)
from pregonero.networks.mastodon.client import Api
from pregonero.networks.mastodon.network import CAPABILITIES, ERRORS, PRIVATE
from pregonero.networks.mastodon.text import text_of

MENTIONS = "mentions"


class MastodonInteractions:
    """Reads the mentions of an account. Replies and private messages mention the account too."""

    streams: tuple[Stream, ...] = (Stream(MENTIONS, "Menciones, respuestas y mensajes", 60),)

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read the page of mentions that follows the newest one already read; the first time, the latest page."""
        size = CAPABILITIES.limits["mentions_page"].value
        params: dict[str, Any] = {"types[]": "mention", "limit": size}
        if cursor:
            params["min_id"] = cursor["newest"]
        with mapped_errors(ERRORS, public=False):
            notifications = Api(credentials).get("/v1/notifications", **params)
            found = [_interaction(entry["status"]) for entry in notifications if entry.get("status")]
        ids = [str(entry["id"]) for entry in notifications]
        newest = max(ids, key=lambda id: (len(id), id), default="")
        has_more = bool(cursor) and len(notifications) == size
        return Reading(tuple(found), {"newest": newest} if newest else cursor, has_more=has_more)


@or_not_understood
def _interaction(status: dict[str, Any]) -> Interaction:
    account, id, parent = status["account"], str(status["id"]), str(status.get("in_reply_to_id") or "")
    is_private = status.get("visibility") == PRIVATE
    kind = InteractionKind.COMMENT if parent else InteractionKind.MENTION
    return Interaction(
        remote_id=id,
        kind=InteractionKind.MESSAGE if is_private else kind,
        text=text_of(str(status["content"])),
        author=Author(str(account["id"]), str(account.get("acct") or ""), str(account.get("display_name") or "")),
        written_at=datetime.fromisoformat(str(status["created_at"])),
        # A private conversation is with a person, whatever status each message replies to.
        thread_id=f"direct:{account['id']}" if is_private else id,
        parent_id=parent,
        post_id="" if is_private else parent,
        url=str(status.get("url") or ""),
    )
