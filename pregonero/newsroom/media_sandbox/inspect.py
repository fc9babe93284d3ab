"""What a file really is, whatever it is called: decoded, measured, and refused when it is something else as well."""

import re
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageCms, UnidentifiedImageError

from pregonero.networks.captions import cues
from pregonero.newsroom.media_sandbox.errors import CannotUse

PIXELS_LIMIT = 40_000_000  # a decoded picture of this size takes some 160 MB
SIDE_LIMIT = 20_000
FRAMES_LIMIT = 2_000
SECONDS_LIMIT = 4 * 60 * 60.0
CAPTIONS_LIMIT = 2_000_000
PICTURES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "GIF": ("image/gif", "gif"),
            "WEBP": ("image/webp", "webp")}  # fmt: skip
HEAD = 12
ENDS = 256 * 1024  # of a video: where a page that hides in one must be for somebody to read it as a page
# What makes a reader take a file for a page or a drawing with programs.
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html[\s>]|script[\s>]|iframe[\s>]|svg[\s>][^>]{0,400}(?:xmlns|onload))", re.IGNORECASE
)
BOX_HEAD = 8
MUST_HAVE = 0.97  # of what a video says that it lasts: its sound may go on a little longer
SQUARE_TURNS = (90, 270)


def look(job: dict[str, Any]) -> dict[str, Any]:
    """Return what a file is. `wanted` says what it may be: "picture", "video", "media" (either) or "captions"."""
    path, wanted = Path(job["path"]), job["wanted"]
    if not path.stat().st_size:
        raise CannotUse("El archivo está vacío.")
    if wanted == "captions":
        return look_at_captions(path)
    container = container_of(path)
    if wanted == "video" or (wanted == "media" and container is not None):
        return look_at_video(path, container)
    return look_at_picture(path)


def look_at_picture(path: Path) -> dict[str, Any]:
    """Decode a picture wholly, every frame of it."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = PIXELS_LIMIT
    try:
        with Image.open(path, formats=list(PICTURES)) as picture:
            check_size(*picture.size)
            frames = int(getattr(picture, "n_frames", 1))
            _check_frames(frames, *picture.size)
            mime, ending = PICTURES[str(picture.format)]
            colour, private, turn = _colour(picture), _is_private(picture), picture.getexif().get(0x0112, 1)
            for index in range(frames):
                picture.seek(index)
                picture.load()
            size = picture.size
    except UnidentifiedImageError as error:
        raise CannotUse("La imagen no es JPEG, PNG, GIF ni WebP, aunque su dirección lo diga.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CannotUse("La imagen tiene demasiados puntos; no se leyó.", "too_large") from error
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError) as error:
        raise CannotUse("La imagen está dañada o llegó incompleta.") from error
    _check_no_markup(path.read_bytes())
    return {
        "kind": "picture", "mime": mime, "ending": ending, "width": size[0], "height": size[1], "seconds": 0.0,
        "traits": {"frames": frames, "colour": colour}, "private": private or turn != 1,
    }  # fmt: skip


def _check_frames(frames: int, width: int, height: int) -> None:
    if frames > FRAMES_LIMIT or frames * width * height > 25 * PIXELS_LIMIT:
        raise CannotUse(f"La animación tiene demasiados cuadros ({frames}); no se leyó.", "too_large")


def _colour(picture: Image.Image) -> str:
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


def _is_private(picture: Image.Image) -> bool:
    """Return whether it says more than what is seen: where and when it was taken, with what, by whom."""
    told = {"exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif"}
    return bool(told & picture.info.keys()) or bool(getattr(picture, "text", {})) or bool(picture.getexif())


def _check_no_markup(data: bytes) -> None:
    if MARKUP.search(data):
        raise CannotUse("El archivo lleva escondida una página web: no se recibe.")


def container_of(path: Path) -> tuple[str, str, str] | None:
    """Return the demuxer, the type and the ending of a video. A playlist is none: it would open what it names."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[4:8] == b"ftyp":
        return ("mov", "video/quicktime", "mov") if head[8:10] == b"qt" else ("mp4", "video/mp4", "mp4")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska", "video/webm", "webm"
    return None


