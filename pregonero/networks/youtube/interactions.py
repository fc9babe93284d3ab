"""Comments under the videos of a YouTube channel, with their replies, and the chat of its broadcasts."""

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
from pregonero.networks.youtube.client import Http, service
from pregonero.networks.youtube.live_chat import read_live_chat
from pregonero.networks.youtube.network import CAPABILITIES, ERRORS, WATCH_ADDRESSES

COMMENTS, CHAT = "comments", "chat"


class YouTubeInteractions:
    """Reads the comments of a channel: one call for its latest hundred threads. And its live chats, if there is any."""

    streams: tuple[Stream, ...] = (Stream(COMMENTS, "Comentarios", 120), Stream(CHAT, "Chat en vivo", 300))

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read the latest threads, and all the replies of a thread that has more than YouTube includes in the list.

        YouTube orders threads by their first comment, so that polling misses a new reply in a thread older than those.
        """
        if stream == CHAT:
            with mapped_errors(ERRORS, public=False):
                return read_live_chat(credentials, cursor)
        with mapped_errors(ERRORS, public=False):
            listed = (
                service(credentials)
                .commentThreads()
                .list(
                    part="snippet,replies",
                    allThreadsRelatedToChannelId=credentials.remote_id,
                    order="time",
                    maxResults=CAPABILITIES.limits["threads_read"].value,
                )
                .execute(http=Http(credentials))
            )
            threads = listed.get("items") or []
            found = [item for thread in threads for item in _thread(credentials, thread, cursor)]
        counts = {str(thread["id"]): int(thread["snippet"]["totalReplyCount"]) for thread in threads}
        return Reading(tuple(found), counts)


def _thread(credentials: ApiCredentials, thread: dict[str, Any], cursor: Cursor) -> Iterator[Interaction]:
    snippet, id = thread["snippet"], str(thread["id"])
    yield _interaction(credentials, snippet["topLevelComment"], video=str(snippet.get("videoId") or ""), parent="")
    replies = (thread.get("replies") or {}).get("comments") or []
    total = int(snippet["totalReplyCount"])
    if total > len(replies) and cursor.get(id) != total:
        replies = _all_replies(credentials, id)
    for reply in replies:
        yield _interaction(credentials, reply, video=str(snippet.get("videoId") or ""), parent=id)


def _all_replies(credentials: ApiCredentials, parent: str) -> list[dict[str, Any]]:
    listed = service(credentials).comments().list(part="snippet", parentId=parent, maxResults=100)
    replies: list[dict[str, Any]] = listed.execute(http=Http(credentials)).get("items") or []
    return replies


@or_not_understood
def _interaction(credentials: ApiCredentials, comment: dict[str, Any], *, video: str, parent: str) -> Interaction:
    snippet, id = comment["snippet"], str(comment["id"])
    author = str((snippet.get("authorChannelId") or {}).get("value") or f"anonymous:{id}")
    site = WATCH_ADDRESSES.get(credentials.address.rstrip("/"), credentials.address.rstrip("/"))
    return Interaction(
        remote_id=id,
        kind=InteractionKind.COMMENT,
        text=str(snippet.get("textOriginal") or snippet.get("textDisplay") or ""),
        author=Author(author, name=str(snippet.get("authorDisplayName") or "")),
        written_at=datetime.fromisoformat(str(snippet["publishedAt"])),
        thread_id=parent or id,
        parent_id=parent or video,
        post_id=video,
        url=f"{site}/watch?v={video}&lc={id}",
        is_ours=author == credentials.remote_id,
    )
