"""Reading X: one post, an account's own posts, a conversation, who answered. What reconciliation looks at."""

from __future__ import annotations

import re
from typing import Any

from lab.accounts import Account
from lab.clock import parse_instant
from lab.ledger import Comment, Post
from lab.messages import Answer, Call, Refusal
from lab.state import LabState
from lab.x import problems, rate_limits
from lab.x.posts import media_key, shape, shape_comment

DEFAULT_FIELDS = ("id", "text", "edit_history_tweet_ids")
SHAPE_PARAMETERS = ("tweet.fields", "post.fields", "user.fields", "media.fields", "expansions")
USER_FIELDS = ("id", "name", "username")
PAGE = range(5, 101)


async def get(lab: LabState, call: Call) -> Answer:
    return Answer(_one(lab, call, call.params["id"]))


async def get_many(lab: LabState, call: Call) -> Answer:
    data: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for id in call.query.get("ids", "").split(","):
        try:
            data.append(_one(lab, call, id)["data"])
        except Refusal as missing:
            errors += missing.answer.body["errors"]
    return Answer({"data": data} | ({"errors": errors} if errors else {}))


def _one(lab: LabState, call: Call, id: str) -> dict[str, Any]:
    post = lab.posts.get("x", id)
    if post is not None and post.state == "public":
        return _page(lab, call, [post]) | {"data": _asked(call, shape(lab, post))}
    comment = lab.comments.get("x", id)
    if comment is None:
        raise problems.not_found("tweet", id)
    return {"data": _asked(call, shape_comment(lab, comment))}


def _refuse_beyond(call: Call, *known: str) -> None:
    beyond = call.beyond(*known, "max_results", "since_id", *SHAPE_PARAMETERS)
    if beyond:
        raise problems.not_spoken(f"{call.address}?{'&'.join(beyond)}")


async def own_posts(lab: LabState, call: Call) -> Answer:
    _refuse_beyond(call, "start_time", "pagination_token")
    account = lab.accounts.get("x", call.params["id"])
    if account is None:
        raise problems.not_found("user", call.params["id"])
    limit = _max_results(call)
    found = lab.posts.latest(
        "x", account.id, limit=limit + 1, before=int(call.query.get("pagination_token") or 0),
        since=_start_time(call), until=lab.settled(account), after_id=call.query.get("since_id", ""),
    )  # fmt: skip
    page, more = found[:limit], len(found) > limit
    rate_limits.charge(lab, call, rate_limits.OWN_READ * len(page))
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if more:
        meta["next_token"] = str(page[-1].rank)
    body = _page(lab, call, page) | {"meta": meta}
    if page:
        body["data"] = [_asked(call, shape(lab, post)) for post in page]
    return Answer(body)


async def mentions(lab: LabState, call: Call) -> Answer:
    _refuse_beyond(call)
    found = lab.comments.for_account("x", call.params["id"], limit=_max_results(call))
    since = call.query.get("since_id", "")
    if since:
        found = [comment for comment in found if int(comment.id) > int(since)]
    return _comments(call, [(comment.id, shape_comment(lab, comment)) for comment in found], found)


async def search(lab: LabState, call: Call) -> Answer:
    """Recent search, of which the laboratory understands conversation_id:, from:, in_reply_to and plain words."""
    _refuse_beyond(call, "query")
    query = call.query.get("query", "")
    conversation = re.search(r"conversation_id:(\d+)", query)
    limit = _max_results(call, low=10)
    if conversation is not None:
        replies = lab.comments.under("x", conversation[1])
        own = [post for post in lab.posts.in_conversation("x", conversation[1]) if post.id != conversation[1]]
    else:
        replies, own = [], _search_posts(lab, query, limit)
    entries = [(comment.id, shape_comment(lab, comment)) for comment in replies]
    entries += [(post.id, shape(lab, post)) for post in own]
    entries.sort(key=lambda entry: int(entry[0]), reverse=True)
    return _comments(call, entries[:limit], replies)


