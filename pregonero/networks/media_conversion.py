"""What would make a medium one that its network takes: read from the network's own limits, without touching the file.

A recipe says the final size in whole pixels, from which part of the original, in which kind of file and within which
weight. Whoever follows it gets a file that passes `checks`; where no recipe can, it is said why.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from pregonero.networks.base import Capabilities, Medium
from pregonero.networks.post_validation import SRGB, Kinds, decimal, limit_of, number, prefix_of

JPEG, MP4 = "image/jpeg", "video/mp4"
LARGEST_GROWTH = 2.0  # beyond it, what is made up shows
SEARCH_STEPS = 64
FILLING = 0.9  # of the weight that the network takes, what the picture and the sound of a video may use
SOUND_BITS = 128_000
MOST_BITS = 50_000_000  # of a video: more is not seen
FEWEST_BITS = 150_000  # of a video: less than this is not worth watching
FOCUSES = {"centre": "el centro", "top": "lo de arriba", "bottom": "lo de abajo"}
RATIOS = {"1:1": (1, 1), "4:5": (4, 5), "16:9": (16, 9), "9:16": (9, 16), "3:2": (3, 2)}


class CannotConvert(Exception):
    """No version of the file would be taken; `reason` is Spanish and says what a person can do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Bounds:
    """How large a picture may be, in pixels, and how wide for its height, in thousandths."""

    least_ratio: int = 1
    most_ratio: int = 1_000_000
    min_width: int = 1
    max_width: int = 1_000_000
    min_height: int = 1
    max_height: int = 1_000_000
    step: int = 1  # sizes go by this many pixels: a video's are even


@dataclass(frozen=True)
class ConversionPlan:
    """How a new version is made of a medium."""

    kind: str
    width: int
    height: int
    box: tuple[float, float, float, float]  # what is kept of the original: left, top, right, bottom
    mime: str
    bounds: Bounds
    focus: str = "centre"
    most_bytes: int = 0  # nothing: whatever it weighs
    fps: float = 0.0  # nothing: as it is
    bit_rate: int = 0
    steps: tuple[str, ...] = ()  # what is done, in words

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> "ConversionPlan":
        """Return the recipe that was kept as JSON."""
        told = {**data, "bounds": Bounds(**data["bounds"]), "box": tuple(data["box"]), "steps": tuple(data["steps"])}
        return cls(**told)


@dataclass(frozen=True)
class Choice:
    """What a person chose of a version: its ratio, and what of the picture must stay."""

    ratio: str = ""
    focus: str = "centre"


def conversion_plan(
    medium: Medium, caps: Capabilities, kinds: Kinds, form: str = "", choice: Choice = Choice()
) -> ConversionPlan:
    """Return how to make of a medium one that the network takes. Raises `NoRecipe`."""
    if medium.kind == "picture":
        return _of_picture(medium, caps, kinds, choice)
    return _of_video(medium, caps, kinds, prefix_of(form, medium, caps), choice)


def ratios_for(medium: Medium, caps: Capabilities, form: str = "") -> list[str]:
    """Return the usual ratios that the network takes, for a person to choose."""
    bounds = _bounds(medium, caps, prefix_of(form, medium, caps))
    return [
        name
        for name, (wide, high) in RATIOS.items()
        if bounds.least_ratio * high <= wide * 1000 <= bounds.most_ratio * high
    ]


