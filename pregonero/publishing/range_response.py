"""One file, whole or the part that was asked for, as networks and players ask for media (RFC 9110, 14)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 64 * 1024
PART, BEYOND = 206, 416
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)  # one range; several are answered with the whole


def file_response(path: Path, mime: str, asked: str = "") -> HttpResponseBase:
    """Return a file, or the part of it that `asked` (a Range header) names. Raises `FileNotFoundError`."""
    size = path.stat().st_size
    found = RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        whole = FileResponse(path.open("rb"), content_type=mime)
        whole["Accept-Ranges"] = "bytes"
        return whole
    start, end = _part(found[1], found[2], size)
    if start >= size or end < start:
        return HttpResponse(status=BEYOND, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Accept-Ranges": "bytes", "Content-Length": str(end - start + 1),
        "Content-Range": f"bytes {start}-{end}/{size}",
    }  # fmt: skip
    pieces = _pieces(path.open("rb"), start, end - start + 1)
    return StreamingHttpResponse(pieces, status=PART, content_type=mime, headers=headers)


def _part(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
