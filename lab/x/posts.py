"""Posting on X: one call makes it public, with no key and nothing to change. The hardest network to be safe with."""

from __future__ import annotations

import itertools
from typing import Any

from lab.clock import iso_millis
from lab.ledger import Comment, Media, Post
from lab.messages import Answer, Call
from lab.state import LabState
from lab.x import problems, rate_limits, text

EPOCH_MILLIS = 1_288_834_974_657  # where X's identifiers start to count
MAX_PICTURES = 4
MEDIA_LIFE = 86_400
_counter = itertools.count()


def new_id(now: float) -> str:
    """X's identifiers carry the instant: newer is greater."""
    return str((int(now * 1000) - EPOCH_MILLIS) << 22 | (next(_counter) & 0x3FFFFF))


def place(lab: LabState, post: Post) -> str:
    account = lab.accounts.get("x", post.account)
    return f"/x/{account.handle if account else post.account}/status/{post.id}"


async def create(lab: LabState, call: Call) -> Answer:
    beyond = call.beyond("text", "media", "reply")
    if beyond:
        raise problems.not_spoken(f"{call.address} {', '.join(beyond)}")
    media = _wanted_media(lab, call)
    wanted = str(call.fields.get("text") or "")
    links = text.find_links(wanted)
    if not media or wanted:
        _check_text(lab, call, wanted, links)
    rate_limits.charge_post(lab, call, links)
    post = _compose(lab, call, wanted, links, media)
    lab.record_public(post, place=place(lab, post))
    return Answer({"data": {"id": post.id, "text": post.shown, "edit_history_tweet_ids": [post.id]}}, 201)


def _check_text(lab: LabState, call: Call, wanted: str, links: list[text.Link]) -> None:
    if not wanted.strip():
        raise problems.invalid("text", wanted, "text or media is required")
    if not text.fits(wanted, links):
        raise problems.too_long()
    if not call.who.extra.get("allow_duplicates") and lab.posts.has_text("x", call.who.id, wanted):
        raise problems.duplicate()


def _wanted_media(lab: LabState, call: Call) -> list[Media]:
    ids = [str(id) for id in (call.fields.get("media") or {}).get("media_ids", [])]
    found = lab.media.of("x", ids)
    if len(found) != len(ids) or any(_unusable(lab, call, media) for media in found):
        raise problems.invalid("media.media_ids", ",".join(ids), "Your media IDs are invalid.")
    moving = [media for media in found if media.kind != "image"]
    if len(found) > MAX_PICTURES or (moving and len(found) > 1):
        raise problems.invalid("media.media_ids", ",".join(ids), "Up to 4 photos, or 1 GIF, or 1 video.")
    if any(media.ready_at > lab.clock.now() for media in found):
        raise problems.invalid("media.media_ids", ",".join(ids), "Your media has not finished processing.")
    return found


def _unusable(lab: LabState, call: Call, media: Media) -> bool:
    """X knows a medium for a day, and takes only its owner's."""
    old = lab.clock.now() - media.created_at > MEDIA_LIFE
    return media.account != call.who.id or old or media.kind not in ("image", "gif", "video")


def _compose(lab: LabState, call: Call, wanted: str, links: list[text.Link], media: list[Media]) -> Post:
    now = lab.clock.now()
    id, reply_to = new_id(now), str((call.fields.get("reply") or {}).get("in_reply_to_tweet_id") or "")
    shown = text.rewrite(wanted, links)
    expanded = {text.short_address(link.address): link.address for link in links}
    if media:
        address = f"https://x.com/{call.who.handle}/status/{id}/{'photo' if media[0].kind == 'image' else 'video'}/1"
        expanded[text.short_address(address)] = address
        shown = f"{shown} {text.short_address(address)}".strip()
    return Post(
        "x", id, call.who.id, "tweet", wanted, now, shown=shown, link=links[0].address if links else "",
        media=[item.id for item in media], reply_to=reply_to, conversation=_conversation(lab, reply_to) or id,
        extra={"expanded": expanded},
    )  # fmt: skip


def _conversation(lab: LabState, reply_to: str) -> str:
    if not reply_to:
        return ""
    answered = lab.posts.get("x", reply_to)
    answered = answered if answered and answered.state == "public" else None
    comment = None if answered else lab.comments.get("x", reply_to)
    if answered is None and comment is None:
        raise problems.problem(
            403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
        )
    return answered.conversation if answered else comment.post if comment else ""


async def delete(lab: LabState, call: Call) -> Answer:
    post = lab.posts.get("x", call.params["id"])
    if post is not None and post.account != call.who.id:
        raise problems.problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
    if post is not None:
        lab.withdraw(post, place=place(lab, post))
    return Answer({"data": {"deleted": True}})


async def hide(lab: LabState, call: Call) -> Answer:
    comment = lab.comments.get("x", call.params["id"])
    if comment is None:
        raise problems.not_found("tweet", call.params["id"])
    if comment.account != call.who.id:
        raise problems.problem(403, "Forbidden", "You are not permitted to perform this action.")
    hidden = bool(call.fields.get("hidden"))
    lab.comments.set_hidden(comment.id, hidden)
    return Answer({"data": {"hidden": hidden}})


def shape(lab: LabState, post: Post) -> dict[str, Any]:
    """A post as X gives it. All the fields that are known are there: X gives fewer unless asked for."""
    found: dict[str, Any] = {
        "id": post.id, "text": post.shown, "author_id": post.account, "created_at": iso_millis(post.created_at),
        "conversation_id": post.conversation, "edit_history_tweet_ids": [post.id], "lang": "es",
        "public_metrics": _metrics(_replies(lab, post)),
    }  # fmt: skip
    noted = text.entities(post.shown, post.extra.get("expanded", {}))
    if noted:
        found["entities"] = noted
    if post.media:
        found["attachments"] = {"media_keys": [media_key(media) for media in lab.media.of("x", post.media)]}
    if post.reply_to:
        # X is renaming tweets to posts: both names go out, as clients of both ages are in use.
        found["referenced_tweets"] = found["referenced_posts"] = [{"type": "replied_to", "id": post.reply_to}]
    return found


def shape_comment(lab: LabState, comment: Comment) -> dict[str, Any]:
    """A citizen's reply, as the post that it is on X."""
    answered = [{"type": "replied_to", "id": comment.parent or comment.post}]
    found: dict[str, Any] = {
        "id": comment.id, "text": comment.text, "author_id": comment.author_id, "created_at": iso_millis(comment.at),
        "conversation_id": comment.post, "edit_history_tweet_ids": [comment.id], "lang": "es",
        "in_reply_to_user_id": comment.account,
        "referenced_tweets": answered, "referenced_posts": answered, "public_metrics": _metrics(0),
    }  # fmt: skip
    noted = text.entities(comment.text, {})
    if noted:
        found["entities"] = noted
    return found


def media_key(media: Media) -> str:
    return f"{'3' if media.kind == 'image' else '16' if media.kind == 'gif' else '7'}_{media.id}"


def _metrics(replies: int) -> dict[str, int]:
    names = ("retweet_count", "repost_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    return {"reply_count": replies, **dict.fromkeys(names, 0)}


def _replies(lab: LabState, post: Post) -> int:
    return len(lab.comments.under("x", post.conversation)) if post.id == post.conversation else 0
