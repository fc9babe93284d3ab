"""Pictures, videos and captions: our own copy of each, kept by its content, looked at in a process apart before it is
believed.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings

from pregonero.networks.media_conversion import ConversionPlan
from pregonero.newsroom.media_sandbox.runner import DRAWING, FILMING, LOOKING, run
from pregonero.newsroom.reading.errors import Malformed, TooLarge
from pregonero.newsroom.reading.fetch import PICTURE, VIDEO, fetch_into

CHUNK = 1024 * 1024
LARGEST = VIDEO.limit
# What a name promises, and what must then be inside.
NAMED = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
}  # fmt: skip
CALLED = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "video/mp4": "MP4",
    "video/quicktime": "MOV", "video/webm": "WebM",
}  # fmt: skip
TELEPHONES = {"video/mp4", "video/quicktime"}  # one family: a telephone writes either ending on the same file


@dataclass(frozen=True)
class KeptFile:
    """A file in the media folder, as it really is. `file` is relative to that folder.

    `original` is what came, when it told more than what is seen (a place, a camera): then this is the same without it.
    """

    kind: str  # "picture", "video" or "captions"
    sha256: str
    file: str
    mime: str
    size: int  # bytes
    width: int
    height: int
    seconds: float
    origin: str = ""
    traits: dict[str, Any] = field(default_factory=dict)
    original: "KeptFile | None" = None


def keep_picture(link: str) -> KeptFile:
    """Fetch a picture and keep it. Raises `Unreadable`; nothing stays in the folder then."""
    with _temporary() as output:
        fetch_into(output, link, PICTURE)
        return _looked_at(output, "picture", link)


def keep_video(link: str) -> KeptFile:
    """Fetch a video and keep it. Raises `Unreadable`; nothing stays in the folder then."""
    with _temporary() as output:
        fetch_into(output, link, VIDEO)
        return _looked_at(output, "video", link)


def keep_upload(chunks: Iterable[bytes], name: str, *, wanted: str = "media") -> KeptFile:
    """Keep a file that a person uploaded. Raises `Unreadable`, also when it is not what its name says."""
    with _temporary() as output:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                raise TooLarge(f"El archivo pesa más de {LARGEST // CHUNK} MB: no se recibe.")
            output.write(chunk)
        output.flush()
        return _looked_at(output, wanted, "", lambda mime: _check_name(name, mime))


def make_picture(path: Path, recipe: ConversionPlan) -> KeptFile:
    """Make a version of a picture and keep it: what came stays as it is."""
    with _temporary() as output:
        run("picture", path, DRAWING, output=output.name, recipe=recipe.as_data())
        return _looked_at(output, "picture", "")


def make_video(path: Path, recipe: ConversionPlan, say: Callable[[int], None]) -> KeptFile:
    """Make a version of a video and keep it, saying how far it got."""
    with _temporary() as output:
        run("video", path, FILMING, say=say, output=output.name, recipe=recipe.as_data())
        return _looked_at(output, "video", "")


def _check_name(name: str, mime: str) -> None:
    promised = NAMED.get(PurePath(name).suffix.lower())
    if promised in {None, mime} or {promised, mime} <= TELEPHONES or mime not in CALLED:
        return
    raise Malformed(f"«{name[-80:]}» dice ser {CALLED[str(promised)]} y por dentro es {CALLED[mime]}: no se recibe.")


def _looked_at(
    output: IO[bytes], wanted: str, origin: str, check: Callable[[str], None] = lambda mime: None
) -> KeptFile:
    output.flush()
    found = run("look", Path(output.name), LOOKING, wanted=wanted)
    check(found["mime"])
    kept = _keep(output, found, origin)
    if not found["private"]:
        return kept
    with _temporary() as clean:
        run("clean", Path(output.name), DRAWING, output=clean.name)
        seen = run("look", Path(clean.name), LOOKING, wanted=wanted)
        return _keep(clean, seen, origin, original=kept)


@contextmanager
def _temporary() -> Iterator[IO[bytes]]:
    """Give a file on the disk of the media folder, so that keeping it is one step; it goes away by itself."""
    folder = Path(settings.MEDIA_FOLDER) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="m-") as output:
        yield output


def _keep(output: IO[bytes], found: dict[str, Any], origin: str, original: KeptFile | None = None) -> KeptFile:
    # By its name and not by its handle: a process apart may have written it.
    sha256, size = _measure(Path(output.name))
    file = f"{sha256[:2]}/{sha256[2:]}.{found['ending']}"
    path = Path(settings.MEDIA_FOLDER) / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.fsync(output.fileno())
        # A second name for the whole file: it is there complete, or not at all.
        _link(Path(output.name), path)
    return KeptFile(
        kind=found["kind"], sha256=sha256, file=file, mime=found["mime"], size=size, width=found["width"],
        height=found["height"], seconds=found["seconds"], origin=origin, traits=found["traits"], original=original,
    )  # fmt: skip


def _link(temporary: Path, path: Path) -> None:
    temporary.chmod(0o644)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return


def _measure(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest(), path.stat().st_size
