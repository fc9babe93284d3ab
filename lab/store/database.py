"""The SQLite file: one connection, commits in batches, and the append-only audit log of what became public."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
# The name contains the schema's version: a data folder of an older lab gets a new file beside its old one.
FILE = "ledger-6.sqlite3"


class Database:
    """One SQLite connection, used only from the event loop's thread.

    Every write is visible at once to every reader inside the lab. `commit` runs on a timer, because a commit for
    each post would cost more than the post itself.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / FILE)
        self._db.row_factory = sqlite3.Row
        # A power cut may lose the last commits; the death of the process does not. That is enough for a lab.
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-32000;")
        self._db.executescript(SCHEMA.read_text(encoding="utf-8"))
        self._numbers = itertools.count(self._last_number() + 1)

    def _last_number(self) -> int:
        return int(self.value("SELECT coalesce(max(value), 0) FROM numbers"))

    def next_number(self) -> int:
        """Return a number that was never returned before, not even before a restart."""
        number = next(self._numbers)
        self._db.execute("UPDATE numbers SET value=?", (number,))
        return number

    def execute(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        return self._db.execute(sql, tuple(values))

    def insert(self, table: str, fields: Mapping[str, Any], *, replace: bool = False) -> int:
        """Insert a row whose columns are the keys of `fields`; return its sequence number."""
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        marks = ", ".join("?" * len(fields))
        sql = f"{verb} INTO {table} ({', '.join(fields)}) VALUES ({marks})"  # names come from the code, never a client
        return int(self._db.execute(sql, tuple(fields.values())).lastrowid or 0)

    def row(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(sql, tuple(values)).fetchone()
        return row

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(sql, tuple(values)).fetchall()

    def value(self, sql: str, values: Iterable[Any] = ()) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        row = self.row(sql, values)
        return row[0] if row is not None else None

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.commit()

    def close(self) -> None:
        self.commit()
        self._db.close()


@dataclass(frozen=True)
class AuditEntry:
    """One post or comment of an account that became public or was withdrawn."""

    seq: int
    event: str  # published | withdrawn
    network: str
    account: str
    id: str
    kind: str  # post | comment | message
    at: float
    text: str
    media: list[str]  # SHA-256 digests
    link: str
    path: str  # of its page in the lab
    under: str  # the id of the post or comment that it replies to, or an empty string


class AuditLog:
    """The append-only list of what became public or was withdrawn, and the log of every call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        event: str,
        *,
        network: str,
        account: str,
        id: str,
        kind: str,
        at: float,
        text: str,
        media: list[str],
        link: str,
        path: str,
        under: str = "",
    ) -> None:
        """Append one entry; `at` is in seconds since the epoch."""
        self._database.execute(
            "INSERT INTO audit_log (event, network, account, id, kind, at, text, media, link, path, under)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (event, network, account, id, kind, at, text, json.dumps(media), link, path, under),
        )

    def log_call(
        self,
        *,
        at: float,
        network: str,
        account: str,
        method: str,
        path: str,
        kind: str,
        status: int,
        fault: str,
        millis: float,
    ) -> None:
        """Store one call; `status` is 0 when the connection was cut, `kind` is the stage of the operation."""
        self._database.execute(
            "INSERT INTO calls (at, network, account, method, path, kind, status, fault, millis)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            (at, network, account, method, path, kind, status, fault, millis),
        )

    def search(
        self,
        *,
        network: str = "",
        account: str = "",
        text: str = "",
        since: float = 0.0,
        after: int = 0,
        kind: str = "",
    ) -> list[AuditEntry]:
        """Return the entries that match every filter, oldest first; an empty filter matches everything."""
        rows = self._database.rows(
            "SELECT * FROM audit_log WHERE (?='' OR network=?) AND (?='' OR account=?)"
            " AND (?='' OR instr(text, ?)>0) AND at>=? AND seq>? AND (?='' OR kind=?) ORDER BY seq",
            (network, network, account, account, text, text, since, after, kind, kind),
        )
        return [AuditEntry(**dict(row) | {"media": json.loads(row["media"])}) for row in rows]

    def calls(self, *, network: str = "", account: str = "", kind: str = "", after: int = 0) -> list[sqlite3.Row]:
        """Return the calls that match every filter, oldest first; an empty filter matches everything."""
        return self._database.rows(
            "SELECT * FROM calls WHERE (?='' OR network=?) AND (?='' OR account=?) AND (?='' OR kind=?) AND seq>?"
            " ORDER BY seq",
            (network, network, account, account, kind, kind, after),
        )