def look_at_video(path: Path, container: tuple[str, str, str] | None) -> dict[str, Any]:
    """Open a video and decode its first picture."""
    if container is None:
        raise CannotUse("El video no es MP4, MOV ni WebM, aunque su dirección lo diga.")
    demuxer, mime, ending = container
    index_first = None if demuxer == "matroska" else moov_first(path)
    try:
        with path.open("rb") as file, opened(file, demuxer) as film:
            found = _measured(film, path.stat().st_size)
    except (av.FFmpegError, StopIteration, ValueError, OverflowError) as error:
        raise CannotUse("El video está dañado o llegó incompleto.") from error
    if found["seconds"] > SECONDS_LIMIT:
        raise CannotUse("El video dura más de 4 horas.", "too_large")
    with path.open("rb") as file:
        begins = file.read(ENDS)
        file.seek(max(0, path.stat().st_size - ENDS))
        _check_no_markup(begins + file.read(ENDS))
    found["traits"]["moov_first"] = index_first
    return {"kind": "video", "mime": mime, "ending": ending, "private": False, **found}


def opened(file: Any, demuxer: str) -> Any:
    """Open a video so that it reads nothing but itself."""
    return av.open(file, mode="r", format=demuxer, options={"protocol_whitelist": ""})


def _measured(film: Any, size: int) -> dict[str, Any]:
    if not film.streams.video:
        raise CannotUse("El archivo no trae video.")
    stream = film.streams.video[0]
    context = stream.codec_context
    check_size(context.width, context.height)
    context.thread_count = 1
    frame = next(film.decode(stream))
    _check_whole(film, stream)
    width, height = (frame.height, frame.width) if turn_of(frame) in SQUARE_TURNS else (frame.width, frame.height)
    seconds = float(film.duration or 0) / 1_000_000
    sound = film.streams.audio[0].codec_context if film.streams.audio else None
    return {
        "width": width, "height": height, "seconds": seconds,
        "traits": {
            "frames": int(stream.frames), "codec": str(context.name), "fps": round(float(stream.average_rate or 0), 3),
            "bit_rate": int(size * 8 / seconds) if seconds else 0, "audio": str(sound.name) if sound else "",
            "audio_hz": int(sound.sample_rate) if sound else 0,
        },
    }  # fmt: skip


def _check_whole(film: Any, stream: Any) -> None:
    """Go through it to its end: a file that was cut says how long it should have been."""
    lasts, heard = float(film.duration or 0) / 1_000_000, 0.0
    film.seek(0)
    for packet in film.demux(stream):
        if packet.pts is not None:
            heard = max(heard, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    if heard + 1 < lasts * MUST_HAVE:
        raise CannotUse("El video llegó incompleto: faltan imágenes del final.")


def turn_of(frame: Any) -> int:
    """Return by how much a player turns the picture: telephones film sideways and say so beside."""
    return int(getattr(frame, "rotation", 0) or 0) % 360


def moov_first(path: Path) -> bool:
    """Return whether the index of an MP4 comes before the pictures that it indexes."""
    order = [kind for kind in _boxes(path) if kind in {b"moov", b"mdat"}]
    return order[:1] == [b"moov"]


def _boxes(path: Path) -> Iterator[bytes]:
    end, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at + BOX_HEAD <= end:
            file.seek(at)
            head = file.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            if at + size > end:
                raise CannotUse("El video llegó incompleto: se cortó antes de su final.")
            yield kind
            if size < BOX_HEAD:
                return
            at += size


def look_at_captions(path: Path) -> dict[str, Any]:
    """Read captions: WebVTT or SubRip, in words that somebody can read."""
    if path.stat().st_size > CAPTIONS_LIMIT:
        raise CannotUse("El archivo de subtítulos pesa más de 2 MB.", "too_large")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotUse("Los subtítulos no están en UTF-8: guárdalos así y súbelos de nuevo.") from error
    found = cues(text)
    if not found:
        raise CannotUse("El archivo no tiene subtítulos: se reciben WebVTT (.vtt) y SubRip (.srt).")
    _check_no_markup(text.encode())
    web = text.lstrip().startswith("WEBVTT")
    return {
        "kind": "captions", "mime": "text/vtt" if web else "application/x-subrip", "ending": "vtt" if web else "srt",
        "width": 0, "height": 0, "seconds": 0.0, "traits": {"frames": len(found)}, "private": False,
    }  # fmt: skip


def check_size(width: int, height: int) -> None:
    """Refuse what is too large to be decoded, before it is."""
    if width < 1 or height < 1:
        raise CannotUse("El archivo no dice su tamaño.")
    if width * height > PIXELS_LIMIT or max(width, height) > SIDE_LIMIT:
        words = f"Mide {width} × {height}; se admiten {PIXELS_LIMIT // 1_000_000} millones de puntos."
        raise CannotUse(words, "too_large")
