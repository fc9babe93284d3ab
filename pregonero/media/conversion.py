"""What a conversion must write: size, crop and limits. Pure functions that do not read the file."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

MAX_ENLARGEMENT = 2.0  # beyond this factor, the interpolated pixels are visible
MAX_SIZES_TRIED = 64
AUDIO_BIT_RATE = 128_000  # bits per second


@dataclass(frozen=True)
class Bounds:
    """Limits of an image or a video: width and height in pixels, and width / height in thousandths."""

    min_ratio: int = 1
    max_ratio: int = 1_000_000
    min_width: int = 1
    max_width: int = 1_000_000
    min_height: int = 1
    max_height: int = 1_000_000
    step: int = 1  # width and height are multiples of this; a video needs even numbers


@dataclass(frozen=True)
class Conversion:
    """The parameters of a conversion, as the sandbox receives them.

    `box` is the part of the original that is used: left, top, right, bottom, in pixels of the original. `focus`
    ("centre", "top" or "bottom") is the part that a crop preserves. A zero in `max_bytes`, `fps` or `bit_rate` means
    that the value is not limited.
    """

    width: int
    height: int
    box: tuple[float, float, float, float]
    bounds: Bounds
    focus: str = "centre"
    max_bytes: int = 0
    fps: float = 0.0
    bit_rate: int = 0  # of the video track, in bits per second

    def as_data(self) -> dict[str, Any]:
        """Return the conversion as JSON data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Conversion":
        """Return the conversion that `as_data` wrote."""
        return cls(**{**data, "bounds": Bounds(**data["bounds"]), "box": tuple(data["box"])})


def fit_size(width: int, height: int, bounds: Bounds, ratio: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """Return the size within the bounds that is nearest to the original, with the given ratio or the original's.

    Return None when the image would have to be enlarged more than `MAX_ENLARGEMENT` times.
    """
    wanted_ratio = ratio[0] / ratio[1] if ratio else width / height
    wanted_ratio = min(max(wanted_ratio, bounds.min_ratio / 1000), bounds.max_ratio / 1000)
    cropped_width = min(width, height * wanted_ratio)
    scale = min(1.0, bounds.max_width / cropped_width, bounds.max_height / (cropped_width / wanted_ratio))
    scale = max(scale, bounds.min_width / cropped_width, bounds.min_height / (cropped_width / wanted_ratio))
    if scale > MAX_ENLARGEMENT:
        return None
    for new_width in _candidate_widths(cropped_width * scale, bounds):
        lowest = max(bounds.min_height, math.ceil(new_width * 1000 / bounds.max_ratio))
        highest = min(bounds.max_height, new_width * 1000 // bounds.min_ratio)
        nearest = min(max(new_width / wanted_ratio, lowest), highest)
        new_height = _round_to_step(nearest, bounds.step, lowest, highest)
        if new_height is not None:
            return new_width, new_height
    return None


def _candidate_widths(ideal: float, bounds: Bounds) -> Iterator[int]:
    """Yield widths within the bounds, the nearest to the ideal first."""
    first = round(ideal / bounds.step)
    for offset in range(MAX_SIZES_TRIED):
        for index in {first - offset, first + offset}:
            width = index * bounds.step
            if max(1, bounds.min_width) <= width <= bounds.max_width:
                yield width


def _round_to_step(value: float, step: int, lowest: int, highest: int) -> int | None:
    steps = value / step
    for rounded in (round(steps) * step, math.floor(steps) * step, math.ceil(steps) * step):
        if max(1, lowest) <= rounded <= highest:
            return int(rounded)
    return None


def crop_box(width: int, height: int, size: tuple[int, int], focus: str) -> tuple[float, float, float, float]:
    """Return the largest part of the original that has the ratio of `size`: left, top, right, bottom."""
    ratio = size[0] / size[1]
    box_width, box_height = min(width, height * ratio), min(height, width / ratio)
    left = (width - box_width) / 2
    top = {"top": 0.0, "bottom": height - box_height}.get(focus, (height - box_height) / 2)
    return left, top, left + box_width, top + box_height