def _search_posts(lab: LabState, query: str, limit: int) -> list[Post]:
    handle = re.search(r"from:(\w+)", query)
    words = re.sub(r"\w+:\S+", "", query).strip().strip('"')
    account = lab.accounts.by_handle("x", handle[1]) if handle else None
    if handle and account is None:
        return []
    found = lab.posts.find("x", words, limit)
    return [post for post in found if account is None or post.account == account.id]


def _comments(call: Call, entries: list[tuple[str, dict[str, Any]]], authors: list[Comment]) -> Answer:
    body: dict[str, Any] = {"meta": {"result_count": len(entries)}}
    if entries:
        body["data"] = [_asked(call, shaped) for _, shaped in entries]
        body["meta"] |= {"newest_id": entries[0][0], "oldest_id": entries[-1][0]}
    if "author_id" in call.query.get("expansions", "") and authors:
        users = {who.author_id: who.author for who in authors}
        body["includes"] = {
            "users": [{"id": id, "name": name, "username": f"u{id[-12:]}"} for id, name in users.items()]
        }
    return Answer(body)


async def me(lab: LabState, call: Call) -> Answer:
    return Answer({"data": _user(lab, call, call.who)})


async def user_by_handle(lab: LabState, call: Call) -> Answer:
    account = lab.accounts.by_handle("x", call.params["handle"])
    if account is None:
        raise problems.not_found("user", call.params["handle"])
    return Answer({"data": _user(lab, call, account)})


def _user(lab: LabState, call: Call, account: Account) -> dict[str, Any]:
    count = lab.posts.count("x", account.id)
    known = {
        "id": account.id, "name": account.name, "username": account.handle, "verified": False, "protected": False,
        "public_metrics": {"followers_count": 0, "following_count": 0, "listed_count": 0, "like_count": 0,
                           "media_count": 0, "tweet_count": count, "post_count": count},
    }  # fmt: skip
    names = {*USER_FIELDS, *call.query.get("user.fields", "").split(",")}
    return {name: value for name, value in known.items() if name in names}


def _asked(call: Call, shaped: dict[str, Any]) -> dict[str, Any]:
    """Only what was asked for, as X: id, text and the fields named in tweet.fields (post.fields in newer clients)."""
    wanted = call.query.get("tweet.fields", "") + "," + call.query.get("post.fields", "")
    names = {*DEFAULT_FIELDS, *wanted.split(",")}
    return {name: value for name, value in shaped.items() if name in names}


def _page(lab: LabState, call: Call, posts: list[Post]) -> dict[str, Any]:
    """The `includes` a call asked for."""
    wanted, includes = call.query.get("expansions", ""), {}
    if "attachments.media_keys" in wanted:
        media = [item for post in posts for item in lab.media.of("x", post.media)]
        includes["media"] = [
            {"media_key": media_key(item), "type": "photo" if item.kind == "image" else item.kind,
             "url": f"{call.origin}/media/{item.sha256}", "alt_text": item.alt,
             "width": item.width, "height": item.height}
            for item in media
        ]  # fmt: skip
    if "author_id" in wanted:
        accounts = {post.account: lab.accounts.get("x", post.account) for post in posts}
        includes["users"] = [_user(lab, call, account) for account in accounts.values() if account]
    return {"includes": includes} if any(includes.values()) else {}


def _max_results(call: Call, low: int = 5) -> int:
    asked = call.query.get("max_results", "10")
    if not asked.isdigit() or not low <= int(asked) <= PAGE[-1]:
        raise problems.invalid("max_results", asked, f"max_results must be between {low} and 100")
    return int(asked)


def _start_time(call: Call) -> float:
    asked = call.query.get("start_time", "")
    try:
        return parse_instant(asked) if asked else 0.0
    except ValueError:
        raise problems.invalid("start_time", asked, "start_time is not a valid instant") from None
