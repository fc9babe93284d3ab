"""Pictures and videos: our own copy of each, kept by its content, looked at with real decoders before it is
believed.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import av
from django.conf import settings
from PIL import Image, UnidentifiedImageError

from pregonero.newsroom.reading.fetch import PICTURE, VIDEO, fetch_into
from pregonero.newsroom.reading.unreadable import Malformed, TooLarge

PIXELS_LIMIT = 40_000_000  # a decoded picture of this size takes some 160 MB
SIDE_LIMIT = 20_000
SECONDS_LIMIT = 4 * 60 * 60.0
PICTURES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "GIF": ("image/gif", "gif"),
            "WEBP": ("image/webp", "webp")}  # fmt: skip
# First bytes → the demuxer to use. A playlist would make the decoder open whatever it names: only files are
# opened.
HEAD = 12
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class KeptFile:
    """A file in the media folder, as it really is. `file` is relative to that folder."""

    kind: str  # "picture" or "video"
    sha256: str
    file: str
    mime: str
    size: int  # bytes
    width: int
    height: int
    seconds: float
    origin: str


@dataclass(frozen=True)
class Looks:
    """What a decoder found in a file."""

    mime: str
    ending: str
    width: int
    height: int
    seconds: float = 0.0


def keep_picture(link: str) -> KeptFile:
    """Fetch a picture and keep it. Raises `Unreadable`; nothing stays in the folder then."""
    with _temporary() as output:
        fetch_into(output, link, PICTURE)
        return _keep(output, "picture", look_at_picture(output), link)


def keep_video(link: str) -> KeptFile:
    """Fetch a video and keep it. Raises `Unreadable`; nothing stays in the folder then."""
    with _temporary() as output:
        fetch_into(output, link, VIDEO)
        return _keep(output, "video", look_at_video(output), link)


def look_at_picture(file: IO[bytes]) -> Looks:
    """Decode a picture wholly. Raises `Malformed` or `TooLarge`."""
    file.seek(0)
    try:
        with Image.open(file, formats=list(PICTURES)) as picture:
            _check_size(*picture.size)
            mime, ending = PICTURES[str(picture.format)]
            picture.load()
            return Looks(mime, ending, *picture.size)
    except UnidentifiedImageError as error:
        raise Malformed("La imagen no es JPEG, PNG, GIF ni WebP, aunque su dirección lo diga.") from error
    except Image.DecompressionBombError as error:
        raise TooLarge("La imagen tiene demasiados puntos; no se leyó.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Malformed("La imagen está dañada o llegó incompleta.") from error


def look_at_video(file: IO[bytes]) -> Looks:
    """Open a video and decode its first picture. Raises `Malformed` or `TooLarge`."""
    demuxer, mime, ending = _container(file)
    file.seek(0)
    try:
        with av.open(file, mode="r", format=demuxer, options={"protocol_whitelist": ""}) as container:
            if not container.streams.video:
                raise Malformed("El archivo no trae video.")
            stream = container.streams.video[0]
            _check_size(stream.codec_context.width, stream.codec_context.height)
            next(container.decode(stream))
            seconds = float(container.duration or 0) / 1_000_000
            looks = Looks(mime, ending, stream.codec_context.width, stream.codec_context.height, seconds)
    except (av.FFmpegError, StopIteration, ValueError) as error:
        raise Malformed("El video está dañado o llegó incompleto.") from error
    if looks.seconds > SECONDS_LIMIT:
        raise TooLarge("El video dura más de 4 horas.")
    return looks


def _container(file: IO[bytes]) -> tuple[str, str, str]:
    file.seek(0)
    head = file.read(HEAD)
    if head[4:8] == b"ftyp":
        return ("mov", "video/quicktime", "mov") if head[8:10] == b"qt" else ("mp4", "video/mp4", "mp4")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska", "video/webm", "webm"
    raise Malformed("El video no es MP4, MOV ni WebM, aunque su dirección lo diga.")


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Malformed("El archivo no dice su tamaño.")
    if width * height > PIXELS_LIMIT or max(width, height) > SIDE_LIMIT:
        raise TooLarge(f"Mide {width} × {height}; se admiten {PIXELS_LIMIT // 1_000_000} millones de puntos.")


@contextmanager
def _temporary() -> Iterator[IO[bytes]]:
    """Give a file on the disk of the media folder, so that keeping it is one step; it goes away by itself."""
    folder = Path(settings.MEDIA_FOLDER) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="m-") as output:
        yield output


def _keep(output: IO[bytes], kind: str, looks: Looks, origin: str) -> KeptFile:
    sha256, size = _measure(output)
    file = f"{sha256[:2]}/{sha256[2:]}.{looks.ending}"
    path = Path(settings.MEDIA_FOLDER) / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.fsync(output.fileno())
        # A second name for the whole file: it is there complete, or not at all.
        _link(Path(output.name), path)
    return KeptFile(kind, sha256, file, looks.mime, size, looks.width, looks.height, looks.seconds, origin)


def _link(temporary: Path, path: Path) -> None:
    temporary.chmod(0o644)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return


def _measure(output: IO[bytes]) -> tuple[str, int]:
    output.flush()
    output.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := output.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
