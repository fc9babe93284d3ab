"""What a video says apart from its images and sound: the place, the time, the camera, comments, tracks of positions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pregonero.media.formats import MOV, MP4, FileFormat

# Tags that say how the file is built, not where, when or with what it was recorded. In lower case.
TECHNICAL_TAGS = {
    "alpha_mode",
    "compatible_brands",
    "duration",
    "encoder",
    "handler_name",
    "language",
    "major_brand",
    "minor_version",
    "rotate",
    "stereo_mode",
    "vendor_id",
}
TECHNICAL_BOXES = {
    b"meta",
    b"\xa9too",
    b"\xa9swr",
    b"\xa9enc",
    b"\0\0\0\0",
}  # in a box of user data; FFmpeg reads the tags in `meta`
CONTAINERS = {b"moov", b"trak"}
USER_DATA, LOOSE_METADATA = b"udta", {b"meta", b"uuid"}
MAX_INDEX_BYTES = 64 * 1024 * 1024
HEADER, LARGE_HEADER = 8, 16


def has_metadata(video: Any, path: Path, container: FileFormat) -> bool:
    """Return whether an open video has metadata: tags, chapters, tracks of other data, or boxes that FFmpeg skips."""
    tags = [*video.metadata, *(name for stream in video.streams for name in stream.metadata)]
    if any(name.lower() not in TECHNICAL_TAGS for name in tags):
        return True
    if any(stream.type not in {"video", "audio"} for stream in video.streams) or video.chapters():
        return True
    return container in {MP4, MOV} and _has_metadata_boxes(path)


def _has_metadata_boxes(path: Path) -> bool:
    """Return whether an MP4 has boxes of metadata, at any level."""
    end = path.stat().st_size
    with path.open("rb") as file:
        offset = 0
        while offset + HEADER <= end:
            file.seek(offset)
            header = file.read(LARGE_HEADER)
            size, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if size == 1:
                size = int.from_bytes(header[8:16], "big")
            if kind in LOOSE_METADATA:
                return True
            if kind == b"moov":
                file.seek(offset + HEADER)
                if _has_metadata_inside(file.read(min(size - HEADER, MAX_INDEX_BYTES))):
                    return True
            if size < HEADER:
                break
            offset += size
    return False


def _has_metadata_inside(data: bytes) -> bool:
    for kind, body in _boxes(data):
        if kind in LOOSE_METADATA:
            return True
        if kind == USER_DATA and any(child not in TECHNICAL_BOXES for child, _ in _boxes(body)):
            return True
        if kind in CONTAINERS and _has_metadata_inside(body):
            return True
    return False


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and the content of each box in the content of another."""
    offset = 0
    while offset + HEADER <= len(data):
        size = int.from_bytes(data[offset : offset + 4], "big")
        yield data[offset + 4 : offset + 8], data[offset + HEADER : offset + max(size, HEADER)]
        if size < HEADER:
            return
        offset += size
