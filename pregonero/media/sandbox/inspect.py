"""The real format and measures of a file, from decoding it; a damaged, disguised or oversized file is refused."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from pregonero.media.captions import BadCue, decode, read_cues
from pregonero.media.errors import FileTooLarge, MalformedFile, UnsupportedFile
from pregonero.media.formats import AVIF, CAPTIONS_NAMES, HEIC, JPEG, PICTURE_NAMES, PNG, VIDEO_NAMES, WEBP, FileFormat
from pregonero.media.sandbox.checks import MAX_PIXELS, check_no_markup, check_size, read_format
from pregonero.media.sandbox.colour import colour_name
from pregonero.media.sandbox.hdr_pictures import CICP, colour_step, read_colours
from pregonero.media.sandbox.inspect_video import inspect_video

ARMS_FORMATS = (PNG, JPEG, WEBP)  # of an SVG only a browser knows what it draws
MAX_FRAMES = 2_000
MAX_ANIMATION_PIXELS = 25 * MAX_PIXELS  # all the frames together
MAX_CAPTIONS_BYTES = 2_000_000
MAX_BAD_CUES = 3  # named in a refusal
# "mpoffset": telephones add further images after the first one (MPF).
METADATA = {"exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif", "mpoffset"}
EXPECTED = {
    "picture": f"aquí va una imagen {PICTURE_NAMES}",
    "arms": "el escudo va en PNG, JPEG o WebP",
    "video": f"aquí va un video {VIDEO_NAMES}",
    "media": f"se reciben imágenes ({PICTURE_NAMES}) y videos ({VIDEO_NAMES})",
    "captions": f"aquí van subtítulos {CAPTIONS_NAMES}",
}


def inspect(job: dict[str, Any]) -> dict[str, Any]:
    """Return the kind, format, size and traits of a file.

    `job["expected"]` is "picture", "arms", "video", "media" (picture or video) or "captions".
    Raises `MalformedFile` or `FileTooLarge`.
    """
    path, expected = Path(job["path"]), job["expected"]
    if not path.stat().st_size:
        raise MalformedFile("El archivo está vacío.")
    known = read_format(path)
    if known is not None and not _is_expected(known, expected):
        raise UnsupportedFile(f"El archivo es {known.label}: {EXPECTED[expected]}.")
    if expected == "captions":
        return inspect_captions(path)
    if known is None:
        raise UnsupportedFile(f"El archivo no es de un tipo conocido: {EXPECTED[expected]}.")
    return inspect_picture(path) if known.kind == "picture" else inspect_video(path, known)


def _is_expected(known: FileFormat, expected: str) -> bool:
    if expected == "arms":
        return known in ARMS_FORMATS
    return known.kind == expected or (expected == "media" and bool(known.kind))


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
    picture = Image.open(path, formats=[known.decoder])
    read_colours(picture, path, known)
    return picture


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
            step = colour_step(picture, path, known)
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
    check_no_markup(path.read_bytes())
    return {
        "kind": "picture",
        "mime": known.mime,
        "extension": known.extension,
        "width": size[0],
        "height": size[1],
        "seconds": 0.0,
        "traits": {"frames": frames, "colour": colour},
        "has_metadata": has_metadata,
        "colour_step": step,
    }


def _check_frames(frames: int, width: int, height: int) -> None:
    if frames > MAX_FRAMES or frames * width * height > MAX_ANIMATION_PIXELS:
        raise FileTooLarge(f"La animación tiene demasiados cuadros ({frames}); no se leyó.")


def _colour_space(picture: Image.Image) -> str:
    if picture.mode == "CMYK":
        return "CMYK"
    if CICP in picture.info:
        return colour_name(*picture.info[CICP])
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


def inspect_captions(path: Path) -> dict[str, Any]:
    """Read WebVTT or SubRip captions and return how many there are."""
    if path.stat().st_size > MAX_CAPTIONS_BYTES:
        raise FileTooLarge("El archivo de subtítulos pesa más de 2 MB.")
    try:
        text = decode(path.read_bytes())
    except ValueError as error:
        raise MalformedFile("Los subtítulos no son texto: guárdalos en UTF-8 y súbelos de nuevo.") from error
    captions, bad = read_cues(text)
    if bad:
        raise MalformedFile(_bad_cues_sentence(bad))
    if not captions:
        raise MalformedFile("El archivo no tiene subtítulos: se reciben WebVTT (.vtt) y SubRip (.srt).")
    check_no_markup(text.encode())
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


def _bad_cues_sentence(bad: list[BadCue]) -> str:
    """Return in Spanish which captions cannot be used, and why."""
    named = "; ".join(f"línea {cue.line} («{cue.text[:60]}»), {cue.why}" for cue in bad[:MAX_BAD_CUES])
    more = len(bad) - MAX_BAD_CUES
    rest = f"; y {more} más" if more > 0 else ""
    return f"Revisa los subtítulos: {named}{rest}. Corrígelos y súbelos de nuevo."
