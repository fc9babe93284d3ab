"""A file response with byte ranges (RFC 9110, section 14), which networks and video players use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 64 * 1024
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
SINGLE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def file_response(path: Path, mime: str, range_header: str = "") -> HttpResponseBase:
    """Return the file, or the single range that the Range header asks for. Raises `FileNotFoundError`.

    A header with several ranges, or one that is not understood, gets the whole file, as the RFC allows.
    """
    size = path.stat().st_size
    match = SINGLE_RANGE.fullmatch(range_header.strip())
    if match is None or match[0] == "bytes=-":
        response = FileResponse(path.open("rb"), content_type=mime)
        response["Accept-Ranges"] = "bytes"
        return response
    start, end = _bounds(match[1], match[2], size)
    if start >= size or end < start:
        return HttpResponse(status=RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(end - start + 1),
        "Content-Range": f"bytes {start}-{end}/{size}",
    }
    chunks = _read_range(path.open("rb"), start, end - start + 1)
    return StreamingHttpResponse(chunks, status=PARTIAL_CONTENT, content_type=mime, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and the last byte; without a first one, `last` is a count from the end."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _read_range(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
