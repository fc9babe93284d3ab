"""Pictures made by code: a bar chart as a square JPEG, the kind every network takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from lab.site.text_drawing import write

SIZE = 1200
MARGIN = 90
FOOTER = "Ministerio de Comercio, Industria y Turismo · demostración"
INK, SOFT, PAPER, BLUE, TINT = "#14202e", "#475569", "#ffffff", "#0943b5", "#e5ecf8"


def bar_chart(picture: dict[str, Any], path: Path) -> None:
    draw(picture, (SIZE, SIZE), 1.0).save(path, "JPEG", quality=88, optimize=True)


def draw(picture: dict[str, Any], size: tuple[int, int], grown: float) -> Image.Image:
    """The chart with its bars grown to a share of their height; the same drawing serves the video's frames."""
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((0, 0, width, 18), fill=BLUE)
    write(pen, (MARGIN, 70), picture["heading"], size=64, fill=INK)
    write(pen, (MARGIN, 160), picture["unit"], size=34, fill=SOFT)
    _bars(pen, picture["bars"], (MARGIN, 230, width - MARGIN, height - 160), grown)
    write(pen, (MARGIN, height - 70), FOOTER, size=26, fill=SOFT)
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
        write(pen, (middle, peak - 34), _number(value), size=40, fill=INK, anchor="mm")
        write(pen, (middle, bottom + 44), label, size=34, fill=INK, anchor="mm")


def _number(value: float) -> str:
    """Colombian writing: point for thousands, comma for decimals."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")
