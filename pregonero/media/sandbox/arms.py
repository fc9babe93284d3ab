"""The arms of an entity, as pages and mails show them: a small square PNG with its transparency."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from pregonero.media.errors import MalformedFile
from pregonero.media.sandbox.image import in_srgb
from pregonero.media.sandbox.inspect import open_picture

SIDE = 192  # pixels: the largest place has 64, on a screen of three pixels for each
MIN_SIDE = 96
MAX_RATIO = 2.0  # of the longer side to the shorter one
MAX_BYTES = 24_000  # pages show them before anything else is stored in the browser
COLOURS = (256, 64, 16)  # of 16 colours, even noise weighs less


def write_arms(job: dict[str, Any]) -> dict[str, Any]:
    """Write the arms without the empty margins around them, in the middle of a transparent square.

    Raises `MalformedFile` when they are empty, too small, or so long that they would not be recognised.
    """
    with open_picture(Path(job["path"])) as picture:
        arms = _without_margins(_with_transparency(ImageOps.exif_transpose(picture)))
    _check_shape(*arms.size)
    arms = ImageOps.contain(arms, (SIDE, SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (SIDE, SIDE), (255, 255, 255, 0))
    square.paste(arms, ((SIDE - arms.width) // 2, (SIDE - arms.height) // 2))
    Path(job["output"]).write_bytes(_png(square))
    return {}


def _with_transparency(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB with its transparency, which `in_srgb` would turn into white."""
    if not picture.has_transparency_data or picture.mode.startswith("I"):
        return in_srgb(picture).convert("RGBA")
    whole = picture.convert("RGBA")
    colours = in_srgb(whole.convert("RGB")).convert("RGBA")
    colours.putalpha(whole.getchannel("A"))
    return colours


def _without_margins(arms: Image.Image) -> Image.Image:
    box = arms.getchannel("A").getbbox()
    if box is None:
        raise MalformedFile("El escudo está vacío: toda la imagen es transparente.")
    return arms.crop(box)


def _check_shape(width: int, height: int) -> None:
    if max(width, height) < MIN_SIDE:
        raise MalformedFile(
            f"El escudo mide {width} × {height}: se vería borroso. Sube uno de al menos {MIN_SIDE} puntos."
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise MalformedFile(
            f"El escudo mide {width} × {height}: es demasiado alargado. Sube solo el escudo, sin el nombre al lado."
        )


def _png(arms: Image.Image) -> bytes:
    """Return the PNG; in fewer colours when it would be heavy, as a photograph is."""
    for drawn in (arms, *(arms.quantize(colours, Image.Quantize.FASTOCTREE) for colours in COLOURS)):
        output = BytesIO()
        drawn.save(output, "PNG", optimize=True)
        if output.tell() <= MAX_BYTES:
            break
    return output.getvalue()
