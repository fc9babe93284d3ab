"""The chat of a channel's live broadcasts, only read: YouTube's API can remove and ban, and neither is ever sent.

https://developers.google.com/youtube/v3/live/docs/liveChatMessages/list, read on 2026-11-30: a call costs 5 units, and
`pollingIntervalMillis` says how long to wait before the next one.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError
from pregonero.networks.interactions import (
    Author,
    Cursor,
    Interaction,
    InteractionKind,
    Reading,
    or_not_understood,
)
from pregonero.networks.moderation import ManualSteps
from pregonero.networks.youtube.client import Http, service
from pregonero.networks.youtube.network import CAPABILITIES, ERRORS, WATCH_ADDRESSES

ENDED = {"liveChatEnded", "liveChatNotFound", "liveChatDisabled"}
DELETED = "messageDeletedEvent"  # by whoever moderates there; its author retracts it
REMOVALS = {
    DELETED: ("messageDeletedDetails", "deletedMessageId"),
    "messageRetractedEvent": ("messageRetractedDetails", "retractedMessageId"),
}
WHY_ASSISTED = "El chat en vivo se responde en YouTube, mientras dura."
STUDIO = "https://studio.youtube.com/video/{video}/livestreaming"


class YouTubeChat:
    """Says what a person does in YouTube Studio: only what YouTube holds for review can be hidden and shown again.

    "Moderate live chat", https://support.google.com/youtube/answer/10888907, read on 2026-11-30: removing is for ever,
    a timeout silences a person, and hiding a user hides everything of theirs.
    The player of privacy-enhanced mode: https://support.google.com/youtube/answer/171780.
    """

    player_site = "https://www.youtube-nocookie.com"

    def player(self, post_id: str) -> str:
        """Return the address of the frame that plays a broadcast without cookies."""
        return f"{self.player_site}/embed/{quote(post_id, safe='')}"

    def steps(self, post_id: str) -> ManualSteps:
        """Return what a person does about a message in the chat of a broadcast."""
        return ManualSteps(
            STUDIO.format(video=post_id),
            (
                "Abre el chat de la transmisión en YouTube Studio.",
                "Si YouTube retuvo el mensaje para revisión, elige ocultarlo: después se puede mostrar.",
                "Si ya se ve, no lo quites ni suspendas a nadie: eso no se deshace. Responde en el chat.",
            ),
        )


def read_live_chat(credentials: ApiCredentials, cursor: Cursor) -> Reading:
    """Read what is new in the chat of each live broadcast. The cursor has the page of each chat, with its video."""
    chats: Cursor = _active_chats(credentials) | dict(cursor)
    found, waits, left = list[Interaction](), list[float](), Cursor()
    retracted, taken_down = list[str](), list[str]()
    for chat, (video, token) in chats.items():
        answer = _messages(credentials, chat, token)
        if answer is None:
            continue  # it ended
        for item in answer.get("items") or []:
            kind, id = _removal(item)
            if kind:
                (taken_down if kind == DELETED else retracted).append(id)
            elif (item.get("snippet") or {}).get("hasDisplayContent"):
                found.append(_interaction(credentials, item, video))
        waits.append(float(answer.get("pollingIntervalMillis") or 0) / 1000)
        left[chat] = [video, str(answer.get("nextPageToken") or token)]
    least = CAPABILITIES.limits["chat_seconds"].value
    wait = max(*waits, least) if waits else None
    return Reading(tuple(found), left, wait_seconds=wait, removed=tuple(retracted), taken_down=tuple(taken_down))


def _active_chats(credentials: ApiCredentials) -> Cursor:
    listed: dict[str, Any] = (
        service(credentials)
        .liveBroadcasts()
        .list(part="id,snippet", broadcastStatus="active", broadcastType="all", maxResults=50)
        .execute(http=Http(credentials))
    )
    live = [(one["snippet"].get("liveChatId"), str(one["id"])) for one in listed.get("items") or []]
    return {str(chat): [video, ""] for chat, video in live if chat}


def _messages(credentials: ApiCredentials, chat: str, token: str) -> dict[str, Any] | None:
    """Return a page of a chat; None when the chat ended."""
    call = (
        service(credentials)
        .liveChatMessages()
        .list(liveChatId=chat, part="id,snippet,authorDetails", maxResults=2_000, pageToken=token or None)
    )
    try:
        answer: dict[str, Any] = call.execute(http=Http(credentials))
    except HttpError as refusal:
        if ENDED.intersection(ERRORS.keys(refusal)):
            return None
        raise
    return None if answer.get("offlineAt") and not answer.get("items") else answer


def _removal(item: dict[str, Any]) -> tuple[str, str]:
    """Return the kind of a removal and the id of what was removed; empty for what is no removal."""
    snippet = item.get("snippet") or {}
    kind = str(snippet.get("type"))
    details, name = REMOVALS.get(kind, ("", ""))
    id = str((snippet.get(details) or {}).get(name) or "") if details else ""
    return (kind, id) if id else ("", "")


@or_not_understood
def _interaction(credentials: ApiCredentials, item: dict[str, Any], video: str) -> Interaction:
    """Return a message of a chat. What one person writes in one chat is one conversation."""
    snippet, author = item["snippet"], item["authorDetails"]
    person = str(author["channelId"])
    site = WATCH_ADDRESSES.get(credentials.address.rstrip("/"), credentials.address.rstrip("/"))
    return Interaction(
        remote_id=str(item["id"]),
        kind=InteractionKind.CHAT,
        text=str(snippet["displayMessage"]),
        author=Author(person, name=str(author.get("displayName") or "")),
        written_at=datetime.fromisoformat(str(snippet["publishedAt"])),
        thread_id=f"{video}:{person}",
        post_id=video,
        url=f"{site}/watch?v={video}",
        is_ours=person == credentials.remote_id,
        why_assisted=WHY_ASSISTED,
    )
