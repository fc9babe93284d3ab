"""Posts on Mastodon: publishing with an idempotency key, withdrawing and reading."""

from __future__ import annotations

from typing import Any

from lab.accounts import Account
from lab.clock import iso_millis
from lab.mastodon import errors, media, text
from lab.messages import Call, Response
from lab.people import handle_of
from lab.state import LabState
from lab.store.media import Media
from lab.store.posts import Comment, Post

KEY_LIFE = 3600.0  # seconds
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 20, 40
PAGING = ("limit", "max_id", "since_id", "min_id")
MAX_CHARACTERS = 500
PRIVATE = "direct"  # only the people whom the status mentions see it
MAX_MEDIA = 4
PARAMETERS = ("status", "media_ids", "in_reply_to_id", "visibility", "language", "sensitive", "spoiler_text")


def page_path(lab: LabState, post: Post) -> str:
    """Return the path of a post's public page."""
    account = lab.accounts.get("mastodon", post.account)
    return f"/mastodon/@{account.handle if account else post.account}/{post.id}"


def max_characters(account: Account | None) -> int:
    """Return the character limit of an account's server; in the lab each account has a server of its own."""
    return int(account.extra.get("max_characters", MAX_CHARACTERS)) if account else MAX_CHARACTERS


async def create_status(lab: LabState, call: Call) -> Response:
    """Publish a status. Within an hour, the same Idempotency-Key returns the earlier status and publishes nothing."""
    unknown = call.unknown_params(*PARAMETERS)
    visibility = call.field("visibility", "public")
    if unknown or visibility not in ("public", PRIVATE):
        raise errors.not_supported(f"{call.endpoint} {', '.join(unknown) or visibility}")
    key, now = call.headers.get("Idempotency-Key", ""), lab.clock.now()
    earlier = lab.posts.get_by_key(call.caller.id, key, since=now - KEY_LIFE) if key else None
    if earlier is not None:
        return Response(shape(lab, call, earlier))
    content, attached = call.field("status"), _attached_media(lab, call)
    _check_text(call, content, attached)
    post = _compose(lab, call, content, attached, key)
    for item in attached:
        item.extra["post"] = post.id
        lab.media.save_extra(item)
    if visibility == PRIVATE:
        lab.add_private(post, path=page_path(lab, post))
    else:
        lab.add_public(post, path=page_path(lab, post))
    return Response(shape(lab, call, post))


def _check_text(call: Call, content: str, attached: list[Media]) -> None:
    limit = max_characters(call.account)
    if not content.strip() and not attached:
        raise errors.invalid("Text can't be blank")
    if text.length(content) > limit:
        raise errors.invalid(f"Text character limit of {limit} exceeded")


