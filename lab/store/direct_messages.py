"""Private messages between a citizen and an account of Facebook, Instagram or X.

Mastodon has none: there a private message is a status that only the people whom it mentions can see.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from lab.store.database import Database


@dataclass
class DirectMessage:
    """One message of a citizen, or of the account (`own`)."""

    id: str
    network: str
    account: str
    conversation: str
    person: str  # the citizen's id at the network
    name: str
    text: str
    at: float
    own: bool = False
    edits: int = 0
    comment: str = ""  # of a private reply: the comment that it answers
    tag: str = ""
    seq: int = 0


class DirectMessages:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: DirectMessage) -> DirectMessage:
        fields = dict(vars(message))
        del fields["seq"]
        message.seq = self._database.insert("direct_messages", fields)
        return message

    def edit(self, id: str, text: str) -> None:
        self._database.execute("UPDATE direct_messages SET text=?, edits=edits+1 WHERE id=?", (text, id))

    def remove(self, id: str) -> None:
        self._database.execute("DELETE FROM direct_messages WHERE id=?", (id,))

    def get(self, network: str, id: str) -> DirectMessage | None:
        found = self._all("SELECT * FROM direct_messages WHERE network=? AND id=?", (network, id))
        return found[0] if found else None

    def in_conversation(self, network: str, conversation: str) -> list[DirectMessage]:
        """Return the messages of a conversation, newest first."""
        sql = "SELECT * FROM direct_messages WHERE network=? AND conversation=? ORDER BY seq DESC"
        return self._all(sql, (network, conversation))

    def of_account(self, network: str, account: str, *, before: int = 0, limit: int = 1_000_000) -> list[DirectMessage]:
        """Return the messages of an account, newest first; with `before`, those of a lower sequence number."""
        sql = "SELECT * FROM direct_messages WHERE network=? AND account=? AND (?=0 OR seq<?) ORDER BY seq DESC LIMIT ?"
        return self._all(sql, (network, account, before, before, limit))

    def conversations(self, network: str, account: str, person: str = "") -> list[DirectMessage]:
        """Return the newest message of each conversation of an account, newest first."""
        sql = (
            "SELECT * FROM direct_messages WHERE seq IN (SELECT max(seq) FROM direct_messages"
            " WHERE network=? AND account=? AND (?='' OR person=?) GROUP BY conversation) ORDER BY seq DESC"
        )
        return self._all(sql, (network, account, person, person))

    def last_written_at(self, network: str, account: str, person: str) -> float | None:
        """Return when a person last wrote to an account; None when they never did."""
        sql = "SELECT max(at) FROM direct_messages WHERE network=? AND account=? AND person=? AND own=0"
        at = self._database.value(sql, (network, account, person))
        return float(at) if at is not None else None

    def has_private_reply(self, comment: str) -> bool:
        """Return whether a comment has its one private reply."""
        return bool(self._all("SELECT * FROM direct_messages WHERE comment=?", (comment,)))

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[DirectMessage]:
        return [_message(row) for row in self._database.rows(sql, values)]


def _message(row: sqlite3.Row) -> DirectMessage:
    fields = dict(row)
    fields["own"] = bool(fields["own"])
    return DirectMessage(**fields)


def conversation_id(network: str, account: str, person: str) -> str:
    """Return the id of the conversation of an account with a person, in the format of the network."""
    if network == "x":
        return "-".join(sorted((account, person), key=int))
    digits = str(int(hashlib.sha256(f"{account} {person}".encode()).hexdigest()[:14], 16))
    return f"t_{digits}" if network == "facebook" else f"aWdfZAG06MTpJR01lc3NhZAUZAHJlYWQ6{digits}"


def graph_message_id(network: str) -> str:
    """Return an id for a message, as long as those of Messenger and Instagram are."""
    return (
        f"m_{secrets.token_urlsafe(64)}"
        if network == "facebook"
        else f"aWdfZAG1faXRlbToxOklHTWVz{secrets.token_hex(64)}"
    )
