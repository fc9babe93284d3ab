"""Small versions of stored images and videos for our own pages: made once, in the sandbox, and kept beside the files.

A file's content never changes, so neither do its small versions: a browser may keep them for ever.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from pregonero.media.models import Medium, MediumKind
from pregonero.media.sandbox.runner import THUMBNAIL_LIMITS, run
from pregonero.media.store import path_of

WIDTHS = (96, 192, 384, 768, 1200)  # pixels


@dataclass(frozen=True)
class Shape:
    """The size of a small version in a page, in CSS pixels. A `height` of 0 keeps the file's own proportion."""

    width: int
    height: int
    sizes: str  # the attribute `sizes` of the image, by which a browser chooses a width


SHAPES = {
    "small": Shape(48, 27, "48px"),
    "row": Shape(64, 36, "64px"),
    "large": Shape(104, 58, "104px"),
    "square": Shape(40, 40, "40px"),
    "wide": Shape(640, 0, "(max-width: 900px) 100vw, 640px"),
}


@dataclass(frozen=True)
class Thumbnail:
    """The attributes of the image that shows a small version of a file."""

    src: str
    srcset: str
    sizes: str
    width: int
    height: int


def widths_of(medium: Medium) -> list[int]:
    """Return the widths that the small versions of a file have: none is wider than the file."""
    smaller = [width for width in WIDTHS if width < medium.width]
    return [*smaller, medium.width] if 0 < medium.width <= WIDTHS[-1] else smaller


def thumbnail_of(medium: Medium, shape: str) -> Thumbnail:
    """Return how a file is shown small. Raises `KeyError` for an unknown shape."""
    box, widths = SHAPES[shape], widths_of(medium)
    addresses = [reverse("media:thumbnail", args=[medium.pk, width]) for width in widths]
    nearest = next((at for at, width in enumerate(widths) if width >= box.width), len(widths) - 1)
    return Thumbnail(
        src=addresses[nearest] if addresses else "",
        srcset=", ".join(f"{address} {width}w" for address, width in zip(addresses, widths, strict=True)),
        sizes=box.sizes,
        width=box.width if box.height else medium.width,
        height=box.height or medium.height,
    )


def thumbnail_path(medium: Medium, width: int) -> Path:
    """Return the path of a small version, made now if it is the first time.

    Raises `LookupError` for a width that it does not have, `FileNotFoundError` without the file, and `UnusableFile`.
    """
    widths = widths_of(medium)
    if width not in widths or medium.kind not in {MediumKind.PICTURE, MediumKind.VIDEO}:
        raise LookupError(f"file {medium.pk} has no small version of {width} pixels")
    path = _path(medium, width)
    if not path.is_file():
        _make(medium, widths)
    return path


def _path(medium: Medium, width: int) -> Path:
    folder = Path(settings.MEDIA_FOLDER) / "thumbnails" / medium.sha256[:2]
    return folder / f"{medium.sha256[2:]}-{width}.webp"


def _make(medium: Medium, widths: list[int]) -> None:
    """Make all the small versions at once, and give each its name when it is complete: two requests may coincide."""
    source = path_of(medium)
    if not source.is_file():
        raise FileNotFoundError(source)
    folder = _path(medium, widths[0]).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as unfinished:
        outputs = {width: Path(unfinished) / f"{width}.webp" for width in widths}
        named = {str(width): str(path) for width, path in outputs.items()}
        run("thumbnails", source, THUMBNAIL_LIMITS, kind=medium.kind, outputs=named)
        for width, path in outputs.items():
            path.replace(_path(medium, width))