def fitted(width: int, height: int, bounds: Bounds, ratio: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """Return the size nearest to the original's, within the bounds; nothing when it would have to grow too much."""
    wanted = ratio[0] / ratio[1] if ratio else width / height
    wanted = min(max(wanted, bounds.least_ratio / 1000), bounds.most_ratio / 1000)
    wide = min(width, height * wanted)
    scale = min(1.0, bounds.max_width / wide, bounds.max_height / (wide / wanted))
    scale = max(scale, bounds.min_width / wide, bounds.min_height / (wide / wanted))
    if scale > LARGEST_GROWTH:
        return None
    for across in _widths(wide * scale, bounds):
        lowest = max(bounds.min_height, math.ceil(across * 1000 / bounds.most_ratio))
        highest = min(bounds.max_height, across * 1000 // bounds.least_ratio)
        down = _stepped(min(max(across / wanted, lowest), highest), bounds.step, lowest, highest)
        if down is not None:
            return across, down
    return None


def _widths(around: float, bounds: Bounds) -> Iterator[int]:
    """Yield whole widths from the nearest on, within the bounds."""
    first = round(around / bounds.step)
    for offset in range(SEARCH_STEPS):
        for index in {first - offset, first + offset}:
            across = index * bounds.step
            if max(1, bounds.min_width) <= across <= bounds.max_width:
                yield across


def _stepped(value: float, step: int, lowest: int, highest: int) -> int | None:
    for found in (round(value / step) * step, math.floor(value / step) * step, math.ceil(value / step) * step):
        if max(1, lowest) <= found <= highest:
            return int(found)
    return None


def box_for(width: int, height: int, size: tuple[int, int], focus: str) -> tuple[float, float, float, float]:
    """Return what is kept of the original so that nothing is stretched: as much as the new size's ratio allows."""
    ratio = size[0] / size[1]
    wide, high = min(width, height * ratio), min(height, width / ratio)
    left = (width - wide) / 2
    top = {"top": 0.0, "bottom": height - high}.get(focus, (height - high) / 2)
    return left, top, left + wide, top + high


def _of_picture(medium: Medium, caps: Capabilities, kinds: Kinds, choice: Choice) -> ConversionPlan:
    if JPEG not in kinds.pictures:
        raise CannotConvert(f"{caps.label} no recibe imágenes.")
    bounds = _bounds(medium, caps, "picture")
    size = fitted(medium.width, medium.height, bounds, RATIOS.get(choice.ratio))
    if size is None:
        raise CannotConvert(f"Es demasiado pequeña para {caps.label}: busca una más grande.")
    most = caps.limits.get("picture_bytes")
    recipe = ConversionPlan(
        kind="picture", width=size[0], height=size[1], box=box_for(medium.width, medium.height, size, choice.focus),
        mime=JPEG, bounds=bounds, focus=choice.focus, most_bytes=most.value if most else 0,
    )  # fmt: skip
    return replace(recipe, steps=tuple(_picture_steps(medium, recipe)))


def _picture_steps(medium: Medium, recipe: ConversionPlan) -> Iterator[str]:
    yield from _size_steps(medium, recipe)
    if medium.traits.frames > 1:
        yield "dejar solo el primer cuadro"
    if medium.mime != JPEG or medium.traits.colour not in {"", SRGB}:
        yield "guardar como JPEG en sRGB"
    if recipe.most_bytes and medium.size > recipe.most_bytes:
        yield f"bajar el peso a {decimal(recipe.most_bytes / 1e6)} MB o menos"


def _size_steps(medium: Medium, recipe: ConversionPlan) -> Iterator[str]:
    left, top, right, bottom = recipe.box
    if (right - left, bottom - top) != (medium.width, medium.height):
        yield f"recortar, dejando {FOCUSES[recipe.focus]}"
    if recipe.width < round(right - left) or recipe.height < round(bottom - top):
        yield f"reducir a {number(recipe.width)} × {number(recipe.height)}"
    elif recipe.width > round(right - left) + 1:
        yield f"ampliar a {number(recipe.width)} × {number(recipe.height)}"


def _of_video(medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str, choice: Choice) -> ConversionPlan:
    if MP4 not in kinds.videos:
        raise CannotConvert(f"{caps.label} no recibe videos.")
    _check_length(medium, caps, prefix)
    bounds = replace(_bounds(medium, caps, prefix), step=2)
    size = fitted(medium.width, medium.height, bounds, RATIOS.get(choice.ratio))
    if size is None:
        raise CannotConvert(f"Es demasiado pequeño para {caps.label}: busca uno más grande.")
    recipe = ConversionPlan(
        kind="video", width=size[0], height=size[1], box=box_for(medium.width, medium.height, size, choice.focus),
        mime=MP4, bounds=bounds, focus=choice.focus, fps=_fps(medium, caps, prefix),
        bit_rate=_bit_rate(medium, caps, prefix),
    )  # fmt: skip
    return replace(recipe, steps=tuple(_video_steps(medium, recipe)))


def _check_length(medium: Medium, caps: Capabilities, prefix: str) -> None:
    least, most = limit_of(caps, prefix, medium, "min_ms"), limit_of(caps, prefix, medium, "max_ms")
    lasts = medium.seconds * 1000
    if most is not None and lasts > most.value:
        raise CannotConvert("Qué quitarle lo decide una persona: córtalo y súbelo de nuevo.")
    if least is not None and lasts < least.value:
        raise CannotConvert("Es demasiado corto: súbelo más largo.")


def _fps(medium: Medium, caps: Capabilities, prefix: str) -> float:
    least, most = limit_of(caps, prefix, medium, "min_fps"), limit_of(caps, prefix, medium, "max_fps")
    fps = medium.traits.fps
    if most is not None and fps > most.value:
        return float(most.value)
    return float(least.value) if least is not None and 0 < fps < least.value else 0.0


def _bit_rate(medium: Medium, caps: Capabilities, prefix: str) -> int:
    """Return the most that the picture may take each second, from the network's weight and rate."""
    allowed = []
    weight, rate = limit_of(caps, prefix, medium, "bytes"), limit_of(caps, prefix, medium, "max_bit_rate")
    if weight is not None and medium.seconds:
        allowed.append(weight.value * 8 * FILLING / medium.seconds - SOUND_BITS)
    if rate is not None:
        allowed.append(rate.value * FILLING - SOUND_BITS)
    if allowed and min(allowed) < FEWEST_BITS:
        raise CannotConvert(f"Dura demasiado para lo que {caps.label} deja pesar: súbelo más corto.")
    return int(min([*allowed, MOST_BITS]))


def _video_steps(medium: Medium, recipe: ConversionPlan) -> Iterator[str]:
    yield from _size_steps(medium, recipe)
    if recipe.fps:
        yield f"pasar a {decimal(recipe.fps)} cuadros por segundo"
    yield "convertir a MP4 con H.264 y AAC, con el índice al comienzo"


def _bounds(medium: Medium, caps: Capabilities, prefix: str) -> Bounds:
    def value(what: str, default: int) -> int:
        found = limit_of(caps, prefix, medium, what)
        return default if found is None else found.value

    free = Bounds()
    return Bounds(
        least_ratio=value("min_ratio", free.least_ratio), most_ratio=value("max_ratio", free.most_ratio),
        min_width=value("min_width", 1), max_width=value("max_width", free.max_width),
        min_height=value("min_height", 1), max_height=value("max_height", free.max_height),
    )  # fmt: skip
