"""Media files by their digest, uploads in chunks, and Instagram's containers."""

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

from lab.store.database import Database

IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
CONTAINER_LIFE = 24 * 3600.0  # seconds


class NotMedia(Exception):
    """The bytes are neither an image nor a video that can be opened."""


@dataclass
class Media:
    """A file that a network accepted: its bytes are on disk under their SHA-256 digest."""

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
class MediaInfo:
    """The type, the size in pixels, the duration and the codecs of a file."""

    kind: str
    mime: str
    width: int
    height: int
    seconds: float = 0.0
    video_codec: str = ""
    audio_codec: str = ""


def probe(data: bytes) -> MediaInfo:
    """Return what a file is, from its content only. Raises NotMedia when it is not an image or a video."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.verify()
            mime = IMAGE_TYPES.get(image.format or "", "")
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return _probe_video(data)
    if not mime:
        raise NotMedia("image format not accepted")
    return MediaInfo("gif" if mime == "image/gif" else "image", mime, width, height)


def _probe_video(data: bytes) -> MediaInfo:
    try:
        with av.open(io.BytesIO(data), "r") as container:
            video = container.streams.video[0]
            audio = container.streams.audio[0].codec_context.name if container.streams.audio else ""
            seconds = float(container.duration or 0) / 1_000_000
            return MediaInfo("video", "video/mp4", video.width, video.height, seconds, video.codec_context.name, audio)
    except (av.FFmpegError, IndexError, ValueError) as cause:
        raise NotMedia("neither an image nor a video") from cause


class MediaStore:
    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder / "media"
        self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, data: bytes) -> str:
        """Write the bytes to disk, unless they are there already; return their SHA-256 digest."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.write_bytes(data)
        return digest

    def path(self, sha256: str) -> Path:
        return self._folder / sha256

    def mime_type(self, sha256: str) -> str | None:
        mime: str | None = self._database.value("SELECT mime FROM media WHERE sha256=? LIMIT 1", (sha256,))
        return mime

    def add(
        self,
        *,
        id: str,
        network: str,
        account: str,
        data: bytes,
        info: MediaInfo,
        now: float,
        processing: float = 0.0,
        alt: str = "",
    ) -> Media:
        """Store a file; the network can publish it after `processing` seconds."""
        media = Media(
            id=id,
            network=network,
            account=account,
            kind=info.kind,
            mime=info.mime,
            sha256=self.write(data),
            size=len(data),
            width=info.width,
            height=info.height,
            seconds=info.seconds,
            ready_at=now + processing,
            created_at=now,
            alt=alt,
        )
        self._database.insert("media", {**vars(media), "extra": json.dumps(media.extra)})
        return media

    def set_alt(self, id: str, alt: str) -> None:
        self._database.execute("UPDATE media SET alt=? WHERE id=?", (alt, id))

    def save_extra(self, media: Media) -> None:
        self._database.execute("UPDATE media SET extra=? WHERE id=?", (json.dumps(media.extra), media.id))

    def remove(self, id: str) -> None:
        self._database.execute("DELETE FROM media WHERE id=?", (id,))

    def get(self, network: str, id: str) -> Media | None:
        row = self._database.row("SELECT * FROM media WHERE network=? AND id=?", (network, id))
        return Media(**dict(row) | {"extra": json.loads(row["extra"])}) if row is not None else None

    def get_many(self, network: str, ids: list[str]) -> list[Media]:
        """Return the media of these ids, in the same order, without those that do not exist."""
        return [media for media in (self.get(network, id) for id in ids) if media is not None]


@dataclass
class Upload:
    """A file that arrives in chunks: X's chunked upload, YouTube's resumable session, Facebook's phases."""

    id: str
    network: str
    account: str
    total: int  # bytes; -1 until the client declares it
    mime: str
    created_at: float
    metadata: dict[str, Any] = field(default_factory=dict)
    result: str = ""  # the id of the media or video that the upload became


class Uploads:
    """Uploads and the bytes received so far, which survive a cut connection and a restart."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder / "uploads"
        self._folder.mkdir(parents=True, exist_ok=True)

    def save(self, upload: Upload) -> Upload:
        fields = {**vars(upload), "metadata": json.dumps(upload.metadata)}
        self._database.insert("uploads", fields, replace=True)
        return upload

    def get(self, network: str, id: str) -> Upload | None:
        row = self._database.row("SELECT * FROM uploads WHERE network=? AND id=?", (network, id))
        return Upload(**dict(row) | {"metadata": json.loads(row["metadata"])}) if row is not None else None

    def received_bytes(self, upload: Upload) -> int:
        path = self._path(upload)
        return path.stat().st_size if path.exists() else 0

    def append(self, upload: Upload, data: bytes) -> None:
        with self._path(upload).open("ab") as file:
            file.write(data)

    def content(self, upload: Upload) -> bytes:
        path = self._path(upload)
        return path.read_bytes() if path.exists() else b""

    def discard(self, upload: Upload) -> None:
        """Delete the bytes received so far."""
        self._path(upload).unlink(missing_ok=True)

    def _path(self, upload: Upload) -> Path:
        return self._folder / f"{upload.network}-{upload.id}"


@dataclass
class Container:
    """Instagram's prepared media, which expires after 24 hours unless it is published."""

    id: str
    account: str
    kind: str  # IMAGE | REELS | CAROUSEL
    caption: str
    created_at: float
    media: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    carousel_item: bool = False
    ready_at: float | None = None  # None while Instagram still fetches the video
    error: str = ""
    published: str = ""  # the id of the post that the container became

    def status(self, now: float) -> str:
        """Return the container's `status_code` as Instagram defines it, without looking at its children."""
        if self.published:
            return "PUBLISHED"
        if self.error:
            return "ERROR"
        if now - self.created_at > CONTAINER_LIFE:
            return "EXPIRED"
        return "FINISHED" if self.ready_at is not None and now >= self.ready_at else "IN_PROGRESS"


class Containers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, container: Container) -> Container:
        encoded = {"media": json.dumps(container.media), "children": json.dumps(container.children)}
        self._database.insert("containers", {**vars(container), **encoded}, replace=True)
        return container

    def get(self, id: str) -> Container | None:
        row = self._database.row("SELECT * FROM containers WHERE id=?", (id,))
        return _container(row) if row is not None else None

    def fail_unfinished(self) -> None:
        """Set to ERROR the containers whose fetch ended with an earlier process."""
        self._database.execute("UPDATE containers SET error='interrupted' WHERE ready_at IS NULL AND error=''")


def _container(row: sqlite3.Row) -> Container:
    fields = dict(row)
    fields["media"] = json.loads(fields["media"])
    fields["children"] = json.loads(fields["children"])
    fields["carousel_item"] = bool(fields["carousel_item"])
    return Container(**fields)
