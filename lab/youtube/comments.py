"""Comments under videos: threads, replies and moderation, of which the lab implements only what can be undone."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_seconds
from lab.messages import ApiError, Call, Response
from lab.state import LabState
from lab.store.posts import Comment, Post
from lab.youtube import errors
from lab.youtube.videos import listing, page_path

REVERSIBLE = ("heldForReview", "published")


async def list_threads(lab: LabState, call: Call) -> Response:
    comments = _requested_comments(lab, call)
    is_held = call.query.get("moderationStatus") == "heldForReview"
    threads = [comment for comment in comments if not comment.parent and comment.hidden == is_held]
    newest = sorted(threads, key=lambda comment: comment.seq, reverse=True)
    before, limit = int(call.query.get("pageToken") or 0), int(call.query.get("maxResults") or 20)
    rest = [comment for comment in newest if not before or comment.seq < before]
    page = rest[:limit]
    next_page = str(page[-1].seq) if len(rest) > limit else ""
    return Response(listing("commentThreadListResponse", [_thread_shape(lab, comment) for comment in page], next_page))


def _requested_comments(lab: LabState, call: Call) -> list[Comment]:
    video, channel = call.query.get("videoId"), call.query.get("allThreadsRelatedToChannelId")
    if video:
        if lab.posts.get("youtube", video) is None:
            raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.commentThread")
        return lab.comments.under("youtube", video)
    if channel:
        return lab.comments.for_account("youtube", channel, limit=1000)
    raise errors.not_supported("commentThreads.list without videoId or allThreadsRelatedToChannelId")


async def create_thread(lab: LabState, call: Call) -> Response:
    snippet = call.fields.get("snippet") or {}
    text = ((snippet.get("topLevelComment") or {}).get("snippet") or {}).get("textOriginal")
    comment = _add_comment(lab, call, _public_video(lab, str(snippet.get("videoId") or "")), text, "")
    return Response(_thread_shape(lab, comment))


async def list_comments(lab: LabState, call: Call) -> Response:
    if call.query.get("parentId"):
        comments = lab.comments.replies("youtube", call.query["parentId"])
    else:
        candidates = (lab.comments.get("youtube", id) for id in call.query.get("id", "").split(","))
        comments = [comment for comment in candidates if comment is not None]
    return Response(listing("commentListResponse", [_comment_shape(comment) for comment in comments]))


async def create_reply(lab: LabState, call: Call) -> Response:
    snippet = call.fields.get("snippet") or {}
    parent = lab.comments.get("youtube", str(snippet.get("parentId") or ""))
    if parent is None:
        raise errors.error(
            404, "parentCommentNotFound", "The specified parent comment was not found.", "youtube.comment"
        )
    comment = _add_comment(
        lab, call, _public_video(lab, parent.post), snippet.get("textOriginal"), parent.parent or parent.id
    )
    return Response(_comment_shape(comment))


async def set_moderation_status(lab: LabState, call: Call) -> Response:
    status = call.query.get("moderationStatus", "")
    if status not in REVERSIBLE or call.query.get("banAuthor") == "true":
        raise errors.not_supported(f"setModerationStatus {status}: it cannot be undone")
    for id in call.query.get("id", "").split(","):
        comment = lab.comments.get("youtube", id)
        if comment is None:
            raise _unknown_comment(id)
        if comment.account != call.caller.id:
            raise errors.error(403, "forbidden", "The request is not properly authorized.", "youtube.comment")
        lab.comments.set_hidden(comment.id, status == "heldForReview")
    return Response(None, 204)


def _unknown_comment(id: str) -> ApiError:
    """Return the error for a comment that is not there: YouTube answers 400 for one that its author deleted."""
    if id.startswith("Ug"):
        message = "The API server failed to successfully process the request."
        return errors.error(400, "processingFailure", message, "youtube.comment")
    return errors.error(404, "commentNotFound", "One or more of the comments cannot be found.", "youtube.comment")


def _public_video(lab: LabState, id: str) -> Post:
    post = lab.posts.get("youtube", id)
    if post is None or post.state != "public":
        raise errors.error(404, "videoNotFound", "The video cannot be found.", "youtube.commentThread")
    return post


def _add_comment(lab: LabState, call: Call, post: Post, text: Any, parent: str) -> Comment:
    if not text:
        raise errors.error(400, "commentTextRequired", "The comment text is required.", "youtube.comment")
    comment = lab.comments.add(
        Comment(
            id=new_id(lab, parent),
            network="youtube",
            account=post.account,
            post=post.id,
            author=call.caller.name,
            author_id=call.caller.id,
            text=str(text),
            at=lab.clock.now(),
            parent=parent,
            own=True,
        )
    )
    lab.audit_log.record(
        "published",
        network="youtube",
        account=call.caller.id,
        id=comment.id,
        kind="comment",
        at=comment.at,
        text=comment.text,
        media=[],
        link="",
        path=f"{page_path(post)}#c{comment.id}",
    )
    return comment


def new_id(lab: LabState, parent: str) -> str:
    """Return a comment's id; a reply's id begins with that of its parent, as on YouTube."""
    number = lab.database.next_number()
    return f"{parent}.{number:022d}" if parent else f"Ug{number:020d}AaABAg"


def _thread_shape(lab: LabState, comment: Comment) -> dict[str, Any]:
    replies = lab.comments.replies("youtube", comment.id)
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "etag": "lab",
        "id": comment.id,
        "snippet": {
            "channelId": comment.account,
            "videoId": comment.post,
            "topLevelComment": _comment_shape(comment),
            "canReply": True,
            "totalReplyCount": len(replies),
            "isPublic": not comment.hidden,
        },
    }
    return thread | ({"replies": {"comments": [_comment_shape(reply) for reply in replies]}} if replies else {})


def _comment_shape(comment: Comment) -> dict[str, Any]:
    snippet = {
        "channelId": comment.account,
        "videoId": comment.post,
        "textDisplay": comment.text,
        "textOriginal": comment.text,
        "authorDisplayName": comment.author,
        "authorChannelId": {"value": comment.author_id},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": iso_seconds(comment.at),
        "updatedAt": iso_seconds(comment.edited_at or comment.at),
    }
    if comment.parent:
        snippet["parentId"] = comment.parent
    if comment.hidden:
        snippet["moderationStatus"] = "heldForReview"
    return {"kind": "youtube#comment", "etag": "lab", "id": comment.id, "snippet": snippet}
