"""Reads of X: posts, timelines, mentions, recent search and users."""

from __future__ import annotations

import re
from typing import Any

from lab.accounts import Account
from lab.clock import parse_instant
from lab.messages import ApiError, Call, Response
from lab.moderation import restricted
from lab.people import handle_of
from lab.state import LabState
from lab.store.posts import Comment, Post
from lab.x import errors
from lab.x.posts import media_key, shape, shape_comment

DEFAULT_FIELDS = ("id", "text", "edit_history_post_ids")
SHAPE_PARAMETERS = ("post.fields", "user.fields", "media.fields", "expansions")
USER_FIELDS = ("id", "name", "username")
MAX_RESULTS = 100


async def get_post(lab: LabState, call: Call) -> Response:
    return Response(_post_or_reply(lab, call, call.params["id"]))


async def get_posts(lab: LabState, call: Call) -> Response:
    data: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    for id in call.query.get("ids", "").split(","):
        try:
            data.append(_post_or_reply(lab, call, id)["data"])
        except ApiError as error:
            missing += error.response.body["errors"]
    return Response({"data": data} | ({"errors": missing} if missing else {}))


def _post_or_reply(lab: LabState, call: Call, id: str) -> dict[str, Any]:
    post = lab.posts.get_public("x", id)
    if post is not None:
        return _includes(lab, call, [post]) | {"data": _selected(call, shape(lab, post))}
    comment = lab.comments.get("x", id)
    if comment is None:
        raise errors.not_found("tweet", id)
    return {"data": _selected(call, shape_comment(lab, comment))}


def _reject_unknown_params(call: Call, *known: str) -> None:
    unknown = call.unknown_params(*known, "max_results", "since_id", *SHAPE_PARAMETERS)
    if unknown:
        raise errors.not_supported(f"{call.endpoint}?{'&'.join(unknown)}")


async def list_user_posts(lab: LabState, call: Call) -> Response:
    _reject_unknown_params(call, "start_time", "pagination_token")
    account = lab.accounts.get("x", call.params["id"])
    if account is None:
        raise errors.not_found("user", call.params["id"])
    limit = _max_results(call)
    posts = lab.posts.latest(
        "x",
        account.id,
        limit=limit + 1,
        before=int(call.query.get("pagination_token") or 0),
        since=_start_time(call),
        until=lab.lists_until(account),
        after_id=call.query.get("since_id", ""),
    )
    page, has_more = posts[:limit], len(posts) > limit
    errors.charge(lab, call, errors.OWN_READ * len(page))
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if has_more:
        meta["next_token"] = str(page[-1].rank)
    body = _includes(lab, call, page) | {"meta": meta}
    if page:
        body["data"] = [_selected(call, shape(lab, post)) for post in page]
    return Response(body)


async def list_mentions(lab: LabState, call: Call) -> Response:
    """List what citizens wrote to an account: the replies to its posts, and the posts that mention it."""
    _reject_unknown_params(call, "pagination_token")
    limit, before = _max_results(call), int(call.query.get("pagination_token") or 0)
    since = lab.comments.get("x", call.query.get("since_id", ""))
    listed = lab.comments.for_account(
        "x", call.params["id"], limit=limit + 1, before=before, after=since.seq if since else 0
    )
    page = [comment for comment in listed[:limit] if comment.kind != "message"]
    errors.charge(lab, call, errors.OTHER_READ * len(page))
    response = _list_response(call, [(comment.id, shape_comment(lab, comment)) for comment in page], page)
    if len(listed) > limit:
        response.body["meta"]["next_token"] = str(listed[limit - 1].seq)
    return response


async def search(lab: LabState, call: Call) -> Response:
    """Search recent posts; the lab implements conversation_id:, from: and plain words."""
    _reject_unknown_params(call, "query")
    query = call.query.get("query", "")
    conversation = re.search(r"conversation_id:(\d+)", query)
    limit = _max_results(call, minimum=10)
    if conversation is not None:
        replies = lab.comments.under("x", conversation[1])
        own = [post for post in lab.posts.in_conversation("x", conversation[1]) if post.id != conversation[1]]
    else:
        replies, own = [], _search_posts(lab, query, limit)
    entries = [(comment.id, shape_comment(lab, comment)) for comment in replies]
    entries += [(post.id, shape(lab, post)) for post in own]
    entries.sort(key=lambda entry: int(entry[0]), reverse=True)
    return _list_response(call, entries[:limit], replies)


def _search_posts(lab: LabState, query: str, limit: int) -> list[Post]:
    handle = re.search(r"from:(\w+)", query)
    text = re.sub(r"\w+:\S+", "", query).strip().strip('"')
    account = lab.accounts.get_by_handle("x", handle[1]) if handle else None
    if handle and account is None:
        return []
    posts = lab.posts.search("x", text, limit)
    return [post for post in posts if account is None or post.account == account.id]


