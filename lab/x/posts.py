"""Posts on X: one call publishes, without an idempotency key and without a draft."""

from __future__ import annotations

import itertools
import re
from typing import Any

from lab.clock import iso_millis
from lab.messages import Call, Response
from lab.state import LabState
from lab.store.media import Media
from lab.store.posts import Comment, Post
from lab.x import errors, text

EPOCH_MILLIS = 1_288_834_974_657  # the instant from which X's identifiers count
MAX_IMAGES = 4
NOT_MENTIONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
MEDIA_LIFE = 86_400  # seconds
_counter = itertools.count()


def new_id(now: float) -> str:
    """Return an identifier that contains the instant, as X's do: a newer one is greater."""
    return str((int(now * 1000) - EPOCH_MILLIS) << 22 | (next(_counter) & 0x3FFFFF))


def page_path(lab: LabState, post: Post) -> str:
    """Return the path of a post's public page."""
    account = lab.accounts.get("x", post.account)
    return f"/x/{account.handle if account else post.account}/status/{post.id}"


async def create_post(lab: LabState, call: Call) -> Response:
    unknown = call.unknown_params("text", "media", "reply")
    if unknown:
        raise errors.not_supported(f"{call.endpoint} {', '.join(unknown)}")
    media = _attached_media(lab, call)
    content = str(call.fields.get("text") or "")
    links = text.find_links(content)
    if not media or content:
        _check_text(lab, call, content, links)
    errors.charge_post(lab, call, links)
    post = _compose(lab, call, content, links, media)
    lab.add_public(post, path=page_path(lab, post))
    return Response({"data": {"id": post.id, "text": post.shown, "edit_history_post_ids": [post.id]}}, 201)


def _check_text(lab: LabState, call: Call, content: str, links: list[text.Link]) -> None:
    if not content.strip():
        raise errors.invalid("text", content, "text or media is required")
    if not text.fits(content, links):
        raise errors.too_long()
    if not call.caller.extra.get("allow_duplicates") and lab.posts.has_text("x", call.caller.id, content):
        raise errors.duplicate()


def _attached_media(lab: LabState, call: Call) -> list[Media]:
    ids = [str(id) for id in (call.fields.get("media") or {}).get("media_ids", [])]
    attached = lab.media.get_many("x", ids)
    if len(attached) != len(ids) or any(_is_unusable(lab, call, media) for media in attached):
        raise errors.invalid("media.media_ids", ",".join(ids), "Your media IDs are invalid.")
    has_video = any(media.kind != "image" for media in attached)
    if len(attached) > MAX_IMAGES or (has_video and len(attached) > 1):
        raise errors.invalid("media.media_ids", ",".join(ids), "Up to 4 photos, or 1 GIF, or 1 video.")
    if any(media.ready_at > lab.clock.now() for media in attached):
        raise errors.invalid("media.media_ids", ",".join(ids), "Your media has not finished processing.")
    return attached


def _is_unusable(lab: LabState, call: Call, media: Media) -> bool:
    """Whether the media expired, is another account's or has a type that cannot be attached."""
    is_expired = lab.clock.now() - media.created_at > MEDIA_LIFE
    return media.account != call.caller.id or is_expired or media.kind not in ("image", "gif", "video")


def _compose(lab: LabState, call: Call, content: str, links: list[text.Link], media: list[Media]) -> Post:
    now = lab.clock.now()
    id, reply_to = new_id(now), str((call.fields.get("reply") or {}).get("in_reply_to_tweet_id") or "")
    shown = text.rewrite(content, links)
    expanded = {text.short_address(link.address): link.address for link in links}
    if media:
        address = f"https://x.com/{call.caller.handle}/status/{id}/{'photo' if media[0].kind == 'image' else 'video'}/1"
        expanded[text.short_address(address)] = address
        shown = f"{shown} {text.short_address(address)}".strip()
    return Post(
        "x",
        id,
        call.caller.id,
        "tweet",
        content,
        now,
        shown=shown,
        link=links[0].address if links else "",
        media=[item.id for item in media],
        reply_to=reply_to,
        conversation=_conversation(lab, call, reply_to) or id,
        extra={"expanded": expanded},
    )


