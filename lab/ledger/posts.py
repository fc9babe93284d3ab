"""Posts of the four networks: a draft is invisible to the public, a public one stays where its address says."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from lab.ledger.database import Database


@dataclass
class Post:
    network: str
    id: str
    account: str
    kind: str
    text: str
    created_at: float
    shown: str = ""  # the text as the network gives it back (X rewrites links and escapes entities)
    link: str = ""
    media: list[str] = field(default_factory=list)
    reply_to: str = ""
    conversation: str = ""
    state: str = "draft"
    public_at: float | None = None
    rank: int = 0  # the place in the order of becoming public, which is not the order of being made
    extra: dict[str, Any] = field(default_factory=dict)
    seq: int = 0


class Posts:
    def __init__(self, book: Database) -> None:
        self._book = book

    def add(self, post: Post) -> Post:
        fields = self._columns(post)
        del fields["seq"]
        post.seq = self._book.insert("posts", fields)
        return post

    def save(self, post: Post) -> None:
        self._book.insert("posts", self._columns(post), replace=True)

    def _columns(self, post: Post) -> dict[str, Any]:
        written = {"shown": post.shown or post.text, "media": json.dumps(post.media), "extra": json.dumps(post.extra)}
        return vars(post) | written

    def remove_draft(self, post: Post) -> None:
        """Only what never was public can disappear without trace."""
        self._book.execute("DELETE FROM posts WHERE network=? AND id=? AND state='draft'", (post.network, post.id))

    def get(self, network: str, id: str) -> Post | None:
        found = self._book.row("SELECT * FROM posts WHERE network=? AND id=?", (network, id))
        return _post(found) if found is not None else None

    def by_shortcode(self, shortcode: str) -> Post | None:
        found = self._book.row(
            "SELECT * FROM posts WHERE network='instagram' AND json_extract(extra, '$.shortcode')=?", (shortcode,)
        )
        return _post(found) if found is not None else None

    def has_text(self, network: str, account: str, text: str) -> bool:
        return bool(
            self._book.value(
                "SELECT 1 FROM posts WHERE network=? AND account=? AND text=? AND state='public' LIMIT 1",
                (network, account, text),
            )
        )

    def by_key(self, account: str, key: str, *, since: float) -> Post | None:
        """The post that an account of Mastodon made with an idempotency key since then."""
        found = self._book.row(
            "SELECT * FROM posts WHERE network='mastodon' AND account=? AND json_extract(extra, '$.key')=?"
            " AND created_at>? ORDER BY seq DESC",
            (account, key, since),
        )
        return _post(found) if found is not None else None

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
    ) -> list[Post]:
        """Public posts of one account in the order they became so, newest first, below the rank `before` when given."""
        found = self._book.rows(
            "SELECT * FROM posts WHERE network=? AND account=? AND state='public' AND (?=0 OR rank<?)"
            " AND public_at BETWEEN ? AND ? AND (?='' OR CAST(id AS INTEGER)>CAST(? AS INTEGER))"
            " ORDER BY rank DESC LIMIT ?",
            (network, account, before, before, since, until, after_id, after_id, limit),
        )
        return [_post(row) for row in found]

    def latest_anywhere(self, limit: int) -> list[Post]:
        found = self._book.rows("SELECT * FROM posts WHERE state='public' ORDER BY rank DESC LIMIT ?", (limit,))
        return [_post(row) for row in found]

    def in_conversation(self, network: str, conversation: str) -> list[Post]:
        found = self._book.rows(
            "SELECT * FROM posts WHERE network=? AND conversation=? AND state='public' ORDER BY seq",
            (network, conversation),
        )
        return [_post(row) for row in found]

    def find(self, network: str, text: str, limit: int) -> list[Post]:
        found = self._book.rows(
            "SELECT * FROM posts WHERE network=? AND state='public' AND instr(text, ?)>0 ORDER BY seq DESC LIMIT ?",
            (network, text, limit),
        )
        return [_post(row) for row in found]

    def count(self, network: str, account: str) -> int:
        return int(
            self._book.value(
                "SELECT count(*) FROM posts WHERE network=? AND account=? AND state='public'", (network, account)
            )
        )

    def count_since(self, network: str, account: str, since: float) -> int:
        return int(
            self._book.value(
                "SELECT count(*) FROM posts WHERE network=? AND account=? AND public_at>=?", (network, account, since)
            )
        )


def _post(row: sqlite3.Row) -> Post:
    fields = dict(row)
    fields["media"] = json.loads(fields["media"])
    fields["extra"] = json.loads(fields["extra"])
    return Post(**fields)
