"""Comments under videos: threads, answers, held for review and published again; never rejected: that can't go back."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_seconds
from lab.ledger import Comment, Post
from lab.messages import Answer, Call
from lab.state import LabState
from lab.youtube import errors
from lab.youtube.videos import listing, place

REVERSIBLE = ("heldForReview", "published")


async def list_threads(lab: LabState, call: Call) -> Answer:
    found = _asked(lab, call)
    held = call.query.get("moderationStatus") == "heldForReview"
    threads = [comment for comment in found if not comment.parent and comment.hidden == held]
    newest = sorted(threads, key=lambda comment: comment.seq, reverse=True)
    before, most = int(call.query.get("pageToken") or 0), int(call.query.get("maxResults") or 20)
    rest = [comment for comment in newest if not before or comment.seq < before]
    page = rest[:most]
    next_page = str(page[-1].seq) if len(rest) > most else ""
    return Answer(listing("commentThreadListResponse", [_thread(lab, comment) for comment in page], next_page))


def _asked(lab: LabState, call: Call) -> list[Comment]:
    video, channel = call.query.get("videoId"), call.query.get("allThreadsRelatedToChannelId")
    if video:
        if lab.posts.get("youtube", video) is None:
            raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.commentThread")
        return lab.comments.under("youtube", video)
    if channel:
        return lab.comments.for_account("youtube", channel, limit=1000)
    raise errors.not_spoken("commentThreads.list without videoId or allThreadsRelatedToChannelId")


async def create_thread(lab: LabState, call: Call) -> Answer:
    snippet = call.fields.get("snippet") or {}
    text = ((snippet.get("topLevelComment") or {}).get("snippet") or {}).get("textOriginal")
    comment = _write(lab, call, _public(lab, str(snippet.get("videoId") or "")), text, "")
    return Answer(_thread(lab, comment))


async def list_comments(lab: LabState, call: Call) -> Answer:
    if call.query.get("parentId"):
        found = lab.comments.answers("youtube", call.query["parentId"])
    else:
        every = (lab.comments.get("youtube", id) for id in call.query.get("id", "").split(","))
        found = [comment for comment in every if comment is not None]
    return Answer(listing("commentListResponse", [_comment(comment) for comment in found]))


async def answer(lab: LabState, call: Call) -> Answer:
    snippet = call.fields.get("snippet") or {}
    parent = lab.comments.get("youtube", str(snippet.get("parentId") or ""))
    if parent is None:
        raise errors.error(
            404, "parentCommentNotFound", "The specified parent comment was not found.", "youtube.comment"
        )
    comment = _write(lab, call, _public(lab, parent.post), snippet.get("textOriginal"), parent.parent or parent.id)
    return Answer(_comment(comment))


async def moderate(lab: LabState, call: Call) -> Answer:
    status = call.query.get("moderationStatus", "")
    if status not in REVERSIBLE or call.query.get("banAuthor") == "true":
        raise errors.not_spoken(f"setModerationStatus {status}: it cannot be undone")
    for id in call.query.get("id", "").split(","):
        comment = lab.comments.get("youtube", id)
        if comment is None:
            raise errors.error(
                404, "commentNotFound", "One or more of the comments cannot be found.", "youtube.comment"
            )
        lab.comments.set_hidden(comment.id, status == "heldForReview")
    return Answer(None, 204)


def _public(lab: LabState, id: str) -> Post:
    post = lab.posts.get("youtube", id)
    if post is None or post.state != "public":
        raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.commentThread")
    return post


def _write(lab: LabState, call: Call, post: Post, text: Any, parent: str) -> Comment:
    if not text:
        raise errors.error(400, "commentTextRequired", "The comment text is required.", "youtube.comment")
    comment = lab.comments.add(
        Comment(
            id=new_id(lab, parent), network="youtube", account=post.account, post=post.id, author=call.who.name,
            author_id=call.who.id, text=str(text), at=lab.clock.now(), parent=parent, own=True,
        )
    )  # fmt: skip
    lab.publications.record(
        "published", network="youtube", account=call.who.id, id=comment.id, kind="comment", at=comment.at,
        text=comment.text, media=[], link="", place=f"{place(post)}#c{comment.id}",
    )  # fmt: skip
    return comment


def new_id(lab: LabState, parent: str) -> str:
    number = lab.book.next_number()
    return f"{parent}.{number:022d}" if parent else f"Ug{number:020d}AaABAg"


def _thread(lab: LabState, comment: Comment) -> dict[str, Any]:
    replies = lab.comments.answers("youtube", comment.id)
    found: dict[str, Any] = {
        "kind": "youtube#commentThread", "etag": "lab", "id": comment.id,
        "snippet": {
            "channelId": comment.account, "videoId": comment.post, "topLevelComment": _comment(comment),
            "canReply": True, "totalReplyCount": len(replies), "isPublic": not comment.hidden,
        },
    }  # fmt: skip
    return found | ({"replies": {"comments": [_comment(reply) for reply in replies]}} if replies else {})


def _comment(comment: Comment) -> dict[str, Any]:
    snippet = {
        "channelId": comment.account, "videoId": comment.post,
        "textDisplay": comment.text, "textOriginal": comment.text,
        "authorDisplayName": comment.author, "authorChannelId": {"value": comment.author_id}, "canRate": True,
        "viewerRating": "none", "likeCount": 0,
        "publishedAt": iso_seconds(comment.at), "updatedAt": iso_seconds(comment.at),
    }  # fmt: skip
    if comment.parent:
        snippet["parentId"] = comment.parent
    if comment.hidden:
        snippet["moderationStatus"] = "heldForReview"
    return {"kind": "youtube#comment", "etag": "lab", "id": comment.id, "snippet": snippet}