def _check_mentioned(call: Call, target: Post | Comment | None) -> None:
    """Raise ApiError for a reply to a person who did not mention the account, which X's API refuses."""
    if target is None or (target.account == call.caller.id and (isinstance(target, Post) or target.own)):
        return
    if re.search(rf"@{re.escape(call.caller.handle)}\b", target.text, re.IGNORECASE) is None:
        raise errors.error(403, "Forbidden", NOT_MENTIONED)


def _conversation(lab: LabState, call: Call, reply_to: str) -> str:
    """Return the conversation of the post that is replied to. Raises ApiError when it is not visible."""
    if not reply_to:
        return ""
    target = lab.posts.get_public("x", reply_to)
    comment = None if target else lab.comments.get("x", reply_to)
    if target is None and comment is None:
        raise errors.error(403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
    _check_mentioned(call, target or comment)
    return target.conversation if target else (comment.post or comment.id) if comment else ""


async def delete_post(lab: LabState, call: Call) -> Response:
    post = lab.posts.get("x", call.params["id"])
    if post is not None and post.account != call.caller.id:
        raise errors.error(403, "Forbidden", "You are not authorized to delete this Tweet.")
    if post is not None:
        lab.withdraw(post, path=page_path(lab, post))
    return Response({"data": {"deleted": True}})


async def hide_reply(lab: LabState, call: Call) -> Response:
    comment = lab.comments.get("x", call.params["id"])
    if comment is None:
        raise errors.not_found("tweet", call.params["id"])
    if comment.account != call.caller.id:
        raise errors.error(403, "Forbidden", "You are not permitted to perform this action.")
    hidden = bool(call.fields.get("hidden"))
    lab.comments.set_hidden(comment.id, hidden)
    return Response({"data": {"hidden": hidden}})


def shape(lab: LabState, post: Post) -> dict[str, Any]:
    """Return a post in X's format with all known fields; `reads` selects the requested ones."""
    fields: dict[str, Any] = {
        "id": post.id,
        "text": post.shown,
        "author_id": post.account,
        "created_at": iso_millis(post.created_at),
        "conversation_id": post.conversation,
        "edit_history_post_ids": [post.id],
        "lang": "es",
        "public_metrics": _metrics(_reply_count(lab, post)),
    }
    entities = text.entities(post.shown, post.extra.get("expanded", {}))
    if entities:
        fields["entities"] = entities
    if post.media:
        fields["attachments"] = {"media_keys": [media_key(media) for media in lab.media.get_many("x", post.media)]}
    if post.reply_to:
        fields["referenced_posts"] = [{"type": "replied_to", "id": post.reply_to}]
    return fields


def shape_comment(lab: LabState, comment: Comment) -> dict[str, Any]:
    """Return a citizen's reply in X's format of a post."""
    fields: dict[str, Any] = {
        "id": comment.id,
        "text": comment.text,
        "author_id": comment.author_id,
        "created_at": iso_millis(comment.at),
        "conversation_id": comment.post or comment.id,
        "edit_history_post_ids": [comment.id],
        "lang": "es",
        "public_metrics": _metrics(0),
    }
    if comment.post:
        fields["in_reply_to_user_id"] = comment.account
        fields["referenced_posts"] = [{"type": "replied_to", "id": comment.parent or comment.post}]
    entities = text.entities(comment.text, {})
    if entities:
        fields["entities"] = entities
    return fields


def media_key(media: Media) -> str:
    """Return X's media key: a number for the kind, and the id."""
    return f"{'3' if media.kind == 'image' else '16' if media.kind == 'gif' else '7'}_{media.id}"


def _metrics(replies: int) -> dict[str, int]:
    names = ("repost_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    return {"reply_count": replies, **dict.fromkeys(names, 0)}


def _reply_count(lab: LabState, post: Post) -> int:
    return len(lab.comments.under("x", post.conversation)) if post.id == post.conversation else 0
