"""New versions of a picture: without what it says beside what is seen, or as a network takes it."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from pregonero.networks.media_conversion import ConversionPlan, box_for, fitted
from pregonero.newsroom.media_sandbox.errors import CannotUse
from pregonero.newsroom.media_sandbox.inspect import PICTURES, PIXELS_LIMIT

QUALITIES = (90, 84, 76, 68, 60)
SHRINK = 0.85
WHITE = (255, 255, 255)
CLEAN_QUALITY = 95


def clean(job: dict[str, Any]) -> dict[str, Any]:
    """Write the same picture, upright, with its colours and nothing else: no place, no hour, no camera, no words."""
    Image.MAX_IMAGE_PIXELS = PIXELS_LIMIT
    with Image.open(job["path"], formats=list(PICTURES)) as picture:
        kind, profile = str(picture.format), picture.info.get("icc_profile")
        moving = getattr(picture, "n_frames", 1) > 1
        upright = picture if moving else ImageOps.exif_transpose(picture)
        options: dict[str, Any] = {"icc_profile": profile} if profile else {}
        if kind in {"JPEG", "WEBP"}:
            options["quality"] = CLEAN_QUALITY
        if moving:
            options |= {"save_all": True, "loop": picture.info.get("loop", 0), "comment": b""}
        for told in ("exif", "xmp", "comment", "photoshop"):
            upright.info.pop(told, None)
        upright.save(job["output"], kind, **options)
    return {}


def make(job: dict[str, Any]) -> dict[str, Any]:
    """Write a picture as a recipe says: a JPEG in sRGB, on white where it was transparent, within its weight."""
    Image.MAX_IMAGE_PIXELS = PIXELS_LIMIT
    recipe = ConversionPlan.of(job["recipe"])
    with Image.open(job["path"], formats=list(PICTURES)) as picture:
        seen = _in_srgb(ImageOps.exif_transpose(picture))
    size: tuple[int, int] | None = (recipe.width, recipe.height)
    while size is not None:
        box = box_for(*seen.size, size, recipe.focus)
        fitting = seen.resize(size, Image.Resampling.LANCZOS, box=box)
        for quality in QUALITIES:
            data = _jpeg(fitting, quality)
            if not recipe.most_bytes or len(data) <= recipe.most_bytes:
                Path(job["output"]).write_bytes(data)
                return {"quality": quality, "width": size[0], "height": size[1]}
        size = _smaller(size, recipe)
    raise CannotUse("Ni muy reducida cabe en lo que la red deja pesar.", "too_large")


def _smaller(size: tuple[int, int], recipe: ConversionPlan) -> tuple[int, int] | None:
    found = fitted(int(size[0] * SHRINK), int(size[1] * SHRINK), recipe.bounds)
    return found if found is not None and found[0] < size[0] else None


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    output = BytesIO()
    picture.save(output, "JPEG", quality=quality, optimize=True, progressive=True)
    return output.getvalue()


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Return it in the colours that every screen knows, on white where it was transparent."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        # A profile that cannot be read says nothing: the colours are taken as they come.
        with suppress(ImageCms.PyCMSError, OSError):
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            told = ImageCms.profileToProfile(picture, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return told or picture.convert("RGB")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        whole = Image.new("RGB", seen.size, WHITE)
        whole.paste(seen, mask=seen.getchannel("A"))
        return whole
    return picture.convert("RGB")
