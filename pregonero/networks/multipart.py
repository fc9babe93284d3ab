"""A form with files, sent as it is read: a video is never held whole in memory."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 256 * 1024
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class File:
    """A file to be sent, or a piece of one: where it is, and of what kind. Iterate over it to send it."""

    path: Path
    mime: str
    start: int = 0
    most: int | None = None  # bytes, of a piece; all that is left unless said
    name: str = ""  # told only where the network reads something in it

    @property
    def length(self) -> int:
        """Return how many bytes are sent."""
        left = self.path.stat().st_size - self.start
        return left if self.most is None else min(left, self.most)

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        with self.path.open("rb") as content:
            content.seek(self.start)
            while left and (piece := content.read(min(PIECE, left))):
                left -= len(piece)
                yield piece


def picture(path: Path) -> File:
    """Return a picture as a file to send; of which of the two kinds is told by how it begins."""
    with path.open("rb") as content:
        kind = "image/png" if content.read(len(PNG)) == PNG else "image/jpeg"
    return File(path, kind)


@dataclass(frozen=True)
class Multipart:
    """The form's body: iterate over it to send it; `length` in bytes."""

    fields: Mapping[str, str]
    files: Mapping[str, File]
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that go with the body."""
        kind = f"multipart/form-data; boundary={self.boundary}"
        return {"Content-Type": kind, "Content-Length": str(self.length)}

    @property
    def length(self) -> int:
        """Return how many bytes the body has."""
        heads = sum(len(self._head(name, file)) + len(b"\r\n") for name, file in self.files.items())
        sizes = sum(file.length for file in self.files.values())
        return len(self._fields()) + heads + sizes + len(self._end())

    def __iter__(self) -> Iterator[bytes]:
        yield self._fields()
        for name, file in self.files.items():
            yield self._head(name, file)
            yield from file
            yield b"\r\n"
        yield self._end()

    def _fields(self) -> bytes:
        parts = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in self.fields.items()
        )
        return "".join(parts).encode()

    def _head(self, name: str, file: File) -> bytes:
        # The file's own name says nothing to the network, and may say too much: it does not go.
        disposition = f'Content-Disposition: form-data; name="{name}"; filename="{file.name or name}"'
        return f"--{self.boundary}\r\n{disposition}\r\nContent-Type: {file.mime}\r\n\r\n".encode()

    def _end(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()
