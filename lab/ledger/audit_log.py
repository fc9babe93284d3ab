"""The judge: each thing that became public or was withdrawn, in order. Also the log of every call received."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from lab.ledger.database import Database


@dataclass(frozen=True)
class Publication:
    seq: int
    event: str
    network: str
    account: str
    id: str
    kind: str
    at: float
    text: str
    media: list[str]
    link: str
    place: str  # path of its page here
    under: str  # the post that it answers, or nothing


class Publications:
    def __init__(self, book: Database) -> None:
        self._book = book

    def record(
        self, event: str, *, network: str, account: str, id: str, kind: str, at: float, text: str,
        media: list[str], link: str, place: str, under: str = "",
    ) -> None:  # fmt: skip
        self._book.execute(
            "INSERT INTO publications (event, network, account, id, kind, at, text, media, link, place, under)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (event, network, account, id, kind, at, text, json.dumps(media), link, place, under),
        )

    def log_call(
        self, *, at: float, network: str, account: str, method: str, path: str, kind: str, status: int, fault: str,
        millis: float,
    ) -> None:  # fmt: skip
        self._book.execute(
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
    ) -> list[Publication]:
        found = self._book.rows(
            "SELECT * FROM publications WHERE (?='' OR network=?) AND (?='' OR account=?)"
            " AND (?='' OR instr(text, ?)>0) AND at>=? AND seq>? AND (?='' OR kind=?) ORDER BY seq",
            (network, network, account, account, text, text, since, after, kind, kind),
        )
        return [_publication(row) for row in found]

    def calls(self, *, network: str = "", account: str = "", kind: str = "", after: int = 0) -> list[sqlite3.Row]:
        return self._book.rows(
            "SELECT * FROM calls WHERE (?='' OR network=?) AND (?='' OR account=?) AND (?='' OR kind=?) AND seq>?"
            " ORDER BY seq",
            (network, network, account, account, kind, kind, after),
        )


def _publication(row: sqlite3.Row) -> Publication:
    fields = dict(row)
    fields["media"] = json.loads(fields["media"])
    return Publication(**fields)
