"""Comments under the posts of a Facebook page, read in one call for its latest posts, and its private messages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.connector import MESSAGE_API
from pregonero.networks.facebook.graph import Graph
from pregonero.networks.facebook.messages import MESSAGES
from pregonero.networks.facebook.network import CAPABILITIES, ENDPOINTS, ERRORS
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
COMMENT_FIELDS = "id,message,created_time,from,parent,permalink_url"
OVERLAP = timedelta(minutes=10)  # read again each time, because Facebook may list a comment some minutes late


class FacebookInteractions:
    """Reads the comments and the private messages of a page."""

    streams: tuple[Stream, ...] = (Stream(COMMENTS, "Comentarios", 60), MESSAGES)

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read the newest comments of the page's latest posts, and older ones of a post with many new comments."""
        if stream == MESSAGES.name:
            return MESSAGE_API.read(Graph(credentials, ENDPOINTS), credentials, cursor)
        since = datetime.fromisoformat(cursor["since"]) - OVERLAP if cursor else datetime.min.replace(tzinfo=UTC)
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            found = [
                _interaction(credentials, post_id, comment)
                for post_id, comment in _comments(graph, credentials, since, is_first=not cursor)
            ]
        newest = max((item.written_at for item in found if item.remote_id), default=None)
        return Reading(tuple(found), {"since": newest.isoformat()} if newest else cursor)


def _comments(
    graph: Graph, credentials: ApiCredentials, since: datetime, *, is_first: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the newest comments of each post, and all those written after a time, with the id of their post."""
    page = CAPABILITIES.limits["newest_comments"].value
    order = f"filter(stream).order(reverse_chronological).limit({page})"
    posts = graph.list(
        credentials.remote_id,
        "published_posts",
        fields=f"id,comments.{order}{{{COMMENT_FIELDS}}}",
        limit=CAPABILITIES.limits["posts_watched"].value,
    )
    for post in posts:
        post_id, newest = str(post["id"]), (post.get("comments") or {}).get("data") or []
        yield from ((post_id, comment) for comment in newest)  # again: authors edit comments
        if len(newest) == page and _written_at(newest[-1]) > since and not is_first:
            yield from ((post_id, comment) for comment in _older(graph, post_id, newest[-1], since))


def _older(graph: Graph, post_id: str, last: dict[str, Any], since: datetime) -> Iterator[dict[str, Any]]:
    """Yield the comments of a post between a time and the last one that was read with the others."""
    pages = graph.pages(
        post_id,
        "comments",
        most=CAPABILITIES.limits["comment_pages"].value,
        fields=COMMENT_FIELDS,
        filter="stream",
        order="reverse_chronological",
        limit=100,
    )
    for comment in pages:
        if _written_at(comment) <= since:
            return
        if _written_at(comment) <= _written_at(last):
            yield comment


def _written_at(comment: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(comment["created_time"]))


@or_not_understood
def _interaction(credentials: ApiCredentials, post_id: str, comment: dict[str, Any]) -> Interaction:
    # Facebook leaves out the author of a comment when the application may not see it.
    author, parent = comment.get("from") or {}, comment.get("parent") or {}
    id = str(comment["id"])
    return Interaction(
        remote_id=id,
        kind=InteractionKind.COMMENT,
        text=str(comment.get("message") or ""),
        author=Author(str(author.get("id") or f"anonymous:{id}"), name=str(author.get("name") or "")),
        written_at=_written_at(comment),
        thread_id=str(parent.get("id") or id),
        parent_id=str(parent.get("id") or post_id),
        post_id=post_id,
        url=str(comment.get("permalink_url") or ""),
        is_ours=str(author.get("id")) == credentials.remote_id,
    )
