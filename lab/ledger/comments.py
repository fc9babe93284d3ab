"""What citizens write under a post, and what the account answers there."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from lab.ledger.database import Database


@dataclass
class Comment:
    id: str
    network: str
    account: str  # whose post it is
    post: str
    author: str
    author_id: str
    text: str
    at: float
    parent: str = ""
    own: bool = False  # written by the account itself, through the API
    hidden: bool = False
    seq: int = 0


class Comments:
    def __init__(self, book: Database) -> None:
        self._book = book

    def add(self, comment: Comment) -> Comment:
        cursor = self._book.execute(
            "INSERT INTO comments (id, network, account, post, parent, author, author_id, own, text, at, hidden)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (comment.id, comment.network, comment.account, comment.post, comment.parent, comment.author,
             comment.author_id, comment.own, comment.text, comment.at, comment.hidden),
        )  # fmt: skip
        comment.seq = int(cursor.lastrowid or 0)
        return comment

    def set_hidden(self, id: str, hidden: bool) -> None:
        self._book.execute("UPDATE comments SET hidden=? WHERE id=?", (hidden, id))

    def remove(self, id: str) -> None:
        self._book.execute("DELETE FROM comments WHERE id=?", (id,))

    def get(self, network: str, id: str) -> Comment | None:
        found = self._book.row("SELECT * FROM comments WHERE network=? AND id=?", (network, id))
        return _comment(found) if found is not None else None

    def under(self, network: str, post: str) -> list[Comment]:
        """Everything under a post, oldest first, answers included."""
        found = self._book.rows("SELECT * FROM comments WHERE network=? AND post=? ORDER BY seq", (network, post))
        return [_comment(row) for row in found]

    def answers(self, network: str, parent: str) -> list[Comment]:
        found = self._book.rows("SELECT * FROM comments WHERE network=? AND parent=? ORDER BY seq", (network, parent))
        return [_comment(row) for row in found]

    def for_account(self, network: str, account: str, *, limit: int, after: int = 0) -> list[Comment]:
        """Everything citizens wrote to an account, newest first, above the sequence number `after`."""
        found = self._book.rows(
            "SELECT * FROM comments WHERE network=? AND account=? AND own=0 AND seq>? ORDER BY seq DESC LIMIT ?",
            (network, account, after, limit),
        )
        return [_comment(row) for row in found]


def _comment(row: sqlite3.Row) -> Comment:
    fields = dict(row)
    fields["own"] = bool(fields["own"])
    fields["hidden"] = bool(fields["hidden"])
    return Comment(**fields)
