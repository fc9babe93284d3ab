"""Comments under posts of Facebook and Instagram. An account can delete only its own comments."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_offset
from lab.graph import direct_messages, errors, facebook, instagram
from lab.graph.params import (
    Expansion,
    bool_param,
    expansion_of,
    page_size,
    paginated,
    select_fields,
    select_names,
)
from lab.messages import Call, Response
from lab.state import LabState
from lab.store.posts import Comment, Post

FACEBOOK_DEFAULT = ("created_time", "from", "message")
INSTAGRAM_DEFAULT = ("timestamp", "text")


async def list_comments(lab: LabState, call: Call) -> Response:
    """List the comments of a post; with filter=stream, the replies to them too."""
    comments = lab.comments.under(call.network, call.params["id"])
    until, has_replies = lab.lists_until(call.caller), call.field("filter") == "stream"
    listed = [comment for comment in comments if (has_replies or not comment.parent) and comment.at <= until]
    return _page(lab, call, listed)


async def list_published_posts(lab: LabState, call: Call) -> Response:
    """List the posts of a page; `comments{…}` in `fields` lists the comments of each post beside it."""
    response = await facebook.list_feed(lab, call)
    expansion = expansion_of(call, "comments")
    if expansion is not None:
        for entry in response.body["data"]:
            entry["comments"] = _expanded(lab, call, str(entry["id"]), expansion)
    return response


def _expanded(lab: LabState, call: Call, post: str, expansion: Expansion) -> dict[str, Any]:
    until, options = lab.lists_until(call.caller), expansion.options
    comments = [comment for comment in lab.comments.under("facebook", post) if comment.at <= until]
    if options.get("filter") != "stream":
        comments = [comment for comment in comments if not comment.parent]
    if options.get("order") == "reverse_chronological":
        comments.reverse()
    page = comments[: int(options.get("limit", 25))]
    names = expansion.fields or ",".join(FACEBOOK_DEFAULT)
    shaped = [select_names(names, "Comment", _facebook_shape(lab, call, comment)) for comment in page]
    return {"data": shaped}


async def list_replies(lab: LabState, call: Call) -> Response:
    return _page(lab, call, lab.comments.replies(call.network, call.params["id"]))


def _page(lab: LabState, call: Call, comments: list[Comment]) -> Response:
    after, limit = int(call.field("after") or 0), page_size(call)
    if call.field("order") == "reverse_chronological":
        rest = [comment for comment in reversed(comments) if not after or comment.seq < after]
    else:
        rest = [comment for comment in comments if comment.seq > after]
    page = rest[:limit]
    data = [_shape(lab, call, comment) for comment in page]
    return Response(paginated(call, data, [comment.seq for comment in page], len(rest) > limit))


async def get_comment(lab: LabState, call: Call) -> Response:
    return Response(_shape(lab, call, _get_comment(lab, call)))


async def create_comment(lab: LabState, call: Call) -> Response:
    post = lab.posts.get_public(call.network, call.params["id"])
    if post is None:
        raise errors.not_found(call.params["id"], call.method)
    return Response({"id": _add_comment(lab, call, post, "").id})


async def create_reply(lab: LabState, call: Call) -> Response:
    comment = _get_comment(lab, call)
    post = lab.posts.get_public(call.network, comment.post)
    if post is None:
        raise errors.not_found(comment.post, call.method)
    return Response({"id": _add_comment(lab, call, post, comment.parent or comment.id).id})


async def hide_comment(lab: LabState, call: Call) -> Response:
    comment = _get_comment(lab, call)
    name = "is_hidden" if call.network == "facebook" else "hide"
    if not call.field(name):
        raise errors.not_supported(f"{call.endpoint} without {name}")
    if comment.own and call.network == "facebook":
        raise errors.error(403, 200, "(#200) Permissions error")
    if comment.own:  # Instagram answers yes and keeps showing what the account itself wrote
        return Response({"success": True})
    lab.comments.set_hidden(comment.id, bool_param(call, name, False))
    return Response({"success": True})


async def delete_comment(lab: LabState, call: Call) -> Response:
    """Delete a comment of the account itself. Meta would delete a citizen's comment too; the lab refuses it (N-3)."""
    comment = _get_comment(lab, call)
    post = lab.posts.get(call.network, comment.post)
    if comment.author_id != call.caller.id or post is None:
        raise errors.not_supported(f"{call.endpoint}: deleting another author's comment")
    lab.comments.remove(comment.id)
    lab.audit_log.record(
        "withdrawn",
        network=call.network,
        account=call.caller.id,
        id=comment.id,
        kind="comment",
        at=lab.clock.now(),
        text=comment.text,
        media=[],
        link="",
        path=_page_path(lab, comment, post),
        under=comment.parent or post.id,
    )
    return Response({"success": True})