def _list_response(call: Call, entries: list[tuple[str, dict[str, Any]]], comments: list[Comment]) -> Response:
    """Return a list of (id, post in X's format), newest first, with the authors of the comments when requested."""
    body: dict[str, Any] = {"meta": {"result_count": len(entries)}}
    if entries:
        body["data"] = [_selected(call, shaped) for _, shaped in entries]
        body["meta"] |= {"newest_id": entries[0][0], "oldest_id": entries[-1][0]}
    if "author_id" in _names(call, "expansions") and comments:
        users = {comment.author_id: comment.author for comment in comments}
        body["includes"] = {
            "users": [{"id": id, "name": name, "username": handle_of(id)} for id, name in users.items()]
        }
    return Response(body)


async def get_me(lab: LabState, call: Call) -> Response:
    return Response({"data": _user(lab, call, call.caller)})


async def get_user_by_handle(lab: LabState, call: Call) -> Response:
    account = lab.accounts.get_by_handle("x", call.params["username"])
    if account is None:
        raise errors.not_found("user", call.params["username"])
    return Response({"data": _user(lab, call, account)})


def _user(lab: LabState, call: Call, account: Account) -> dict[str, Any]:
    count = lab.posts.count("x", account.id)
    fields = {
        "id": account.id,
        "name": account.name,
        "username": account.handle,
        "verified": False,
        "protected": False,
        "public_metrics": {
            "followers_count": 0,
            "following_count": 0,
            "listed_count": 0,
            "post_count": count,
        },
    }
    names = {*USER_FIELDS, *call.query.get("user.fields", "").split(",")}
    return {name: value for name, value in fields.items() if name in names}


def _selected(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the default fields, those of `post.fields`, and the field of each expansion."""
    expanded = (name.partition(".")[0] for name in _names(call, "expansions"))
    names = {*DEFAULT_FIELDS, *_names(call, "post.fields"), *expanded}
    return {name: value for name, value in fields.items() if name in names}


def _names(call: Call, parameter: str) -> list[str]:
    return call.query.get(parameter, "").split(",")


def _includes(lab: LabState, call: Call, posts: list[Post]) -> dict[str, Any]:
    """Return the `includes` that a call requests in `expansions`."""
    expansions, includes = _names(call, "expansions"), {}
    if "attachments.media_keys" in expansions:
        media = [item for post in posts for item in lab.media.get_many("x", post.media)]
        includes["media"] = [
            {
                "media_key": media_key(item),
                "type": "photo" if item.kind == "image" else item.kind,
                "url": f"{call.origin}/media/{item.sha256}",
                "alt_text": item.alt,
                "width": item.width,
                "height": item.height,
            }
            for item in media
        ]
    if "referenced_posts" in expansions:
        parents = [lab.posts.get_public("x", post.reply_to) for post in posts if post.reply_to]
        includes["posts"] = [_selected(call, shape(lab, parent)) for parent in parents if parent]
    if "author_id" in expansions:
        accounts = {post.account: lab.accounts.get("x", post.account) for post in posts}
        includes["users"] = [_user(lab, call, account) for account in accounts.values() if account]
    return {"includes": includes} if any(includes.values()) else {}


def _max_results(call: Call, minimum: int = 5) -> int:
    value = call.query.get("max_results", "10")
    if not value.isdigit() or not minimum <= int(value) <= MAX_RESULTS:
        raise errors.invalid("max_results", value, f"max_results must be between {minimum} and {MAX_RESULTS}")
    return int(value)


def _start_time(call: Call) -> float:
    value = call.query.get("start_time", "")
    try:
        return parse_instant(value) if value else 0.0
    except ValueError:
        raise errors.invalid("start_time", value, "start_time is not a valid instant") from None


async def list_blocking(lab: LabState, call: Call) -> Response:
    """List the people that the account blocked."""
    return _restricted_page(lab, call, "BLOCK")


async def list_muting(lab: LabState, call: Call) -> Response:
    """List the people that the account muted."""
    return _restricted_page(lab, call, "MUTE")


def _restricted_page(lab: LabState, call: Call, kind: str) -> Response:
    if call.params["id"] != call.caller.id:
        raise errors.error(403, "Forbidden", "You are not permitted to perform this action.")
    people, start = restricted(call.caller, kind), int(call.query.get("pagination_token") or 0)
    page = people[start : start + int(call.query.get("max_results") or 100)]
    errors.charge(lab, call, errors.OWN_READ * len(page))
    data = [{"id": str(one["id"]), "name": one.get("name", ""), "username": one.get("username", "")} for one in page]
    meta: dict[str, Any] = {"result_count": len(page)}
    if start + len(page) < len(people):
        meta["next_token"] = f"{start + len(page):016d}"
    return Response({"meta": meta} | ({"data": data} if data else {}))
