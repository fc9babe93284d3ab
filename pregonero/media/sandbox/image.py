"""Conversion of images: without metadata, or to the size and weight that a network accepts."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from pregonero.media.conversion import Conversion, crop_box, fit_size
from pregonero.media.errors import FileTooLarge
from pregonero.media.sandbox.inspect import MAX_PIXELS, PICTURE_FORMATS

QUALITIES = (90, 84, 76, 68, 60)
SHRINK_FACTOR = 0.85
WHITE = (255, 255, 255)
CLEAN_QUALITY = 95


def clean(job: dict[str, Any]) -> dict[str, Any]:
    """Write the same image, upright, with its colour profile and no other metadata."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(job["path"], formats=list(PICTURE_FORMATS)) as picture:
        image_format, profile = str(picture.format), picture.info.get("icc_profile")
        is_animated = getattr(picture, "n_frames", 1) > 1
        upright = picture if is_animated else ImageOps.exif_transpose(picture)
        options: dict[str, Any] = {"icc_profile": profile} if profile else {}
        if image_format in {"JPEG", "WEBP"}:
            options["quality"] = CLEAN_QUALITY
        if is_animated:
            options |= {"save_all": True, "loop": picture.info.get("loop", 0), "comment": b""}
        for name in ("exif", "xmp", "comment", "photoshop"):
            upright.info.pop(name, None)
        upright.save(job["output"], image_format, **options)
    return {}


def convert(job: dict[str, Any]) -> dict[str, Any]:
    """Write a JPEG in sRGB, on white where the original is transparent; lower its quality and size to `max_bytes`.

    Return the quality and the size that were used. Raises `FileTooLarge` when no size within the bounds fits.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    conversion = Conversion.from_data(job["conversion"])
    with Image.open(job["path"], formats=list(PICTURE_FORMATS)) as picture:
        original = _in_srgb(ImageOps.exif_transpose(picture))
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


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return the image in sRGB, on white where it is transparent."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        # With an unreadable profile, the colours are used unchanged.
        with suppress(ImageCms.PyCMSError, OSError):
            source_profile = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source_profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted or picture.convert("RGB")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        transparent = picture.convert("RGBA")
        opaque = Image.new("RGB", transparent.size, WHITE)
        opaque.paste(transparent, mask=transparent.getchannel("A"))
        return opaque
    return picture.convert("RGB")
