"""Images and videos of bar charts with Spanish text, drawn by code."""

from __future__ import annotations

import math
import unicodedata
from array import array
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw, ImageFont

FOOTER = "Ministerio de Comercio, Industria y Turismo · demostración"
IMAGE_SIZE = (1200, 1200)
MARGIN = 90
INK, SOFT, PAPER, BLUE, LIGHT_BLUE = "#14202e", "#475569", "#ffffff", "#0943b5", "#7aa0e0"
VIDEO_SIZE = (1280, 720)
FRAMES_PER_SECOND = 25
SECONDS = 6
GROWTH_SECONDS = 3.0
SAMPLES_PER_SECOND = 44_100
SAMPLES_PER_FRAME = 1024
# Pillow's own font has no accented letters: the marks are drawn over the letters, so that no system font is needed.
ACUTE, TILDE, DIERESIS = "\u0301", "\u0303", "\u0308"


@lru_cache(maxsize=16)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def draw_text(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size: int, fill: str, anchor: str = "la"
) -> None:
    """Draw a line of text; `anchor` is Pillow's: `la` (left, top) or `mm` (middle)."""
    bare = _without_marks(text)
    letters = _font(size)
    pen.text(at, bare, font=letters, fill=fill, anchor=anchor)
    left, top = pen.textbbox(at, bare, font=letters, anchor=anchor)[0], _top(at, letters, anchor)
    for index, mark in _marks(text):
        start, end = letters.getlength(bare[:index]), letters.getlength(bare[: index + 1])
        height = _ink_top(letters, bare[index]) + top
        _draw_mark(pen, mark, (left + (start + end) / 2, height), size, fill)


def _without_marks(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _marks(text: str) -> list[tuple[int, str]]:
    """Return each mark of a text with the position of its letter in the text without marks."""
    marks, position = [], -1
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.combining(letter):
            marks.append((position, letter))
        else:
            position += 1
    return marks


def _top(at: tuple[float, float], letters: Any, anchor: str) -> float:
    """Return the vertical position of the ascender of a line drawn at `at`."""
    return at[1] - (sum(letters.getmetrics()) / 2 if anchor == "mm" else 0)


def _ink_top(letters: Any, letter: str) -> float:
    top: float = letters.getbbox(letter)[1]
    return top


def _draw_mark(pen: ImageDraw.ImageDraw, mark: str, at: tuple[float, float], size: int, fill: str) -> None:
    middle, top = at
    reach, width, lift = size * 0.11, max(2, round(size * 0.075)), size * 0.07
    if mark == ACUTE:
        pen.line((middle - reach * 0.4, top - lift, middle + reach, top - lift - reach * 1.3), fill=fill, width=width)
    elif mark == TILDE:
        y = top - lift - reach * 0.4
        points = [(-1.5, 0.3), (-0.7, -0.3), (0.7, 0.3), (1.5, -0.3)]
        pen.line([(middle + reach * x, y + reach * dy) for x, dy in points], fill=fill, width=width)
    elif mark == DIERESIS:
        for side in (-1, 1):
            dot = middle + side * reach * 1.1
            pen.ellipse((dot - width / 2, top - lift - width, dot + width / 2, top - lift), fill=fill)


def draw_chart_image(chart: dict[str, Any], path: Path) -> None:
    """Write a bar chart as a square JPEG, which every network accepts."""
    draw_chart(chart, IMAGE_SIZE, 1.0).save(path, "JPEG", quality=88, optimize=True)


def draw_chart(chart: dict[str, Any], size: tuple[int, int], growth: float) -> Image.Image:
    """Return a bar chart whose bars have a share of their height, from 0 to 1, for the frames of a video."""
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((0, 0, width, 18), fill=BLUE)
    draw_text(pen, (MARGIN, 70), chart["heading"], size=64, fill=INK)
    draw_text(pen, (MARGIN, 160), chart["unit"], size=34, fill=SOFT)
    _bars(pen, chart["bars"], (MARGIN, 230, width - MARGIN, height - 160), growth)
    draw_text(pen, (MARGIN, height - 70), FOOTER, size=26, fill=SOFT)
    return image


def _bars(pen: ImageDraw.ImageDraw, bars: list[list[Any]], box: tuple[int, int, int, int], growth: float) -> None:
    left, top, right, bottom = box
    step = (right - left) / len(bars)
    tallest = max(value for _, value in bars)
    pen.line((left, bottom, right, bottom), fill=SOFT, width=3)
    for index, (label, value) in enumerate(bars):
        middle = left + step * (index + 0.5)
        peak = bottom - (bottom - top - 70) * value / tallest * growth
        fill = BLUE if value == tallest else LIGHT_BLUE
        pen.rectangle((middle - step * 0.32, peak, middle + step * 0.32, bottom), fill=fill)
        draw_text(pen, (middle, peak - 34), _number(value), size=40, fill=INK, anchor="mm")
        draw_text(pen, (middle, bottom + 44), label, size=34, fill=INK, anchor="mm")


def _number(value: float) -> str:
    """Format a number as in Colombia: a point for thousands, a comma for decimals."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def make_chart_video(chart: dict[str, Any], path: Path) -> None:
    """Write a video of the growing chart with a soft tone: H.264 and AAC, with the index first."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "28", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = *VIDEO_SIZE, "yuv420p"
        audio = container.add_stream("aac", rate=SAMPLES_PER_SECOND, layout="mono")
        for image in _frames(chart):
            container.mux(video.encode(av.VideoFrame.from_image(image)))  # type: ignore[no-untyped-call]
        container.mux(video.encode(None))
        for audio_frame in _audio_frames():
            container.mux(audio.encode(audio_frame))
        container.mux(audio.encode(None))


def _frames(chart: dict[str, Any]) -> list[Image.Image]:
    grow = int(GROWTH_SECONDS * FRAMES_PER_SECOND)
    growing = [draw_chart(chart, VIDEO_SIZE, 0.3 + 0.7 * (index / grow) ** 0.5) for index in range(1, grow + 1)]
    return growing + [growing[-1]] * (SECONDS * FRAMES_PER_SECOND - grow)


def _audio_frames() -> list[av.AudioFrame]:
    frames = []
    for start in range(0, SECONDS * SAMPLES_PER_SECOND, SAMPLES_PER_FRAME):
        wave = (
            0.05 * math.sin(2 * math.pi * 220 * at / SAMPLES_PER_SECOND)
            for at in range(start, start + SAMPLES_PER_FRAME)
        )
        frame = av.AudioFrame(format="flt", layout="mono", samples=SAMPLES_PER_FRAME)
        frame.planes[0].update(array("f", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLES_PER_SECOND, start, Fraction(1, SAMPLES_PER_SECOND)
        frames.append(frame)
    return frames
