"""The real format and measures of a file, from decoding it; a damaged, disguised or oversized file is refused."""

import re
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from pregonero.media.captions import cues
from pregonero.media.errors import FileTooLarge, MalformedFile, UnsupportedFile
from pregonero.media.formats import (
    AVIF,
    CAPTIONS_NAMES,
    HEAD_BYTES,
    HEIC,
    JPEG,
    MOV,
    MP4,
    PICTURE_NAMES,
    VIDEO_NAMES,
    FileFormat,
    format_of,
)

MAX_PIXELS = 40_000_000  # decoded, an image of this size uses about 160 MB
MAX_SIDE = 20_000  # pixels
MAX_FRAMES = 2_000
MAX_ANIMATION_PIXELS = 25 * MAX_PIXELS  # all the frames together
MAX_SECONDS = 4 * 60 * 60.0
MAX_CAPTIONS_BYTES = 2_000_000
# "mpoffset": telephones add further images after the first one (MPF).
METADATA = {"exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif", "mpoffset"}
EXPECTED = {
    "picture": f"aquí va una imagen {PICTURE_NAMES}",
    "video": f"aquí va un video {VIDEO_NAMES}",
    "media": f"se reciben imágenes ({PICTURE_NAMES}) y videos ({VIDEO_NAMES})",
    "captions": f"aquí van subtítulos {CAPTIONS_NAMES}",
}
SEARCHED_BYTES = 256 * 1024  # at each end of a video; browsers do not look for markup further in
# What makes a browser treat a file as a page or as an SVG with scripts.
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html[\s>]|script[\s>]|iframe[\s>]|svg[\s>][^>]{0,400}(?:xmlns|onload))", re.IGNORECASE
)
BOX_HEADER, LARGE_BOX_HEADER = 8, 16  # bytes, of an MP4 box
MIN_COMPLETE = 0.97  # of the declared length; the sound may be a little longer than the images
SIDEWAYS = (90, 270)  # degrees


def inspect(job: dict[str, Any]) -> dict[str, Any]:
    """Return the kind, format, size and traits of a file.

    `job["expected"]` is "picture", "video", "media" (either of them) or "captions".
    Raises `MalformedFile` or `FileTooLarge`.
    """
    path, expected = Path(job["path"]), job["expected"]
    if not path.stat().st_size:
        raise MalformedFile("El archivo está vacío.")
    known = read_format(path)
    if known is not None and known.kind != expected and not (expected == "media" and known.kind):
        raise UnsupportedFile(f"El archivo es {known.label}: {EXPECTED[expected]}.")
    if expected == "captions":
        return inspect_captions(path)
    if known is None:
        raise UnsupportedFile(f"El archivo no es de un tipo conocido: {EXPECTED[expected]}.")
    return inspect_picture(path) if known.kind == "picture" else inspect_video(path, known)


def read_format(path: Path) -> FileFormat | None:
    """Return the format of a file by its first bytes, or None when it is not known."""
    with path.open("rb") as file:
        return format_of(file.read(HEAD_BYTES))


def open_picture(path: Path) -> Image.Image:
    """Open an image with the decoder of its format. Raises `UnidentifiedImageError` for any other file.

    Of a JPEG with several images only the first one is opened, whatever the index of the others says.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    known = read_format(path)
    if known is None or known.kind != "picture":
        raise UnidentifiedImageError(str(path))
    if known is JPEG:
        return JpegImageFile(path)
    if known is HEIC:
        import pillow_heif  # noqa: PLC0415  only these files need it

        pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(path, formats=[known.decoder])


def inspect_picture(path: Path) -> dict[str, Any]:
    """Decode every frame of an image and return its measures."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    known = read_format(path) or JPEG
    try:
        with open_picture(path) as picture:
            check_size(*picture.size)
            frames = 1 if known in {HEIC, AVIF} else int(getattr(picture, "n_frames", 1))
            _check_frames(frames, *picture.size)
            colour, has_metadata = _colour_space(picture), _has_metadata(picture)
            for index in range(frames):
                if frames > 1:  # otherwise the image that the file names as its main one is open
                    picture.seek(index)
                picture.load()
            size = picture.size
    except UnidentifiedImageError as error:
        raise MalformedFile("La imagen está dañada: no se pudo abrir.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooLarge("La imagen tiene demasiados puntos; no se leyó.") from error
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, RuntimeError) as error:
        raise MalformedFile("La imagen está dañada o llegó incompleta.") from error
    _check_no_markup(path.read_bytes())
    return {
        "kind": "picture",
        "mime": known.mime,
        "extension": known.extension,
        "width": size[0],
        "height": size[1],
        "seconds": 0.0,
        "traits": {"frames": frames, "colour": colour},
        "has_metadata": has_metadata,
    }


def _check_frames(frames: int, width: int, height: int) -> None:
    if frames > MAX_FRAMES or frames * width * height > MAX_ANIMATION_PIXELS:
        raise FileTooLarge(f"La animación tiene demasiados cuadros ({frames}); no se leyó.")


def _colour_space(picture: Image.Image) -> str:
    if picture.mode == "CMYK":
        return "CMYK"
    profile = picture.info.get("icc_profile")
    if not profile:
        return "sRGB"
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile))).strip()
    except (ImageCms.PyCMSError, OSError):
        return "desconocido"
    return "sRGB" if "srgb" in name.lower() else name[:60] or "desconocido"


