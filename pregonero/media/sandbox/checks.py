"""Checks that images, videos and captions have in common: the format, the size, and that no web page is hidden."""

import re
from pathlib import Path

from pregonero.media.errors import FileTooLarge, MalformedFile
from pregonero.media.formats import HEAD_BYTES, FileFormat, format_of

MAX_PIXELS = 40_000_000  # decoded, an image of this size uses about 160 MB
MAX_SIDE = 20_000  # pixels
# What makes a browser treat a file as a page or as an SVG with scripts.
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html[\s>]|script[\s>]|iframe[\s>]|svg[\s>][^>]{0,400}(?:xmlns|onload))", re.IGNORECASE
)


def read_format(path: Path) -> FileFormat | None:
    """Return the format of a file by its first bytes, or None when it is not known."""
    with path.open("rb") as file:
        return format_of(file.read(HEAD_BYTES))


def check_no_markup(data: bytes) -> None:
    """Raise `MalformedFile` if the data hold a web page, or an SVG with scripts."""
    if MARKUP.search(data):
        raise MalformedFile("El archivo lleva escondida una página web: no se recibe.")


def check_size(width: int, height: int) -> None:
    """Raise `FileTooLarge` if an image of this size must not be decoded."""
    if width < 1 or height < 1:
        raise MalformedFile("El archivo no dice su tamaño.")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise FileTooLarge(f"Mide {width} × {height}; se admiten {MAX_PIXELS // 1_000_000} millones de puntos.")
