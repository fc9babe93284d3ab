"""Reading Mastodon: one post, an account's own, a conversation, who we are, and what the server takes."""

from __future__ import annotations

from typing import Any

from lab.ledger import Post
from lab.mastodon import errors, media, text
from lab.mastodon.statuses import MAX_PICTURES, limit_of, shape, shape_account, shape_comment
from lab.messages import Answer, Call
from lab.state import LabState

PAGE, MAX_PAGE = 20, 40
PAGING = ("limit", "max_id", "since_id", "min_id")


async def get(lab: LabState, call: Call) -> Answer:
    post = _public(lab, call.params["id"])
    if post is not None:
        return Answer(shape(lab, call, post))
    comment = lab.comments.get("mastodon", call.params["id"])
    if comment is None:
        raise errors.not_found()
    return Answer(shape_comment(lab, call, comment))


async def context(lab: LabState, call: Call) -> Answer:
    """What came before a post in its conversation, and what is under it: our own posts and the citizens'."""
    post = _public(lab, call.params["id"])
    if post is None:
        raise errors.not_found()
    thread = lab.posts.in_conversation("mastodon", post.conversation)
    before = [each for each in thread if int(each.id) < int(post.id)]
    after = [(each.id, shape(lab, call, each)) for each in thread if int(each.id) > int(post.id)]
    under = lab.comments.under("mastodon", post.conversation)
    after += [(each.id, shape_comment(lab, call, each)) for each in under if not each.hidden]
    after.sort(key=lambda entry: int(entry[0]))
    ancestors = [shape(lab, call, each) for each in before]
    return Answer({"ancestors": ancestors, "descendants": [shaped for _, shaped in after]})


async def own_posts(lab: LabState, call: Call) -> Answer:
    beyond = call.beyond(*PAGING, "exclude_reblogs", "exclude_replies")
    if beyond:
        raise errors.not_spoken(f"{call.address}?{'&'.join(beyond)}")
    account = lab.accounts.get("mastodon", call.params["id"])
    if account is None:
        raise errors.not_found()
    before = lab.posts.get("mastodon", call.query.get("max_id", ""))
    found = lab.posts.latest(
        "mastodon", account.id, limit=_limit(call), before=before.rank if before else 0, until=lab.settled(account),
        after_id=call.query.get("since_id") or call.query.get("min_id") or "",
    )  # fmt: skip
    if call.query.get("exclude_replies") == "true":
        found = [post for post in found if not post.reply_to]
    return Answer([shape(lab, call, post) for post in found])


async def me(lab: LabState, call: Call) -> Answer:
    return Answer(shape_account(call, call.who))


async def instance(lab: LabState, call: Call) -> Answer:
    """What the server of the account that asks takes; anybody may ask."""
    return Answer(
        {
            "domain": call.origin.partition("://")[2], "title": "Laboratorio", "version": "4.5.0",
            "configuration": {
                "statuses": {
                    "max_characters": limit_of(call.account), "max_media_attachments": MAX_PICTURES,
                    "characters_reserved_per_url": text.LINK_WEIGHT,
                },
                "media_attachments": _media_limits(),
            },
        }
    )  # fmt: skip


def _media_limits() -> dict[str, Any]:
    return {
        "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"],
        "image_size_limit": media.MAX_BYTES["image"],
        "video_size_limit": media.MAX_BYTES["video"],
        "description_limit": media.MAX_DESCRIPTION,
    }


def _public(lab: LabState, id: str) -> Post | None:
    post = lab.posts.get("mastodon", id)
    return post if post is not None and post.state == "public" else None


def _limit(call: Call) -> int:
    asked = call.query.get("limit", "")
    return min(int(asked), MAX_PAGE) if asked.isdigit() else PAGE
