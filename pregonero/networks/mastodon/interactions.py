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
        """Read the latest page of mentions, also those read before: their authors edit them and no other list says so.

        When the whole page is new, there may be more before it: then the page after the newest one already read.
        """
        size, since = CAPABILITIES.limits["mentions_page"].value, str(cursor.get("newest") or "")
        params: dict[str, Any] = {"types[]": "mention", "limit": size}
        with mapped_errors(ERRORS, public=False):
            api = Api(credentials)
            notifications = api.get("/v1/notifications", **params)
            skips = bool(since) and len(notifications) == size and min(map(_order, notifications)) > _order_of(since)
            if skips:
                notifications = api.get("/v1/notifications", min_id=since, **params)
            found = [_interaction(entry["status"]) for entry in notifications if entry.get("status")]
        newest = max([since, *(str(entry["id"]) for entry in notifications)], key=_order_of)
        return Reading(tuple(found), {"newest": newest} if newest else cursor, has_more=skips)


def _order(notification: dict[str, Any]) -> tuple[int, str]:
    return _order_of(str(notification["id"]))


def _order_of(id: str) -> tuple[int, str]:
    """Return what orders ids as Mastodon does: numbers in strings."""
    return len(id), id


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
