"""Posts on X that mention an account (the replies to its posts mention it too), and its direct messages."""

import re
from collections.abc import Iterator
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
from pregonero.networks.x.client import post_address, x_client
from pregonero.networks.x.messages import MESSAGES, read_messages
from pregonero.networks.x.network import CAPABILITIES, ERRORS
from pregonero.networks.x.text import original_text

MENTIONS = "mentions"
ONLY_IF_MENTIONED = "Quien escribió no mencionó la cuenta, y X no deja responderle desde aquí: respóndele en X."
FIELDS = ["created_at", "conversation_id", "entities"]
EXPANSIONS = ["author_id", "in_reply_to_user_id", "referenced_posts"]


class XInteractions:
    """Reads the mentions and messages of an account. X charges for each one that is read."""

    streams: tuple[Stream, ...] = (Stream(MENTIONS, "Menciones y respuestas", 120), MESSAGES)

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read the mentions after the newest one that was read; the first time, the latest page only."""
        if stream == MESSAGES.name:
            return read_messages(credentials, cursor)
        limits = CAPABILITIES.limits
        since = {"since_id": cursor["newest"]} if cursor else {}
        newest, found = str(cursor.get("newest") or ""), list[Interaction]()
        with mapped_errors(ERRORS, public=False):
            pages = x_client(credentials).users.get_mentions(
                credentials.remote_id,
                max_results=limits["mentions_page"].value,
                post_fields=FIELDS,
                expansions=EXPANSIONS,
                **since,
            )
            most = limits["mention_pages"].value if cursor else 1
            for _, page in zip(range(most), pages, strict=False):
                content = page.model_dump(by_alias=True)
                found += interactions_of(credentials, content)
                newest = max(
                    newest, str((content.get("meta") or {}).get("newest_id") or ""), key=lambda id: int(id or 0)
                )
        return Reading(tuple(found), {"newest": newest} if newest else cursor)


def interactions_of(credentials: ApiCredentials, content: dict[str, Any]) -> Iterator[Interaction]:
    """Yield the posts of an answer of X, which also has their authors, as interactions of an account."""
    users = {str(user["id"]): user for user in (content.get("includes") or {}).get("users") or []}
    for post in content.get("data") or []:
        yield _interaction(credentials, post, users)


@or_not_understood
def _interaction(credentials: ApiCredentials, post: dict[str, Any], users: dict[str, Any]) -> Interaction:
    id, author = str(post["id"]), str(post["author_id"])
    user, parent = users.get(author, {}), _parent_of(post)
    answers_us = str(post.get("in_reply_to_user_id") or "") == credentials.remote_id
    return Interaction(
        remote_id=id,
        kind=InteractionKind.COMMENT if answers_us else InteractionKind.MENTION,
        text=original_text(post),
        author=Author(author, str(user.get("username") or ""), str(user.get("name") or "")),
        written_at=datetime.fromisoformat(str(post["created_at"])),
        thread_id=id,
        parent_id=parent,
        post_id=str(post.get("conversation_id") or "") if answers_us else "",
        url=post_address(credentials, str(user.get("username") or "i"), id),
        is_ours=author == credentials.remote_id,
        why_assisted="" if _mentions(credentials, post) else ONLY_IF_MENTIONED,
    )


def _mentions(credentials: ApiCredentials, post: dict[str, Any]) -> bool:
    """Return whether the author wrote the account's handle; X adds it to every reply without showing it."""
    return re.search(rf"@{re.escape(credentials.handle)}\b", str(post.get("text") or ""), re.IGNORECASE) is not None


def _parent_of(post: dict[str, Any]) -> str:
    """Return the id of the post that it replies to; empty when it replies to none."""
    references = post.get("referenced_posts") or post.get("referenced_tweets") or []
    return next((str(other["id"]) for other in references if other.get("type") == "replied_to"), "")
