"""What a file of the manual of visual identity is. Nothing in it is opened but by the decoder of its own kind.

A file with programs, a ZIP that climbs out of its folder or that would fill the disk, and a file that is not what its
name says are refused. Any other is kept as it is; `note` says why it does not open here.
"""

import mmap
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from pregonero.media.errors import FileTooLarge, MalformedFile, UnsupportedFile
from pregonero.media.formats import FORMATS, FileFormat
from pregonero.media.sandbox.checks import read_format
from pregonero.media.sandbox.inspect import inspect_picture
from pregonero.media.sandbox.pdf import inspect_pdf

MOST_PARTS = 20_000  # of a ZIP
MOST_UNPACKED = 4 * 1024**3  # bytes
MOST_RATIO, SMALL = 200, 50 * 1024**2  # a ZIP that grows so much, beyond so many bytes, is a bomb
PDF_END_WITHIN = 2048
SVG_PROGRAMS = re.compile(rb"<script|\son[a-z]+\s*=|javascript:|<foreignobject|<!entity|<iframe|<embed|<object", re.I)
PROGRAMS = "un programa"
SYMLINK = 0o120000
ZIP_START = b"PK\x03\x04"
EXTENSIONS = {f".{known.extension}": known.label for known in FORMATS} | {
    ".jpeg": "una imagen JPEG",
    ".pdf": "un documento PDF",
    ".svg": "una imagen SVG",
}


def inspect_document(job: dict[str, Any]) -> dict[str, Any]:
    """Return how a file opens ("PDF", "PICTURE" or "DOWNLOAD"), what it is in Spanish, and a note. May refuse it."""
    path, name = Path(job["path"]), str(job["name"])
    if not path.stat().st_size:
        raise MalformedFile("El archivo está vacío.")
    known = read_format(path)
    label = known.label if known else "un archivo"
    if label == PROGRAMS:
        raise MalformedFile("Es un programa, no una plantilla: no se recibe.")
    claimed = EXTENSIONS.get(PurePosixPath(name).suffix.lower())
    if claimed is not None and claimed != label and not _are_videos(claimed, label):
        raise MalformedFile(f"Su nombre dice {claimed} y por dentro es {label}: no se recibe.")
    opening, note = _look_into(path, known)
    return {"opening": opening, "label": label, "note": note}


def _are_videos(claimed: str, label: str) -> bool:
    return claimed.startswith("un video") and label.startswith("un video")


def _look_into(path: Path, known: FileFormat | None) -> tuple[str, str]:
    if known is not None and known.kind == "picture":
        return _picture(path)
    if known is not None and known.label == "un documento PDF":
        return _pdf(path)
    if known is not None and known.label == "una imagen SVG":
        return _svg(path)
    if known is not None and known.label == "una página web":
        raise MalformedFile("Es una página web, no una plantilla: no se recibe.")
    if _starts_as_zip(path) or zipfile.is_zipfile(path):
        _check_zip(path)
    return "DOWNLOAD", ""


def _picture(path: Path) -> tuple[str, str]:
    try:
        inspect_picture(path)
    except FileTooLarge as refusal:  # a poster for printing may be so large: it is kept, and never decoded
        return "DOWNLOAD", f"{refusal.message} Aquí no se ve: se descarga."
    return "PICTURE", ""


def _pdf(path: Path) -> tuple[str, str]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.rfind(b"%%EOF", max(0, len(content) - PDF_END_WITHIN)) < 0:
            raise MalformedFile("El PDF está cortado: pide que lo suban otra vez.")
    try:
        inspect_pdf({"path": str(path)})
    except UnsupportedFile:
        return "DOWNLOAD", "Trae programas o archivos adentro, o pide contraseña: aquí no se abre, se descarga."
    except MalformedFile:
        return "DOWNLOAD", "El PDF está dañado: aquí no se abre, se descarga."
    return "PDF", ""


def _svg(path: Path) -> tuple[str, str]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if SVG_PROGRAMS.search(content):
            raise MalformedFile("El SVG trae programas adentro: pide que lo guarden sin ellos.")
    return "DOWNLOAD", "De un SVG solo un navegador sabe qué dibuja: se descarga."


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ZIP_START)) == ZIP_START


def _check_zip(path: Path) -> None:
    """Raise if a ZIP (also that of an Office document) is a bomb, or has paths that climb. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise MalformedFile("El ZIP está dañado o llegó incompleto.") from error
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * path.stat().st_size)
    if len(parts) > MOST_PARTS or is_bomb:
        raise FileTooLarge("El ZIP crecería sin medida al abrirlo: no se recibe.")
    for part in parts:
        name = part.filename.replace("\\", "/")
        climbs = ".." in name.split("/") or name.startswith("/") or re.match(r"[A-Za-z]:", name)
        if climbs or part.external_attr >> 16 & 0o170000 == SYMLINK:
            raise MalformedFile("El ZIP trae archivos que saldrían de su carpeta al abrirlo: no se recibe.")
