"""Uploads by pieces (X chunks, YouTube's resumable sessions): each knows how far it got, even after a cut."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.ledger.database import Database


@dataclass
class Upload:
    id: str
    network: str
    account: str
    total: int
    mime: str
    created_at: float
    about: dict[str, Any] = field(default_factory=dict)
    result: str = ""  # the id of what it became


class Uploads:
    def __init__(self, book: Database, folder: Path) -> None:
        self._book = book
        self._folder = folder / "uploads"
        self._folder.mkdir(parents=True, exist_ok=True)

    def save(self, upload: Upload) -> Upload:
        fields = dict(vars(upload))
        fields["about"] = json.dumps(upload.about)
        self._book.insert("uploads", fields, replace=True)
        return upload

    def get(self, network: str, id: str) -> Upload | None:
        found = self._book.row("SELECT * FROM uploads WHERE network=? AND id=?", (network, id))
        return _upload(found) if found is not None else None

    def received(self, upload: Upload) -> int:
        path = self._path(upload)
        return path.stat().st_size if path.exists() else 0

    def append(self, upload: Upload, data: bytes) -> None:
        with self._path(upload).open("ab") as piece:
            piece.write(data)

    def content(self, upload: Upload) -> bytes:
        path = self._path(upload)
        return path.read_bytes() if path.exists() else b""

    def discard(self, upload: Upload) -> None:
        self._path(upload).unlink(missing_ok=True)

    def _path(self, upload: Upload) -> Path:
        return self._folder / f"{upload.network}-{upload.id}"


def _upload(row: sqlite3.Row) -> Upload:
    fields = dict(row)
    fields["about"] = json.loads(fields["about"])
    return Upload(**fields)
