"""The media folder: files named by the SHA-256 of their content, inspected in the sandbox before they are stored."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings

from pregonero.media.conversion import Conversion
from pregonero.media.errors import FileTooLarge, MalformedFile
from pregonero.media.formats import FORMATS, NEEDS_JPEG, label_of
from pregonero.media.models import Medium
from pregonero.media.sandbox.runner import COPY_LIMITS, IMAGE_LIMITS, INSPECTION_LIMITS, VIDEO_LIMITS, run

CHUNK = 1024 * 1024
MAX_UPLOAD_BYTES = 1024 * CHUNK
MAX_ARMS_BYTES = 5 * CHUNK
MIME_OF_EXTENSION = {f".{known.extension}": known.mime for known in FORMATS} | {
    ".jpeg": "image/jpeg",
    ".heif": "image/heic",
    ".m4v": "video/mp4",
}
INTERCHANGEABLE = {"video/mp4", "video/quicktime"}  # telephones give either extension to the same kind of file
CAPTIONS_MIMES = ("text/", "application/")
WITHOUT_METADATA = "quitar lo que decía del lugar, la hora y la cámara"
AS_ARMS = "reducir al tamaño de un escudo"
AS_JPEG = "convertir a JPEG en sRGB"


@dataclass(frozen=True)
class StoredFile:
    """A file of the media folder, as the sandbox measured it. `file` is the path relative to the folder.

    When the original had metadata (place, camera, author), or is in a format that no network takes, this file was made
    from it: `original` is the file as it came, and `steps` says in Spanish what was done.
    """

    kind: str  # a `MediumKind`
    sha256: str
    file: str
    mime: str
    size: int  # bytes
    width: int
    height: int
    seconds: float
    origin: str = ""
    traits: dict[str, Any] = field(default_factory=dict)
    original: "StoredFile | None" = None
    steps: tuple[str, ...] = ()


def path_of(medium: Medium | StoredFile) -> Path:
    """Return the absolute path of a stored file."""
    return Path(settings.MEDIA_FOLDER) / medium.file


def store_upload(
    chunks: Iterable[bytes], name: str, *, expected: str = "media", max_bytes: int = MAX_UPLOAD_BYTES
) -> StoredFile:
    """Store an uploaded file. Raises `UnusableFile`, also when the extension of its name is false."""
    with incoming_file() as output:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise FileTooLarge(f"El archivo pesa más de {max_bytes // CHUNK} MB: no se recibe.")
            output.write(chunk)
        return store_incoming(output, expected, check=extension_check(name))


def store_arms(chunks: Iterable[bytes], name: str) -> StoredFile:
    """Store an entity's arms: the uploaded picture, and made from it a small square PNG that is the one shown.

    Raises `UnusableFile`, also when the picture is too small or too wide to be recognised.
    """
    uploaded = store_upload(chunks, name, expected="arms", max_bytes=MAX_ARMS_BYTES)
    with incoming_file() as output:
        run("arms", path_of(uploaded), IMAGE_LIMITS, output=output.name)
        return replace(store_incoming(output, "arms"), original=uploaded, steps=(AS_ARMS,))


def convert_picture(path: Path, conversion: Conversion) -> StoredFile:
    """Convert an image in the sandbox and store the result; the original does not change."""
    with incoming_file() as output:
        run("picture", path, IMAGE_LIMITS, output=output.name, conversion=conversion.as_data())
        return store_incoming(output, "picture")


def convert_video(path: Path, conversion: Conversion, on_progress: Callable[[int], None]) -> StoredFile:
    """Convert a video in the sandbox and store the result; call `on_progress` with the percentage done."""
    with incoming_file() as output:
        run("video", path, VIDEO_LIMITS, on_progress=on_progress, output=output.name, conversion=conversion.as_data())
        return store_incoming(output, "video")


@contextmanager
def incoming_file() -> Iterator[IO[bytes]]:
    """Open a temporary file in the media folder, so that storing it is a hard link; delete its name at the end."""
    folder = Path(settings.MEDIA_FOLDER) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="m-") as output:
        yield output


def store_incoming(
    output: IO[bytes], expected: str, *, origin: str = "", check: Callable[[str], None] = lambda mime: None
) -> StoredFile:
    """Inspect an incoming file and store it, without its metadata; HEIC, AVIF and HDR as JPEG. Raises `UnusableFile`.

    `expected` is "picture", "arms", "video", "media" (picture or video) or "captions"; `origin` is the address that the
    file came from; `check` receives the real MIME type and may raise.
    """
    output.flush()
    inspected = run("inspect", Path(output.name), INSPECTION_LIMITS, expected=expected)
    check(inspected["mime"])
    stored = _store(output, inspected, origin)
    steps = tuple(_steps(inspected))
    if not steps:
        return stored
    with incoming_file() as clean_output:
        limits = COPY_LIMITS if inspected["kind"] == "video" else IMAGE_LIMITS
        run(f"clean {inspected['kind']}", Path(output.name), limits, output=clean_output.name)
        inspected = run("inspect", Path(clean_output.name), INSPECTION_LIMITS, expected=expected)
        return replace(_store(clean_output, inspected, origin), original=stored, steps=steps)


def store_opaque(output: IO[bytes]) -> tuple[str, str, int]:
    """Store an incoming file as it is, and return its SHA-256, its path in the media folder, and its bytes.

    It has no extension of its own and no row: `safe_response` gives it back so that no browser runs what it holds.
    """
    output.flush()
    sha256, size = _measure(Path(output.name))
    file = f"{sha256[:2]}/{sha256[2:]}.bin"
    _keep(output, file)
    return sha256, file, size


def _steps(inspected: dict[str, Any]) -> Iterator[str]:
    """Yield in Spanish what is done to a file before it is used."""
    if inspected["mime"] in NEEDS_JPEG:
        yield AS_JPEG
    if inspected.get("colour_step"):
        yield inspected["colour_step"]
    if inspected["has_metadata"]:
        yield WITHOUT_METADATA


def extension_check(name: str) -> Callable[[str], None]:
    """Return a check of the real MIME type that raises `MalformedFile` if the extension of a name is false."""
    return partial(_check_extension, name)


def _check_extension(name: str, mime: str) -> None:
    claimed = MIME_OF_EXTENSION.get(PurePath(name).suffix.lower())
    if claimed in {None, mime} or {claimed, mime} <= INTERCHANGEABLE or mime.startswith(CAPTIONS_MIMES):
        return
    raise MalformedFile(
        f"«{name[-80:]}» dice ser {label_of(str(claimed))} y por dentro es {label_of(mime)}: no se recibe."
    )


def _store(output: IO[bytes], inspected: dict[str, Any], origin: str) -> StoredFile:
    # The file is read by its name: the sandbox may have replaced the content behind our handle.
    sha256, size = _measure(Path(output.name))
    file = f"{sha256[:2]}/{sha256[2:]}.{inspected['extension']}"
    _keep(output, file)
    return StoredFile(
        kind=inspected["kind"],
        sha256=sha256,
        file=file,
        mime=inspected["mime"],
        size=size,
        width=inspected["width"],
        height=inspected["height"],
        seconds=inspected["seconds"],
        origin=origin,
        traits=inspected["traits"],
    )


def _keep(output: IO[bytes], file: str) -> None:
    path = Path(settings.MEDIA_FOLDER) / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.fsync(output.fileno())
        _link(Path(output.name), path)


def _link(temporary: Path, path: Path) -> None:
    """Give a complete file its final name in one step; another process may have stored the same content first."""
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
