"""The file itself: one connection, one writer, commits in batches."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
# The schema's version is in the name: a folder of an older laboratory starts afresh beside its old book.
FILE = "ledger-3.sqlite3"


class Database:
    """One SQLite connection used only from the event loop's thread.

    Each write is visible at once to every reader inside the laboratory; `commit` runs on a timer, because one
    commit per post would cost more than the post itself.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / FILE)
        self._db.row_factory = sqlite3.Row
        # Losing the machine loses the last moments, losing the process does not: enough for a laboratory.
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;")
        self._db.executescript(SCHEMA.read_text(encoding="utf-8"))
        self._numbers = itertools.count(self._last_number() + 1)

    def _last_number(self) -> int:
        """Identifiers never repeat after a restart: go on above everything ever numbered."""
        return int(self.value("SELECT coalesce(max(value), 0) FROM numbers"))

    def next_number(self) -> int:
        number = next(self._numbers)
        self._db.execute("UPDATE numbers SET value=?", (number,))
        return number

    def execute(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(values))

    def insert(self, table: str, fields: Mapping[str, Any], *, replace: bool = False) -> int:
        """Write a row whose columns are the mapping's names; answers its sequence number."""
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        marks = ", ".join("?" * len(fields))
        sql = f"{verb} INTO {table} ({', '.join(fields)}) VALUES ({marks})"  # names are ours, never a caller's
        return int(self._db.execute(sql, tuple(fields.values())).lastrowid or 0)

    def row(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(sql, tuple(values)).fetchone()
        return found

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(sql, tuple(values)).fetchall()

    def value(self, sql: str, values: Iterable[Any] = ()) -> Any:
        found = self.row(sql, values)
        return found[0] if found is not None else None

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.commit()

    def close(self) -> None:
        self.commit()
        self._db.close()
