"""Pictures and videos given to the networks: their bytes by digest on disk, what they are in the ledger."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
from PIL import Image, UnidentifiedImageError

from lab.ledger.database import Database

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


class NotMedia(Exception):
    """The bytes are neither a picture nor a video that can be opened."""


@dataclass
class Media:
    id: str
    network: str
    account: str
    kind: str  # image | gif | video
    mime: str
    sha256: str
    size: int
    width: int
    height: int
    seconds: float
    ready_at: float
    created_at: float
    alt: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    kind: str
    mime: str
    width: int
    height: int
    seconds: float = 0.0
    video_codec: str = ""
    audio_codec: str = ""


def probe(data: bytes) -> Probe:
    """Open the bytes as what they are, never as what somebody says they are."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
            mime = PICTURES.get(picture.format or "", "")
            width, height = picture.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return _probe_video(data)
    if not mime:
        raise NotMedia("picture format not accepted")
    return Probe("gif" if mime == "image/gif" else "image", mime, width, height)


def _probe_video(data: bytes) -> Probe:
    try:
        with av.open(io.BytesIO(data), "r") as film:
            video = film.streams.video[0]
            audio = film.streams.audio[0].codec_context.name if film.streams.audio else ""
            seconds = float(film.duration or 0) / 1_000_000
            return Probe("video", "video/mp4", video.width, video.height, seconds, video.codec_context.name, audio)
    except (av.FFmpegError, IndexError, ValueError) as cause:
        raise NotMedia("not a picture nor a video") from cause


class MediaShelf:
    def __init__(self, book: Database, folder: Path) -> None:
        self._book = book
        self._folder = folder / "media"
        self._folder.mkdir(parents=True, exist_ok=True)

    def store(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / digest
        if not path.exists():
            path.write_bytes(data)
        return digest

    def path(self, sha256: str) -> Path:
        return self._folder / sha256

    def mime(self, sha256: str) -> str | None:
        found: str | None = self._book.value("SELECT mime FROM media WHERE sha256=? LIMIT 1", (sha256,))
        return found

    def put(
        self, *, id: str, network: str, account: str, data: bytes, found: Probe, now: float,
        processing: float = 0.0, alt: str = "",
    ) -> Media:  # fmt: skip
        """Keep the bytes; the network has them ready after `processing` seconds."""
        return self.add(
            Media(
                id=id, network=network, account=account, kind=found.kind, mime=found.mime, sha256=self.store(data),
                size=len(data), width=found.width, height=found.height, seconds=found.seconds,
                ready_at=now + processing, created_at=now, alt=alt,
            )
        )  # fmt: skip

    def add(self, media: Media) -> Media:
        fields = dict(vars(media))
        fields["extra"] = json.dumps(media.extra)
        self._book.insert("media", fields)
        return media

    def describe(self, id: str, alt: str) -> None:
        self._book.execute("UPDATE media SET alt=? WHERE id=?", (alt, id))

    def remember(self, media: Media) -> None:
        self._book.execute("UPDATE media SET extra=? WHERE id=?", (json.dumps(media.extra), media.id))

    def remove(self, id: str) -> None:
        self._book.execute("DELETE FROM media WHERE id=?", (id,))

    def get(self, network: str, id: str) -> Media | None:
        found = self._book.row("SELECT * FROM media WHERE network=? AND id=?", (network, id))
        return _media(found) if found is not None else None

    def of(self, network: str, ids: list[str]) -> list[Media]:
        return [media for media in (self.get(network, id) for id in ids) if media is not None]


def _media(row: sqlite3.Row) -> Media:
    fields = dict(row)
    fields["extra"] = json.loads(fields["extra"])
    return Media(**fields)
