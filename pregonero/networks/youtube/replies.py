"""Replies to comments on YouTube, which has no idempotency key for them: a lost reply is searched for by its text."""

from http import HTTPStatus
from typing import Any

from pregonero.networks.base import ApiCredentials, AttemptWindow, Finding, Post, Published, parent_gone
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.own_comments import find_own_comment
from pregonero.networks.youtube.client import Http, service
from pregonero.networks.youtube.network import CAPABILITIES, ERRORS, WATCH_ADDRESSES


def write_reply(credentials: ApiCredentials, post: Post) -> Published:
    """Answer a comment in one call."""
    body = {"snippet": {"parentId": post.reply_to, "textOriginal": post.text}}
    call = service(credentials).comments().insert(part="snippet", body=body)
    with mapped_errors(ERRORS, public=True):
        try:
            return _published(credentials, call.execute(http=Http(credentials)))
        except HttpError as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                raise parent_gone(CAPABILITIES.label) from refusal
            raise


def find_reply(credentials: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
    """Search the replies of the comment for ours."""
    with mapped_errors(ERRORS, public=False):
        call = service(credentials).comments().list(part="snippet", parentId=post.reply_to, maxResults=100)
        listed = call.execute(http=Http(credentials)).get("items") or []
        ours = [
            (str(reply["snippet"].get("textOriginal") or ""), _published(credentials, reply))
            for reply in sorted(listed, key=lambda reply: str(reply["snippet"]["publishedAt"]), reverse=True)
            if (reply["snippet"].get("authorChannelId") or {}).get("value") == credentials.remote_id
        ]
    return find_own_comment(ours, post.text, attempt)


def _published(credentials: ApiCredentials, comment: dict[str, Any]) -> Published:
    id, video = str(comment["id"]), str(comment["snippet"].get("videoId") or "")
    address = credentials.address.rstrip("/")
    return Published(id, f"{WATCH_ADDRESSES.get(address, address)}/watch?v={video}&lc={id}")
