"""Instagram's containers: prepared media that dies at 24 hours if nobody publishes it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field

from lab.ledger.database import Database

LIFE = 24 * 3600.0


@dataclass
class Container:
    id: str
    account: str
    kind: str  # IMAGE | REELS | CAROUSEL
    caption: str
    created_at: float
    media: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    carousel_item: bool = False
    ready_at: float | None = None  # None while the video is still being fetched
    error: str = ""
    published: str = ""  # the id of the post it became

    def status(self, now: float) -> str:
        if self.published:
            return "PUBLISHED"
        if self.error:
            return "ERROR"
        if now - self.created_at > LIFE:
            return "EXPIRED"
        return "FINISHED" if self.ready_at is not None and now >= self.ready_at else "IN_PROGRESS"


class Containers:
    def __init__(self, book: Database) -> None:
        self._book = book

    def save(self, container: Container) -> Container:
        fields = dict(vars(container))
        fields["media"] = json.dumps(container.media)
        fields["children"] = json.dumps(container.children)
        self._book.insert("containers", fields, replace=True)
        return container

    def get(self, id: str) -> Container | None:
        found = self._book.row("SELECT * FROM containers WHERE id=?", (id,))
        return _container(found) if found is not None else None

    def fail_unfinished(self) -> None:
        """A fetch that died with the process will never finish: say so instead of waiting for ever."""
        self._book.execute("UPDATE containers SET error='interrupted' WHERE ready_at IS NULL AND error=''")


def _container(row: sqlite3.Row) -> Container:
    fields = dict(row)
    fields["media"] = json.loads(fields["media"])
    fields["children"] = json.loads(fields["children"])
    fields["carousel_item"] = bool(fields["carousel_item"])
    return Container(**fields)
