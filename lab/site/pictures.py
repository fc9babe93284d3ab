"""Pictures made by code: a bar chart as a square JPEG, the kind every network takes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SIZE = 1200
MARGIN = 90
FOOTER = "Ministerio de Comercio, Industria y Turismo · demostración"
INK, SOFT, PAPER, BLUE, TINT = "#14202e", "#475569", "#ffffff", "#0943b5", "#e5ecf8"


@lru_cache(maxsize=16)
def font(size: int) -> Any:
    """Pillow carries one letter with accents: no font of the machine is needed."""
    return ImageFont.load_default(size)


def bar_chart(picture: dict[str, Any], path: Path) -> None:
    draw(picture, (SIZE, SIZE), 1.0).save(path, "JPEG", quality=88, optimize=True)


def draw(picture: dict[str, Any], size: tuple[int, int], grown: float) -> Image.Image:
    """The chart with its bars grown to a share of their height; the same drawing serves the video's frames."""
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((0, 0, width, 18), fill=BLUE)
    pen.text((MARGIN, 70), picture["heading"], font=font(64), fill=INK)
    pen.text((MARGIN, 150), picture["unit"], font=font(34), fill=SOFT)
    _bars(pen, picture["bars"], (MARGIN, 230, width - MARGIN, height - 160), grown)
    pen.text((MARGIN, height - 70), FOOTER, font=font(26), fill=SOFT)
    return image


def _bars(pen: ImageDraw.ImageDraw, bars: list[list[Any]], box: tuple[int, int, int, int], grown: float) -> None:
    left, top, right, bottom = box
    step = (right - left) / len(bars)
    tallest = max(value for _, value in bars)
    pen.line((left, bottom, right, bottom), fill=SOFT, width=3)
    for index, (label, value) in enumerate(bars):
        middle = left + step * (index + 0.5)
        peak = bottom - (bottom - top - 70) * value / tallest * grown
        fill = BLUE if value == tallest else "#7aa0e0"
        pen.rectangle((middle - step * 0.32, peak, middle + step * 0.32, bottom), fill=fill)
        pen.text((middle, peak - 34), _number(value), font=font(40), fill=INK, anchor="mm")
        pen.text((middle, bottom + 40), label, font=font(34), fill=INK, anchor="mm")


def _number(value: float) -> str:
    """Colombian writing: point for thousands, comma for decimals."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")