def _page_path(lab: LabState, comment: Comment, post: Post) -> str:
    path = facebook.page_path(lab, post) if post.network == "facebook" else instagram.page_path(post)
    return f"{path}#c{comment.id}"


def _add_comment(lab: LabState, call: Call, post: Post, parent: str) -> Comment:
    message = call.field("message")
    if not message:
        raise errors.invalid_parameter("Param message is required")
    comment = lab.comments.add(
        Comment(
            id=new_id(lab, post),
            network=call.network,
            account=post.account,
            post=post.id,
            author=call.caller.name,
            author_id=call.caller.id,
            text=message,
            at=lab.clock.now(),
            parent=parent,
            own=True,
        )
    )
    lab.audit_log.record(
        "published",
        network=call.network,
        account=call.caller.id,
        id=comment.id,
        kind="comment",
        at=comment.at,
        text=message,
        media=[],
        link="",
        path=_page_path(lab, comment, post),
        under=parent or post.id,
    )
    return comment


def new_id(lab: LabState, post: Post) -> str:
    """Return an id for a comment, in the format of the post's network."""
    number = lab.database.next_number()
    return f"{post.id.rpartition('_')[2]}_{number}" if post.network == "facebook" else f"1790{number:013d}"


def _get_comment(lab: LabState, call: Call) -> Comment:
    comment = lab.comments.get(call.network, call.params["id"])
    if comment is None:
        raise errors.not_found(call.params["id"], call.method)
    return comment


def _shape(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    if call.network == "facebook":
        return select_fields(call, "Comment", _facebook_shape(lab, call, comment), FACEBOOK_DEFAULT)
    fields = _instagram_shape(comment)
    replies, expansion = lab.comments.replies("instagram", comment.id), expansion_of(call, "replies")
    names = (expansion.fields if expansion else "") or "id,text,timestamp"
    shaped = [select_names(names, "IGComment", _instagram_shape(reply)) for reply in replies]
    fields["replies"] = {"data": shaped} if shaped else None
    return select_fields(call, "IGComment", fields, INSTAGRAM_DEFAULT)


def _facebook_shape(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    post = lab.posts.get("facebook", comment.post)
    path = facebook.page_path(lab, post) if post else ""
    return {
        "id": comment.id,
        "message": comment.text,
        "created_time": iso_offset(comment.at),
        "is_hidden": comment.hidden,
        "from": {"id": comment.author_id, "name": comment.author},
        "can_hide": not comment.own,
        "like_count": 0,
        "comment_count": len(lab.comments.replies("facebook", comment.id)),
        "can_comment": True,
        "parent": {"id": comment.parent} if comment.parent else None,
        "object": {"id": comment.post},
        "permalink_url": f"{call.origin}{path}#c{comment.id}",
        **direct_messages.comment_fields(lab, call, comment.id, comment.at, own=comment.own),
    }


def _instagram_shape(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "text": comment.text,
        "timestamp": iso_offset(comment.at),
        "hidden": comment.hidden,
        "username": comment.author,
        "from": {"id": comment.author_id, "username": comment.author},
        "like_count": 0,
        "media": {"id": comment.post},
        "parent_id": comment.parent or None,
        "user": {"id": comment.author_id},
    }
