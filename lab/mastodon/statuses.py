"""Posting on Mastodon: within an hour, the same key twice is the same post; after it, it is another one."""

from __future__ import annotations

from typing import Any

from lab.accounts import Account
from lab.clock import iso_millis
from lab.ledger import Comment, Media, Post
from lab.mastodon import errors, media, text
from lab.messages import Answer, Call
from lab.state import LabState

KEY_LIFE = 3600.0
MAX_CHARACTERS = 500
MAX_PICTURES = 4
KNOWN = ("status", "media_ids", "in_reply_to_id", "visibility", "language", "sensitive", "spoiler_text")


def place(lab: LabState, post: Post) -> str:
    account = lab.accounts.get("mastodon", post.account)
    return f"/mastodon/@{account.handle if account else post.account}/{post.id}"


def limit_of(account: Account | None) -> int:
    """How many characters an account's server takes: the laboratory has one server for each account."""
    return int(account.extra.get("max_characters", MAX_CHARACTERS)) if account else MAX_CHARACTERS


async def create(lab: LabState, call: Call) -> Answer:
    beyond = call.beyond(*KNOWN)
    if beyond or call.field("visibility", "public") != "public":
        raise errors.not_spoken(f"{call.address} {', '.join(beyond) or call.field('visibility')}")
    key, now = call.headers.get("Idempotency-Key", ""), lab.clock.now()
    known = lab.posts.by_key(call.who.id, key, since=now - KEY_LIFE) if key else None
    if known is not None:
        return Answer(shape(lab, call, known))
    wanted, attached = call.field("status"), _attached(lab, call)
    _check_text(call, wanted, attached)
    post = _compose(lab, call, wanted, attached, key)
    for each in attached:
        each.extra["post"] = post.id
        lab.media.remember(each)
    lab.record_public(post, place=place(lab, post))
    return Answer(shape(lab, call, post))


def _check_text(call: Call, wanted: str, attached: list[Media]) -> None:
    most = limit_of(call.account)
    if not wanted.strip() and not attached:
        raise errors.invalid("Text can't be blank")
    if text.length(wanted) > most:
        raise errors.invalid(f"Text character limit of {most} exceeded")


def _attached(lab: LabState, call: Call) -> list[Media]:
    given = call.fields.get("media_ids") or call.fields.get("media_ids[]") or []
    ids = [str(id) for id in (given if isinstance(given, list) else [given])]
    if len(ids) > MAX_PICTURES:
        raise errors.error(422, "Cannot attach more than 4 files")
    found = lab.media.of("mastodon", ids)
    if len(found) != len(ids) or any(each.account != call.who.id or "post" in each.extra for each in found):
        raise errors.error(422, f"Media {', '.join(ids)} not found or already attached to another post")
    if len(found) > 1 and any(each.kind != "image" for each in found):
        raise errors.error(422, "Cannot attach a video to a post that already contains images")
    if any(each.ready_at > lab.clock.now() for each in found):
        raise errors.error(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    return found


def _compose(lab: LabState, call: Call, wanted: str, attached: list[Media], key: str) -> Post:
    now, reply_to = lab.clock.now(), call.field("in_reply_to_id")
    if reply_to and not _is_there(lab, reply_to):
        raise errors.not_found()
    id = media.new_id(now)
    links = [piece for piece, is_link in text.pieces(wanted) if is_link]
    shown = text.to_html(wanted, call.origin, lambda handle: lab.accounts.by_handle("mastodon", handle) is not None)
    return Post(
        "mastodon", id, call.who.id, "status", wanted, now, shown=shown, link=links[0] if links else "",
        media=[each.id for each in attached], reply_to=reply_to, conversation=_conversation(lab, reply_to) or id,
        extra={"key": key} if key else {},
    )  # fmt: skip


def _is_there(lab: LabState, id: str) -> bool:
    post = lab.posts.get("mastodon", id)
    return post.state == "public" if post else lab.comments.get("mastodon", id) is not None


def _conversation(lab: LabState, reply_to: str) -> str:
    answered = lab.posts.get("mastodon", reply_to) if reply_to else None
    comment = lab.comments.get("mastodon", reply_to) if reply_to and answered is None else None
    return answered.conversation if answered else comment.post if comment else ""


async def delete(lab: LabState, call: Call) -> Answer:
    post = lab.posts.get("mastodon", call.params["id"])
    if post is None or post.account != call.who.id or post.state != "public":
        raise errors.not_found()
    lab.withdraw(post, place=place(lab, post))
    return Answer(shape(lab, call, post) | {"text": post.text})


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    account = lab.accounts.get("mastodon", post.account)
    return _status(call, post.id, post.shown, post.created_at, call.origin + place(lab, post)) | {
        "in_reply_to_id": post.reply_to or None,
        "media_attachments": [media.shape(lab, call, each) for each in lab.media.of("mastodon", post.media)],
        "replies_count": len(lab.comments.under("mastodon", post.conversation)),
        "account": shape_account(call, account) if account else None,
    }


def shape_comment(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    """A citizen's reply, as the post that it is on Mastodon."""
    answered = lab.posts.get("mastodon", comment.post)
    address = f"{call.origin}{place(lab, answered) if answered else ''}#c{comment.id}"
    content = text.to_html(comment.text, call.origin, lambda _: False)
    return _status(call, comment.id, content, comment.at, address) | {
        "in_reply_to_id": comment.parent or comment.post,
        "account": {"id": comment.author_id, "username": f"u{comment.author_id[-12:]}", "display_name": comment.author},
    }


def shape_account(call: Call, account: Account) -> dict[str, Any]:
    return {
        "id": account.id, "username": account.handle, "acct": account.handle, "display_name": account.name,
        "url": f"{call.origin}/mastodon/@{account.handle}", "locked": False, "bot": False,
    }  # fmt: skip


def _status(call: Call, id: str, content: str, at: float, address: str) -> dict[str, Any]:
    return {
        "id": id, "created_at": iso_millis(at), "content": content, "url": address, "uri": address,
        "visibility": "public", "language": "es", "sensitive": False, "spoiler_text": "", "reblog": None,
        "in_reply_to_id": None, "media_attachments": [], "mentions": [], "tags": [], "card": None, "poll": None,
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
    }  # fmt: skip
