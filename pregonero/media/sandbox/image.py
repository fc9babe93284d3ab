"""Conversion of images: without metadata, or to the size and weight that a network accepts."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from PIL import Image, ImageChops, ImageCms, ImageOps

from pregonero.media.conversion import Conversion, crop_box, fit_size
from pregonero.media.errors import FileTooLarge
from pregonero.media.sandbox.animation import without_metadata
from pregonero.media.sandbox.checks import read_format
from pregonero.media.sandbox.colour import picture_in_srgb
from pregonero.media.sandbox.hdr_pictures import CICP, colour_step
from pregonero.media.sandbox.inspect import open_picture

QUALITIES = (90, 84, 76, 68, 60)
SHRINK_FACTOR = 0.85
CLEAN_QUALITY = 95
# Grey images of more than 8 bits, and the values that white has in them; the first one that is not exceeded is used.
DEEP_MODES: dict[str, tuple[float, ...]] = {
    "I;16": (65_535,),
    "I;16L": (65_535,),
    "I;16B": (65_535,),
    "I": (255, 65_535),
    "F": (1.0, 255.0, 65_535.0),
}


def clean(job: dict[str, Any]) -> dict[str, Any]:
    """Write the same image, upright, with its colour profile and no other metadata. HEIC, AVIF and HDR become JPEG.

    An animation keeps its frames, their times and its repetitions.
    """
    path, output = Path(job["path"]), Path(job["output"])
    with open_picture(path) as picture:
        image_format, profile = str(picture.format), picture.info.get("icc_profile")
        if image_format in {"HEIF", "AVIF"} or _is_hdr(picture, path):
            in_srgb(ImageOps.exif_transpose(picture)).save(output, "JPEG", quality=CLEAN_QUALITY)
            return {}
        if getattr(picture, "n_frames", 1) > 1:
            output.write_bytes(without_metadata(path.read_bytes(), image_format))
            return {}
        upright = ImageOps.exif_transpose(picture)
        options: dict[str, Any] = {"icc_profile": profile} if profile else {}
        if image_format in {"JPEG", "WEBP"}:
            options["quality"] = CLEAN_QUALITY
        for name in ("exif", "xmp", "comment", "photoshop"):
            upright.info.pop(name, None)
        upright.save(output, image_format, **options)
    return {}


def _is_hdr(picture: Image.Image, path: Path) -> bool:
    known = read_format(path)
    return known is not None and bool(colour_step(picture, path, known))


def convert(job: dict[str, Any]) -> dict[str, Any]:
    """Write a JPEG in sRGB, on white where the original is transparent; lower its quality and size to `max_bytes`.

    Return the quality and the size that were used. Raises `FileTooLarge` when no size within the bounds fits.
    """
    conversion = Conversion.from_data(job["conversion"])
    with open_picture(Path(job["path"])) as picture:
        original = in_srgb(ImageOps.exif_transpose(picture))
    size: tuple[int, int] | None = (conversion.width, conversion.height)
    while size is not None:
        box = crop_box(*original.size, size, conversion.focus)
        resized = original.resize(size, Image.Resampling.LANCZOS, box=box)
        for quality in QUALITIES:
            data = _jpeg(resized, quality)
            if not conversion.max_bytes or len(data) <= conversion.max_bytes:
                Path(job["output"]).write_bytes(data)
                return {"quality": quality, "width": size[0], "height": size[1]}
        size = _smaller(size, conversion)
    raise FileTooLarge("Ni muy reducida cabe en lo que la red deja pesar.")


def _smaller(size: tuple[int, int], conversion: Conversion) -> tuple[int, int] | None:
    smaller = fit_size(int(size[0] * SHRINK_FACTOR), int(size[1] * SHRINK_FACTOR), conversion.bounds)
    return smaller if smaller is not None and smaller[0] < size[0] else None


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    output = BytesIO()
    picture.save(output, "JPEG", quality=quality, optimize=True, progressive=True)
    return output.getvalue()


def in_srgb(picture: Image.Image) -> Image.Image:
    """Return the image in sRGB with 8 bits per channel, on white where it is transparent."""
    profile = picture.info.get("icc_profile")
    opaque = _on_white(_in_eight_bits(picture))
    if CICP in picture.info:
        return picture_in_srgb(opaque.convert("RGB"), *picture.info[CICP])
    if profile:
        # With an unreadable profile, the colours are used unchanged.
        with suppress(ImageCms.PyCMSError, OSError):
            source_profile = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                opaque, source_profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted or opaque.convert("RGB")
    return opaque.convert("RGB")


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a grey image of 16 or 32 bits with 8; Pillow's own conversion would turn what is over 255 into white."""
    if picture.mode not in DEEP_MODES:
        return picture
    exact = picture.convert("F")
    lowest, highest = cast("tuple[float, float]", exact.getextrema())
    white = next((limit for limit in DEEP_MODES[picture.mode] if highest <= limit), highest)
    black = min(lowest, 0.0)
    scale = 255 / (white - black or 1)
    # A 16-bit image has no transparency of its own, only a value of grey that stands for it.
    hole = picture.info.get("transparency")
    grey = exact.point(lambda value: value * scale + (0.5 - black * scale)).convert("L")
    if not isinstance(hole, int):
        return grey
    values = picture.convert("I")
    above, below = values.point(lambda value: value * 1 - hole), values.point(lambda value: value * -1 + hole)
    mask = ImageChops.lighter(above.convert("L"), below.convert("L"))
    return Image.merge("LA", (grey, mask.point([0] + [255] * 255)))


def _on_white(picture: Image.Image) -> Image.Image:
    """Return an opaque image in the colour space of the original: "L", "RGB" or "CMYK"."""
    if picture.mode not in {"RGBA", "LA", "La", "RGBa", "PA"} and "transparency" not in picture.info:
        return picture if picture.mode in {"L", "RGB", "CMYK"} else picture.convert("RGB")
    transparent = picture.convert("LA" if picture.mode in {"LA", "La", "L"} else "RGBA")
    opaque = Image.new("L" if transparent.mode == "LA" else "RGB", transparent.size, "white")
    opaque.paste(transparent.convert(opaque.mode), mask=transparent.getchannel("A"))
    return opaque
