"""Comments under posts of Facebook and Instagram: read, answered, hidden; only a page's own one can be deleted."""

from __future__ import annotations

from typing import Any

from lab.clock import iso_offset
from lab.graph import errors, facebook, instagram
from lab.graph.params import asked, flag, limit, paged
from lab.ledger import Comment, Post
from lab.messages import Answer, Call
from lab.state import LabState

FACEBOOK_DEFAULT = ("created_time", "from", "message")
INSTAGRAM_DEFAULT = ("timestamp", "text")


async def list_comments(lab: LabState, call: Call) -> Answer:
    """The comments of a post; like an account's posts, a new one shows in the list some moments late."""
    under = lab.comments.under(call.network, call.params["id"])
    settled, whole = lab.settled(call.who), call.field("filter") == "stream"
    found = [each for each in under if (whole or not each.parent) and each.at <= settled]
    return _listed(lab, call, found)


async def list_answers(lab: LabState, call: Call) -> Answer:
    return _listed(lab, call, lab.comments.answers(call.network, call.params["id"]))


def _listed(lab: LabState, call: Call, found: list[Comment]) -> Answer:
    after, most = int(call.field("after") or 0), limit(call)
    if call.field("order") == "reverse_chronological":
        rest = [comment for comment in reversed(found) if not after or comment.seq < after]
    else:
        rest = [comment for comment in found if comment.seq > after]
    page = rest[:most]
    data = [_shown(lab, call, comment) for comment in page]
    return Answer(paged(call, data, [comment.seq for comment in page], len(rest) > most))


async def get_comment(lab: LabState, call: Call) -> Answer:
    return Answer(_shown(lab, call, _own(lab, call)))


async def create_comment(lab: LabState, call: Call) -> Answer:
    post = lab.posts.get(call.network, call.params["id"])
    if post is None or post.state != "public":
        raise errors.not_found(call.params["id"], call.method)
    return Answer({"id": _write(lab, call, post, "").id})


async def answer_comment(lab: LabState, call: Call) -> Answer:
    comment = _own(lab, call)
    post = lab.posts.get(call.network, comment.post)
    if post is None:
        raise errors.not_found(comment.post, call.method)
    return Answer({"id": _write(lab, call, post, comment.parent or comment.id).id})


async def hide_comment(lab: LabState, call: Call) -> Answer:
    comment = _own(lab, call)
    name = "is_hidden" if call.network == "facebook" else "hide"
    if not call.field(name):
        raise errors.not_spoken(f"{call.address} without {name}")
    lab.comments.set_hidden(comment.id, flag(call, name, False))
    return Answer({"success": True})


async def delete_comment(lab: LabState, call: Call) -> Answer:
    """Delete the page's own comment. Meta would also delete a citizen's: here that is an error (N-3)."""
    comment = _own(lab, call)
    post = lab.posts.get(call.network, comment.post)
    if comment.author_id != call.who.id or post is None:
        raise errors.not_spoken(f"{call.address}: deleting what somebody else wrote")
    lab.comments.remove(comment.id)
    lab.publications.record(
        "withdrawn", network=call.network, account=call.who.id, id=comment.id, kind="comment", at=lab.clock.now(),
        text=comment.text, media=[], link="", place=f"{facebook.place(lab, post)}#c{comment.id}",
        under=comment.parent or post.id,
    )  # fmt: skip
    return Answer({"success": True})


def _write(lab: LabState, call: Call, post: Post, parent: str) -> Comment:
    message = call.field("message")
    if not message:
        raise errors.parameter("Param message is required")
    comment = lab.comments.add(
        Comment(
            id=new_id(lab, post), network=call.network, account=post.account, post=post.id, author=call.who.name,
            author_id=call.who.id, text=message, at=lab.clock.now(), parent=parent, own=True,
        )
    )  # fmt: skip
    where = facebook.place(lab, post) if call.network == "facebook" else instagram.place(post)
    lab.publications.record(
        "published", network=call.network, account=call.who.id, id=comment.id, kind="comment", at=comment.at,
        text=message, media=[], link="", place=f"{where}#c{comment.id}", under=parent or post.id,
    )  # fmt: skip
    return comment


def new_id(lab: LabState, post: Post) -> str:
    number = lab.book.next_number()
    return f"{post.id.rpartition('_')[2]}_{number}" if post.network == "facebook" else f"1790{number:013d}"


def _own(lab: LabState, call: Call) -> Comment:
    comment = lab.comments.get(call.network, call.params["id"])
    if comment is None:
        raise errors.not_found(call.params["id"], call.method)
    return comment


def _shown(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    if call.network == "facebook":
        return asked(call, "Comment", _facebook_shape(lab, call, comment), FACEBOOK_DEFAULT)
    return asked(call, "IGComment", _instagram_shape(lab, comment), INSTAGRAM_DEFAULT)


def _facebook_shape(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    post = lab.posts.get("facebook", comment.post)
    where = facebook.place(lab, post) if post else ""
    return {
        "id": comment.id, "message": comment.text, "created_time": iso_offset(comment.at), "is_hidden": comment.hidden,
        "from": {"id": comment.author_id, "name": comment.author}, "can_hide": not comment.own, "like_count": 0,
        "comment_count": len(lab.comments.answers("facebook", comment.id)), "can_comment": True,
        "parent": {"id": comment.parent} if comment.parent else None, "object": {"id": comment.post},
        "permalink_url": f"{call.origin}{where}#c{comment.id}",
    }  # fmt: skip


def _instagram_shape(lab: LabState, comment: Comment) -> dict[str, Any]:
    answers = lab.comments.answers("instagram", comment.id)
    replies = [{"id": answer.id, "text": answer.text, "timestamp": iso_offset(answer.at)} for answer in answers]
    return {
        "id": comment.id, "text": comment.text, "timestamp": iso_offset(comment.at), "hidden": comment.hidden,
        "username": comment.author, "from": {"id": comment.author_id, "username": comment.author}, "like_count": 0,
        "media": {"id": comment.post}, "parent_id": comment.parent or None, "user": {"id": comment.author_id},
        "replies": {"data": replies} if replies else None,
    }  # fmt: skip
