"""HDR and wide gamut in pictures: a layer of gain over an ordinary picture, or values that mean other colours."""

from pathlib import Path
from typing import Any

import av
from PIL import Image

from pregonero.media.formats import AVIF, HEIC, JPEG, MOV, PNG, FileFormat
from pregonero.media.sandbox.colour import colour_name
from pregonero.media.sandbox.inspect_video import open_video
from pregonero.media.sandbox.srgb_tables import UNKNOWN

CICP = "cicp"  # in `Image.info`: the primaries and the transfer, as ITU-T H.273 numbers them
# What says that a file has a layer of gain: in a JPEG, ISO 21496-1, Ultra HDR and Apple; in a HEIC or AVIF, Apple's
# auxiliary picture and the item of ISO 21496-1, named at the start of the file.
JPEG_MARKS = (b"urn:iso:std:iso:ts:21496:-1", b"http://ns.adobe.com/hdr-gain-map/1.0/", b"HDRGainMap")
ITEM_MARKS = (b":aux:hdrgainmap", b"tmap")
ITEM_BYTES = 64 * 1024
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
WITHOUT_GAIN_MAP = "dejar la imagen que ve cualquier pantalla, sin la capa HDR"


def read_colours(picture: Image.Image, path: Path, known: FileFormat) -> None:
    """Note in `picture.info` the HDR or wide gamut colours of the file, when a colour profile does not say them."""
    primaries, transfer = {HEIC: _of_heic, AVIF: _of_avif, PNG: _of_png}.get(known, _unknown)(picture, path)
    name = colour_name(primaries, transfer)
    if name.startswith("HDR") or (name and not picture.info.get("icc_profile")):
        picture.info[CICP] = (primaries, transfer)


def colour_step(picture: Image.Image, path: Path, known: FileFormat) -> str:
    """Return in Spanish what is done to a picture with more colours than ordinary screens; empty for the others."""
    if CICP in picture.info:
        return f"pasar de {colour_name(*picture.info[CICP])} al color de cualquier pantalla"
    return WITHOUT_GAIN_MAP if _has_gain_map(path, known) else ""


def _has_gain_map(path: Path, known: FileFormat) -> bool:
    if known not in {JPEG, HEIC, AVIF}:
        return False
    with path.open("rb") as file:
        data = file.read(-1 if known is JPEG else ITEM_BYTES)  # of a JPEG, the layer itself may be what says it
    return any(mark in data for mark in (JPEG_MARKS if known is JPEG else ITEM_MARKS))


def _of_heic(picture: Image.Image, path: Path) -> tuple[int, int]:
    profile: dict[str, Any] = picture.info.get("nclx_profile") or {}
    return int(profile.get("color_primaries", UNKNOWN)), int(profile.get("transfer_characteristics", UNKNOWN))


def _of_avif(picture: Image.Image, path: Path) -> tuple[int, int]:
    """Pillow does not say the colours of an AVIF: FFmpeg reads them in the first tile."""
    try:
        with path.open("rb") as file, open_video(file, MOV) as images:
            codec = images.streams.video[0].codec_context
            codec.thread_count = 1
            frame = next(images.decode(video=0))
            return int(frame.color_primaries), int(frame.color_trc)
    except (av.FFmpegError, StopIteration, IndexError):
        return _unknown(picture, path)  # Pillow, which opens it, decides whether it is damaged


def _of_png(picture: Image.Image, path: Path) -> tuple[int, int]:
    """Return what the chunk cICP says; it comes before the pixels."""
    with path.open("rb") as file:
        file.seek(len(PNG_SIGNATURE))
        while (header := file.read(8)) and header[4:] not in {b"", b"IDAT", b"IEND"}:
            if header[4:] == b"cICP":
                primaries, transfer = file.read(2).ljust(2, bytes([UNKNOWN]))
                return primaries, transfer
            file.seek(int.from_bytes(header[:4], "big") + 4, 1)
    return _unknown(picture, path)


def _unknown(picture: Image.Image, path: Path) -> tuple[int, int]:
    return UNKNOWN, UNKNOWN
