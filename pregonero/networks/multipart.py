"""Files and multipart forms that are read while they are sent: a video is never whole in memory."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from urllib3.fields import RequestField

CHUNK = 256 * 1024  # bytes
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class File:
    """A file to be sent, or a part of one. Iterate over it to read what is sent."""

    path: Path
    mime: str
    start: int = 0
    limit: int | None = None  # bytes of a part; None for everything from `start`
    name: str = ""  # the file name in a form, only for networks that read something in it

    @property
    def length(self) -> int:
        """Return how many bytes are sent."""
        remaining = self.path.stat().st_size - self.start
        return remaining if self.limit is None else min(remaining, self.limit)

    def __iter__(self) -> Iterator[bytes]:
        remaining = self.length
        with self.path.open("rb") as content:
            content.seek(self.start)
            while remaining and (chunk := content.read(min(CHUNK, remaining))):
                remaining -= len(chunk)
                yield chunk


def picture(path: Path) -> File:
    """Return a picture as a file to send, with its type (PNG or JPEG) read from its first bytes."""
    with path.open("rb") as content:
        mime = "image/png" if content.read(len(PNG)) == PNG else "image/jpeg"
    return File(path, mime)


@dataclass(frozen=True)
class Multipart:
    """The body of a multipart form with files. Iterate over it to read what is sent."""

    fields: Mapping[str, str]
    files: Mapping[str, File]
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that describe the body."""
        content_type = f"multipart/form-data; boundary={self.boundary}"
        length = sum(len(piece) if isinstance(piece, bytes) else piece.length for piece in self._pieces())
        return {"Content-Type": content_type, "Content-Length": str(length)}

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces():
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece

    def _pieces(self) -> Iterator[bytes | File]:
        """Yield the body in order: the bytes that frame the parts, and the files themselves."""
        for name, value in self.fields.items():
            yield self._head(RequestField(name, value)) + value.encode() + b"\r\n"
        for name, file in self.files.items():
            # The name of the file on our disk is not sent: it means nothing there, and may disclose something.
            yield self._head(RequestField(name, b"", filename=file.name or name), file.mime)
            yield file
            yield b"\r\n"
        yield f"--{self.boundary}--\r\n".encode()

    def _head(self, part: RequestField, mime: str | None = None) -> bytes:
        part.make_multipart(content_type=mime)
        return f"--{self.boundary}\r\n{part.render_headers()}".encode()
