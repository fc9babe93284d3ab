"""Comments under the posts of an Instagram account, with their replies, and its private messages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.messages import MESSAGES
from pregonero.networks.instagram.connector import MESSAGE_API
from pregonero.networks.instagram.network import CAPABILITIES, ENDPOINTS, ERRORS
from pregonero.networks.interactions import (
    Author,
    Cursor,
    Interaction,
    InteractionKind,
    Reading,
    Stream,
    or_not_understood,
)

COMMENTS = "comments"
REPLY_FIELDS = "id,text,timestamp,from"
COMMENT_FIELDS = f"{REPLY_FIELDS},replies{{{REPLY_FIELDS}}}"


class InstagramInteractions:
    """Reads the comments and private messages of an account. Instagram leaves out those of restricted people."""

    streams: tuple[Stream, ...] = (Stream(COMMENTS, "Comentarios", 60), MESSAGES)

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read the comments of the latest posts whose number of comments changed since the last reading."""
        if stream == MESSAGES.name:
            return MESSAGE_API.read(Graph(credentials, ENDPOINTS), credentials, cursor)
        limits = CAPABILITIES.limits
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            posts = graph.list(
                credentials.remote_id,
                "media",
                fields="id,comments_count,permalink",
                limit=limits["posts_watched"].value,
            )
            changed = [post for post in posts if cursor.get(str(post["id"])) != post["comments_count"]]
            batch = changed[: limits["posts_per_reading"].value]
            found = [item for post in batch for item in _comments(graph, credentials, post)]
        counts = {str(post["id"]): post["comments_count"] for post in posts if post not in changed or post in batch}
        return Reading(tuple(found), counts, has_more=len(batch) < len(changed))


def _comments(graph: Graph, credentials: ApiCredentials, post: dict[str, Any]) -> Iterator[Interaction]:
    most = CAPABILITIES.limits["comment_pages"].value
    for comment in graph.pages(str(post["id"]), "comments", most=most, fields=COMMENT_FIELDS, limit=50):
        yield _interaction(credentials, post, comment, parent=None)
        for reply in (comment.get("replies") or {}).get("data") or []:
            yield _interaction(credentials, post, reply, parent=str(comment["id"]))


@or_not_understood
def _interaction(
    credentials: ApiCredentials, post: dict[str, Any], comment: dict[str, Any], *, parent: str | None
) -> Interaction:
    author, id = comment.get("from") or {}, str(comment["id"])
    return Interaction(
        remote_id=id,
        kind=InteractionKind.COMMENT,
        text=str(comment.get("text") or ""),
        author=Author(str(author.get("id") or f"anonymous:{id}"), str(author.get("username") or "")),
        written_at=datetime.fromisoformat(str(comment["timestamp"])),
        thread_id=parent or id,
        parent_id=parent or str(post["id"]),
        post_id=str(post["id"]),
        url=str(post.get("permalink") or ""),
        is_ours=str(author.get("id")) == credentials.remote_id,
    )
