"""Posts of the accounts and the comments under them."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from lab.store.database import Database


@dataclass
class Post:
    """A post of an account: a draft is invisible, a public post has a page."""

    network: str
    id: str
    account: str
    kind: str
    text: str
    created_at: float
    shown: str = ""  # the text as the network returns it (X rewrites links and escapes entities)
    link: str = ""
    media: list[str] = field(default_factory=list)
    reply_to: str = ""
    conversation: str = ""
    state: str = "draft"  # draft | public | private | withdrawn
    public_at: float | None = None
    rank: int = 0  # position in the order of publication, which is not the order of creation
    extra: dict[str, Any] = field(default_factory=dict)
    seq: int = 0


class Posts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, post: Post) -> Post:
        fields = self._columns(post)
        del fields["seq"]
        post.seq = self._database.insert("posts", fields)
        return post

    def save(self, post: Post) -> None:
        self._database.insert("posts", self._columns(post), replace=True)

    def _columns(self, post: Post) -> dict[str, Any]:
        encoded = {"shown": post.shown or post.text, "media": json.dumps(post.media), "extra": json.dumps(post.extra)}
        return vars(post) | encoded

    def remove_draft(self, post: Post) -> None:
        """Delete a post that was never public; any other post stays."""
        self._database.execute("DELETE FROM posts WHERE network=? AND id=? AND state='draft'", (post.network, post.id))

    def get(self, network: str, id: str) -> Post | None:
        return self._first("SELECT * FROM posts WHERE network=? AND id=?", (network, id))

    def get_public(self, network: str, id: str) -> Post | None:
        return self._first("SELECT * FROM posts WHERE network=? AND id=? AND state='public'", (network, id))

    def get_by_shortcode(self, shortcode: str) -> Post | None:
        """Return the Instagram post whose page has this code in its URL."""
        sql = "SELECT * FROM posts WHERE network='instagram' AND json_extract(extra, '$.shortcode')=?"
        return self._first(sql, (shortcode,))

    def get_by_key(self, account: str, key: str, *, since: float) -> Post | None:
        """Return the latest Mastodon post that an account created with an idempotency key after `since`."""
        sql = (
            "SELECT * FROM posts WHERE network='mastodon' AND account=? AND json_extract(extra, '$.key')=?"
            " AND created_at>? ORDER BY seq DESC LIMIT 1"
        )
        return self._first(sql, (account, key, since))

    def _first(self, sql: str, values: tuple[Any, ...]) -> Post | None:
        row = self._database.row(sql, values)
        return _post(row) if row is not None else None

    def has_text(self, network: str, account: str, text: str) -> bool:
        """Whether the account has a public post with exactly this text."""
        sql = "SELECT * FROM posts WHERE network=? AND account=? AND text=? AND state='public'"
        return self._first(sql, (network, account, text)) is not None

    def latest(
        self,
        network: str,
        account: str,
        *,
        limit: int,
        before: int = 0,
        since: float = 0.0,
        until: float = math.inf,
        after_id: str = "",
        with_private: bool = False,
    ) -> list[Post]:
        """Return public posts of one account, the last published first; with `before`, only those of a lower rank.

        The account itself also sees its private ones.
        """
        return self._all(
            "SELECT * FROM posts WHERE network=? AND account=? AND state IN ('public', ?) AND (?=0 OR rank<?)"
            " AND public_at BETWEEN ? AND ? AND (?='' OR CAST(id AS INTEGER)>CAST(? AS INTEGER))"
            " ORDER BY rank DESC LIMIT ?",
            (
                network,
                account,
                "private" if with_private else "public",
                before,
                before,
                since,
                until,
                after_id,
                after_id,
                limit,
            ),
        )

    def private_of(self, network: str, account: str) -> list[Post]:
        """Return the private posts of an account, oldest first."""
        sql = "SELECT * FROM posts WHERE network=? AND account=? AND state='private' ORDER BY seq"
        return self._all(sql, (network, account))

    def latest_anywhere(self, limit: int) -> list[Post]:
        return self._all("SELECT * FROM posts WHERE state='public' ORDER BY rank DESC LIMIT ?", (limit,))

    def in_conversation(self, network: str, conversation: str) -> list[Post]:
        """Return the public posts of a conversation, in the order of creation."""
        sql = "SELECT * FROM posts WHERE network=? AND conversation=? AND state='public' ORDER BY seq"
        return self._all(sql, (network, conversation))

    def search(self, network: str, text: str, limit: int) -> list[Post]:
        """Return public posts that contain a text, newest first."""
        sql = "SELECT * FROM posts WHERE network=? AND state='public' AND instr(text, ?)>0 ORDER BY seq DESC LIMIT ?"
        return self._all(sql, (network, text, limit))

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[Post]:
        return [_post(row) for row in self._database.rows(sql, values)]

    def count(self, network: str, account: str) -> int:
        """Return how many public posts an account has."""
        sql = "SELECT count(*) FROM posts WHERE network=? AND account=? AND state='public'"
        return int(self._database.value(sql, (network, account)))

    def count_since(self, network: str, account: str, since: float) -> int:
        """Return how many posts of an account became public after `since`, withdrawn posts included."""
        sql = "SELECT count(*) FROM posts WHERE network=? AND account=? AND public_at>=?"
        return int(self._database.value(sql, (network, account, since)))


def _post(row: sqlite3.Row) -> Post:
    fields = dict(row)
    fields["media"] = json.loads(fields["media"])
    fields["extra"] = json.loads(fields["extra"])
    return Post(**fields)


@dataclass
class Comment:
    """A comment, mention or message of a citizen to an account, or a comment of the account itself.

    A mention is the citizen's own post and a message is private, so that neither has a `post`.
    """

    id: str
    network: str
    account: str  # the account that published the post
    post: str
    author: str
    author_id: str
    text: str
    at: float
    parent: str = ""
    own: bool = False  # written by the account itself, through the API
    hidden: bool = False
    kind: str = "comment"  # comment | mention | message
    edited_at: float = 0.0
    seq: int = 0


class Comments:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, comment: Comment) -> Comment:
        fields = dict(vars(comment))
        del fields["seq"]
        comment.seq = self._database.insert("comments", fields)
        return comment

    def set_hidden(self, id: str, hidden: bool) -> None:
        self._database.execute("UPDATE comments SET hidden=? WHERE id=?", (hidden, id))

    def edit(self, id: str, text: str, at: float) -> None:
        self._database.execute("UPDATE comments SET text=?, edited_at=? WHERE id=?", (text, at, id))

    def remove(self, id: str) -> None:
        self._database.execute("DELETE FROM comments WHERE id=?", (id,))

    def get(self, network: str, id: str) -> Comment | None:
        row = self._database.row("SELECT * FROM comments WHERE network=? AND id=?", (network, id))
        return _comment(row) if row is not None else None

    def under(self, network: str, post: str) -> list[Comment]:
        """Return all comments under a post and the replies to them, oldest first."""
        return self._all("SELECT * FROM comments WHERE network=? AND post=? ORDER BY seq", (network, post))

    def replies(self, network: str, parent: str) -> list[Comment]:
        """Return the replies to a comment, oldest first."""
        return self._all("SELECT * FROM comments WHERE network=? AND parent=? ORDER BY seq", (network, parent))

    def for_account(self, network: str, account: str, *, limit: int, after: int = 0, before: int = 0) -> list[Comment]:
        """Return what citizens wrote to an account, newest first.

        Sequence numbers are above `after` and, unless it is 0, below `before`.
        """
        sql = (
            "SELECT * FROM comments WHERE network=? AND account=? AND own=0 AND seq>? AND (?=0 OR seq<?)"
            " ORDER BY seq DESC LIMIT ?"
        )
        return self._all(sql, (network, account, after, before, before, limit))

    def after(self, network: str, seq: int) -> list[Comment]:
        """Return what citizens wrote on a network after a sequence number, oldest first."""
        return self._all("SELECT * FROM comments WHERE network=? AND own=0 AND seq>? ORDER BY seq", (network, seq))

    def last_seq(self) -> int:
        """Return the sequence number of the newest comment."""
        return int(self._database.value("SELECT coalesce(max(seq), 0) FROM comments", ()))

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[Comment]:
        return [_comment(row) for row in self._database.rows(sql, values)]


def _comment(row: sqlite3.Row) -> Comment:
    fields = dict(row)
    fields["own"] = bool(fields["own"])
    fields["hidden"] = bool(fields["hidden"])
    return Comment(**fields)
