"""Private messages of a Facebook page or an Instagram account: reading, sending within Meta's windows, finding again.

Both networks have the same calls (docs/networks/facebook.md, «Mensajes privados»).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pregonero.networks.base import (
    UNCERTAIN_SINCE,
    ApiCredentials,
    AttemptWindow,
    Capabilities,
    Finding,
    Permanent,
    Post,
    Prepared,
    PrivateTarget,
    Published,
    Unknown,
)
from pregonero.networks.error_mapping import ErrorTable, mapped_errors
from pregonero.networks.facebook.graph import ANSWERED_PRIVATELY, Graph
from pregonero.networks.interactions import Author, Cursor, Interaction, InteractionKind, Reading, Stream
from pregonero.networks.own_comments import find_own_comment

MESSAGES = Stream("messages", "Mensajes privados", 60)
OVERLAP = timedelta(minutes=10)  # read again each time: authors edit what they wrote, and lists may be late
FIRST_READING = timedelta(days=7)
TAG_MARGIN = timedelta(minutes=5)  # before the window ends, so that a slow call does not arrive after it
CLOCK_SLACK = timedelta(seconds=60)
# Meta gives the details of the twenty newest messages of a conversation only.
MESSAGE_FIELDS = "messages.limit(20){id,message,created_time,from}"


@dataclass(frozen=True)
class MessageApi:
    """The messages of one of Meta's networks."""

    capabilities: Capabilities
    errors: ErrorTable
    platform: str
    name_field: str  # of a person: "name" or "username"

    def read(self, graph: Graph, credentials: ApiCredentials, cursor: Cursor) -> Reading:
        """Read the conversations with something new, the newest first, page by page until what is known.

        A reading that stops at its limit continues from there the next time, so that nothing in between is lost.
        """
        since = datetime.fromisoformat(cursor["since"]) - OVERLAP if cursor.get("since") else _now() - FIRST_READING
        with mapped_errors(self.errors, public=False):
            page = graph.page(credentials.remote_id, "conversations", **self._query(cursor.get("after", "")))
            threads = [thread for thread in page.items if _at(thread["updated_time"]) > since]
            found = [item for thread in threads for item in self._interactions(credentials, thread)]
            is_complete = len(threads) < len(page.items) or not page.after
        newest = max([cursor.get("newest", ""), *(str(_at(thread["updated_time"])) for thread in threads)])
        if is_complete:
            return Reading(tuple(found), {"since": newest} if newest else cursor)
        after = {"since": cursor.get("since", str(since + OVERLAP)), "newest": newest, "after": page.after}
        return Reading(tuple(found), after, has_more=True)

    def _query(self, after: str) -> dict[str, Any]:
        query = {
            "platform": self.platform,
            "fields": f"id,updated_time,link,{MESSAGE_FIELDS}",
            "limit": self.capabilities.limits["conversations_page"].value,
        }
        return query | ({"after": after} if after else {})

    def _interactions(self, credentials: ApiCredentials, thread: dict[str, Any]) -> Iterator[Interaction]:
        for message in (thread.get("messages") or {}).get("data") or []:
            author = message.get("from") or {}
            yield Interaction(
                remote_id=str(message["id"]),
                kind=InteractionKind.MESSAGE,
                text=str(message.get("message") or ""),
                author=self._author(author, str(message["id"])),
                written_at=_at(message["created_time"]),
                thread_id=str(thread["id"]),
                url=_link(thread),
                is_ours=str(author.get("id")) == credentials.remote_id,
            )

    def _author(self, author: dict[str, Any], message_id: str) -> Author:
        id, name = str(author.get("id") or f"anonymous:{message_id}"), str(author.get(self.name_field) or "")
        return Author(id, handle=name) if self.name_field == "username" else Author(id, name=name)

    def send(self, graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Send the message. Meta has no idempotency key for it, so it is never repeated automatically."""
        assert post.private is not None  # noqa: S101 - only private messages come here
        target = post.private
        recipient = {"comment_id": target.comment} if target.comment else {"id": target.recipient}
        try:
            with mapped_errors(self.errors, public=True):
                answer = graph.post(
                    credentials.remote_id,
                    "messages",
                    recipient=recipient,
                    message={"text": post.text},
                    **self._messaging_type(target),
                )
                return Published(str(answer["message_id"]), "")
        except Permanent as error:
            if error.code == ANSWERED_PRIVATELY and UNCERTAIN_SINCE in prepared:
                raise Unknown(
                    "Ese comentario ya tiene una respuesta privada: puede ser la de un intento anterior.",
                    code=ANSWERED_PRIVATELY,
                ) from error
            raise

    def _messaging_type(self, target: PrivateTarget) -> dict[str, Any]:
        """Return how the message is sent: after the first window, only as what a person answers."""
        window = timedelta(seconds=self.capabilities.limits["message_window_seconds"].value)
        if target.comment or _now() < target.written_at + window - TAG_MARGIN:
            return {"messaging_type": "RESPONSE"}
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

    def find(self, graph: Graph, credentials: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
        """Search the conversation with the person for the message that the account sent during an attempt."""
        assert post.private is not None  # noqa: S101
        with mapped_errors(self.errors, public=False):
            threads = graph.list(
                credentials.remote_id,
                "conversations",
                platform=self.platform,
                user_id=post.private.recipient,
                fields=f"id,link,{MESSAGE_FIELDS}",
            )
            since = attempt.started_at - CLOCK_SLACK
            ours = [
                (str(message.get("message") or ""), Published(str(message["id"]), _link(thread)))
                for thread in threads
                for message in (thread.get("messages") or {}).get("data") or []
                if str((message.get("from") or {}).get("id")) == credentials.remote_id
                and _at(message["created_time"]) >= since
            ]
        return find_own_comment(ours, post.text, attempt)


def _link(thread: dict[str, Any]) -> str:
    """Return the address of a conversation; Instagram gives none."""
    path = str(thread.get("link") or "")
    return f"https://www.facebook.com{path}" if path.startswith("/") else path


def _at(text: Any) -> datetime:
    return datetime.fromisoformat(str(text))


def _now() -> datetime:
    return datetime.now(UTC)