def _attached_media(lab: LabState, call: Call) -> list[Media]:
    given = call.fields.get("media_ids") or call.fields.get("media_ids[]") or []
    ids = [str(id) for id in (given if isinstance(given, list) else [given])]
    if len(ids) > MAX_MEDIA:
        raise errors.error(422, "Cannot attach more than 4 files")
    attached = lab.media.get_many("mastodon", ids)
    if len(attached) != len(ids) or any(item.account != call.caller.id or "post" in item.extra for item in attached):
        raise errors.error(422, f"Media {', '.join(ids)} not found or already attached to another post")
    if len(attached) > 1 and any(item.kind != "image" for item in attached):
        raise errors.error(422, "Cannot attach a video to a post that already contains images")
    if any(item.ready_at > lab.clock.now() for item in attached):
        raise errors.error(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    return attached


def _compose(lab: LabState, call: Call, content: str, attached: list[Media], key: str) -> Post:
    now, reply_to = lab.clock.now(), call.field("in_reply_to_id")
    if reply_to and not _is_visible(lab, reply_to):
        raise errors.not_found()
    id = media.new_id(now)
    links = [piece for piece, is_link in text.pieces(content) if is_link]
    shown = text.to_html(
        content, call.origin, lambda handle: lab.accounts.get_by_handle("mastodon", handle) is not None
    )
    return Post(
        "mastodon",
        id,
        call.caller.id,
        "status",
        content,
        now,
        shown=shown,
        link=links[0] if links else "",
        media=[item.id for item in attached],
        reply_to=reply_to,
        conversation=_conversation(lab, reply_to) or id,
        extra={"key": key} if key else {},
    )


def _is_visible(lab: LabState, id: str) -> bool:
    post = lab.posts.get("mastodon", id)
    return post.state == "public" if post else lab.comments.get("mastodon", id) is not None


def _conversation(lab: LabState, reply_to: str) -> str:
    target = lab.posts.get("mastodon", reply_to) if reply_to else None
    comment = lab.comments.get("mastodon", reply_to) if reply_to and target is None else None
    return target.conversation if target else (comment.post or comment.id) if comment else ""


async def delete_status(lab: LabState, call: Call) -> Response:
    post = lab.posts.get("mastodon", call.params["id"])
    if post is None or post.account != call.caller.id or post.state != "public":
        raise errors.not_found()
    lab.withdraw(post, path=page_path(lab, post))
    return Response(shape(lab, call, post) | {"text": post.text})


def shape(lab: LabState, call: Call, post: Post) -> dict[str, Any]:
    """Return a post in Mastodon's format of a status."""
    account = lab.accounts.get("mastodon", post.account)
    return _status(call, post.id, post.shown, post.created_at, call.origin + page_path(lab, post)) | {
        "in_reply_to_id": post.reply_to or None,
        "visibility": PRIVATE if post.state == "private" else "public",
        "media_attachments": [media.shape(lab, call, item) for item in lab.media.get_many("mastodon", post.media)],
        "replies_count": len(lab.comments.under("mastodon", post.conversation)),
        "account": shape_account(call, account) if account else None,
    }


def shape_comment(lab: LabState, call: Call, comment: Comment) -> dict[str, Any]:
    """Return a citizen's reply in Mastodon's format of a status."""
    post = lab.posts.get("mastodon", comment.post)
    address = f"{call.origin}{page_path(lab, post) if post else ''}#c{comment.id}"
    content = text.to_html(comment.text, call.origin, lambda _: False)
    return _status(call, comment.id, content, comment.at, address) | {
        "in_reply_to_id": comment.parent or comment.post or None,
        "visibility": PRIVATE if comment.kind == "message" else "public",
        "edited_at": iso_millis(comment.edited_at) if comment.edited_at else None,
        "account": _citizen(comment),
    }


def _citizen(comment: Comment) -> dict[str, Any]:
    handle = handle_of(comment.author_id)
    return {"id": comment.author_id, "username": handle, "acct": handle, "display_name": comment.author}


def shape_account(call: Call, account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "username": account.handle,
        "acct": account.handle,
        "display_name": account.name,
        "url": f"{call.origin}/mastodon/@{account.handle}",
        "locked": False,
        "bot": False,
    }


def _status(call: Call, id: str, content: str, at: float, address: str) -> dict[str, Any]:
    return {
        "id": id,
        "created_at": iso_millis(at),
        "edited_at": None,
        "content": content,
        "url": address,
        "uri": address,
        "visibility": "public",
        "language": "es",
        "sensitive": False,
        "spoiler_text": "",
        "reblog": None,
        "in_reply_to_id": None,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "card": None,
        "poll": None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
    }


async def get_status(lab: LabState, call: Call) -> Response:
    post = lab.posts.get("mastodon", call.params["id"])
    if post is not None and (post.state == "public" or (post.state == "private" and post.account == call.caller.id)):
        return Response(shape(lab, call, post))
    comment = lab.comments.get("mastodon", call.params["id"])
    if comment is None:
        raise errors.not_found()
    return Response(shape_comment(lab, call, comment))


async def get_context(lab: LabState, call: Call) -> Response:
    """Return the posts above a post in its conversation, and the posts and replies below it."""
    post = lab.posts.get_public("mastodon", call.params["id"])
    if post is None:
        raise errors.not_found()
    thread = lab.posts.in_conversation("mastodon", post.conversation)
    ancestors = [shape(lab, call, other) for other in thread if int(other.id) < int(post.id)]
    descendants = [shape(lab, call, other) for other in thread if int(other.id) > int(post.id)]
    comments = lab.comments.under("mastodon", post.conversation)
    descendants += [shape_comment(lab, call, comment) for comment in comments if not comment.hidden]
    descendants.sort(key=lambda status: int(status["id"]))
    return Response({"ancestors": ancestors, "descendants": descendants})


async def list_account_statuses(lab: LabState, call: Call) -> Response:
    unknown = call.unknown_params(*PAGING, "exclude_reblogs", "exclude_replies")
    if unknown:
        raise errors.not_supported(f"{call.endpoint}?{'&'.join(unknown)}")
    account = lab.accounts.get("mastodon", call.params["id"])
    if account is None:
        raise errors.not_found()
    before = lab.posts.get("mastodon", call.query.get("max_id", ""))
    posts = lab.posts.latest(
        "mastodon",
        account.id,
        limit=_page_size(call),
        before=before.rank if before else 0,
        until=lab.lists_until(account),
        after_id=call.query.get("since_id") or call.query.get("min_id") or "",
        with_private=account.id == call.caller.id,
    )
    if call.query.get("exclude_replies") == "true":
        posts = [post for post in posts if not post.reply_to]
    return Response([shape(lab, call, post) for post in posts])


async def get_me(lab: LabState, call: Call) -> Response:
    return Response(shape_account(call, call.caller))


async def get_instance(lab: LabState, call: Call) -> Response:
    """Return the limits of the server of the account; the call needs no token."""
    return Response(
        {
            "domain": call.origin.partition("://")[2],
            "title": "Laboratorio",
            "version": "4.5.0",
            "configuration": {
                "statuses": {
                    "max_characters": max_characters(call.account),
                    "max_media_attachments": MAX_MEDIA,
                    "characters_reserved_per_url": text.LINK_LENGTH,
                },
                "media_attachments": _media_limits(),
            },
        }
    )


def _media_limits() -> dict[str, Any]:
    return {
        "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"],
        "image_size_limit": media.MAX_BYTES["image"],
        "video_size_limit": media.MAX_BYTES["video"],
        "description_limit": media.MAX_DESCRIPTION,
    }


def _page_size(call: Call) -> int:
    limit = call.query.get("limit", "")
    return min(int(limit), MAX_PAGE_SIZE) if limit.isdigit() else DEFAULT_PAGE_SIZE
