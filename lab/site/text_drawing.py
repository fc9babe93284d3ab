"""Writing Spanish on a picture. The letter that Pillow carries has no accents: they are drawn over it, so that no font
of the machine is needed.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from PIL import ImageDraw, ImageFont

ACUTE, TILDE, DIERESIS = "\u0301", "\u0303", "\u0308"


@lru_cache(maxsize=16)
def font(size: int) -> Any:
    return ImageFont.load_default(size)


def write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size: int, fill: str, anchor: str = "la"
) -> None:
    """Write a line; `anchor` as Pillow's, of which la (left, top) and mm (middle) are used here."""
    bare = _bare(text)
    letters = font(size)
    pen.text(at, bare, font=letters, fill=fill, anchor=anchor)
    left, top = pen.textbbox(at, bare, font=letters, anchor=anchor)[0], _top(at, letters, anchor)
    for index, mark in _marks(text):
        start, end = letters.getlength(bare[:index]), letters.getlength(bare[: index + 1])
        height = _ink_top(letters, bare[index]) + top
        _draw_mark(pen, mark, (left + (start + end) / 2, height), size, fill)


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _marks(text: str) -> list[tuple[int, str]]:
    """Each mark with the position, in the bare text, of the letter that bears it."""
    found, position = [], -1
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.combining(letter):
            found.append((position, letter))
        else:
            position += 1
    return found


def _top(at: tuple[float, float], letters: Any, anchor: str) -> float:
    """Where a line written at `at` has its ascender."""
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