def _has_metadata(picture: Image.Image) -> bool:
    """Return whether the image has metadata: place, time, camera, author, or an orientation to apply."""
    return bool(METADATA & picture.info.keys() or getattr(picture, "text", {}) or picture.getexif())


def _check_no_markup(data: bytes) -> None:
    if MARKUP.search(data):
        raise MalformedFile("El archivo lleva escondida una página web: no se recibe.")


def inspect_video(path: Path, container: FileFormat) -> dict[str, Any]:
    """Decode the first image of a video, read its packets to the end, and return its measures."""
    is_index_first = moov_first(path) if container in {MP4, MOV} else None
    try:
        with path.open("rb") as file, open_video(file, container) as video:
            measures = _measure(video, path.stat().st_size)
    except (av.FFmpegError, StopIteration, ValueError, OverflowError) as error:
        raise MalformedFile("El video está dañado o llegó incompleto.") from error
    if measures["seconds"] > MAX_SECONDS:
        raise FileTooLarge("El video dura más de 4 horas.")
    with path.open("rb") as file:
        start = file.read(SEARCHED_BYTES)
        file.seek(max(0, path.stat().st_size - SEARCHED_BYTES))
        _check_no_markup(start + file.read(SEARCHED_BYTES))
    measures["traits"]["moov_first"] = is_index_first
    return {
        "kind": "video",
        "mime": container.mime,
        "extension": container.extension,
        "has_metadata": False,
        **measures,
    }


def open_video(file: Any, container: FileFormat) -> Any:
    """Open a video without permission to read any other file or address: FFmpeg would open those of a playlist."""
    return av.open(file, mode="r", format=container.decoder, options={"protocol_whitelist": ""})


def _measure(video: Any, size: int) -> dict[str, Any]:
    if not video.streams.video:
        raise MalformedFile("El archivo no trae video.")
    stream = video.streams.video[0]
    codec = stream.codec_context
    check_size(codec.width, codec.height)
    codec.thread_count = 1
    frame = next(video.decode(stream))
    _check_complete(video, stream)
    width, height = (frame.height, frame.width) if rotation_of(frame) in SIDEWAYS else (frame.width, frame.height)
    seconds = float(video.duration or 0) / 1_000_000
    audio = video.streams.audio[0].codec_context if video.streams.audio else None
    return {
        "width": width,
        "height": height,
        "seconds": seconds,
        "traits": {
            "frames": int(stream.frames),
            "codec": str(codec.name),
            "fps": round(float(stream.average_rate or 0), 3),
            "bit_rate": int(size * 8 / seconds) if seconds else 0,
            "audio": str(audio.name) if audio else "",
            "audio_hz": int(audio.sample_rate) if audio else 0,
        },
    }


def _check_complete(video: Any, stream: Any) -> None:
    """Compare the time of the last packet with the declared length; a cut file ends before it."""
    declared, last = float(video.duration or 0) / 1_000_000, 0.0
    video.seek(0)
    for packet in video.demux(stream):
        if packet.pts is not None:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    if last + 1 < declared * MIN_COMPLETE:
        raise MalformedFile("El video llegó incompleto: faltan imágenes del final.")


def rotation_of(frame: Any) -> int:
    """Return the rotation that a player applies to the frame, in degrees. Telephones record it instead of rotating."""
    return int(getattr(frame, "rotation", 0) or 0) % 360


def moov_first(path: Path) -> bool:
    """Return whether the index (moov) of an MP4 comes before its data (mdat)."""
    order = [kind for kind in _boxes(path) if kind in {b"moov", b"mdat"}]
    return order[:1] == [b"moov"]


def _boxes(path: Path) -> Iterator[bytes]:
    """Yield the type of each top-level box of an MP4. Raises `MalformedFile` if one goes beyond the end."""
    end, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        while offset + BOX_HEADER <= end:
            file.seek(offset)
            header = file.read(LARGE_BOX_HEADER)
            size, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if size == 1:
                size = int.from_bytes(header[8:16], "big")
            if offset + size > end:
                raise MalformedFile("El video llegó incompleto: se cortó antes de su final.")
            yield kind
            if size < BOX_HEADER:
                return
            offset += size


def inspect_captions(path: Path) -> dict[str, Any]:
    """Read WebVTT or SubRip captions and return how many there are."""
    if path.stat().st_size > MAX_CAPTIONS_BYTES:
        raise FileTooLarge("El archivo de subtítulos pesa más de 2 MB.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedFile("Los subtítulos no están en UTF-8: guárdalos así y súbelos de nuevo.") from error
    captions = cues(text)
    if not captions:
        raise MalformedFile("El archivo no tiene subtítulos: se reciben WebVTT (.vtt) y SubRip (.srt).")
    _check_no_markup(text.encode())
    is_webvtt = text.lstrip().startswith("WEBVTT")
    return {
        "kind": "captions",
        "mime": "text/vtt" if is_webvtt else "application/x-subrip",
        "extension": "vtt" if is_webvtt else "srt",
        "width": 0,
        "height": 0,
        "seconds": 0.0,
        "traits": {"frames": len(captions)},
        "has_metadata": False,
    }


def check_size(width: int, height: int) -> None:
    """Raise `FileTooLarge` if an image of this size must not be decoded."""
    if width < 1 or height < 1:
        raise MalformedFile("El archivo no dice su tamaño.")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise FileTooLarge(f"Mide {width} × {height}; se admiten {MAX_PIXELS // 1_000_000} millones de puntos.")
