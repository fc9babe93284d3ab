"""Plans to convert a file so that a network accepts it, made from the limits of the network and the file's traits.

A plan gives the size in pixels, the crop, the format and the weight. A file converted with it passes `post_validation`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from pregonero.media.conversion import AUDIO_BIT_RATE, Bounds, Conversion, crop_box, fit_size
from pregonero.networks.base import Capabilities, Medium
from pregonero.networks.post_validation import SRGB, Kinds, decimal, limit_of, number, prefix_of

JPEG, MP4 = "image/jpeg", "video/mp4"
USABLE_SHARE = 0.9  # of a weight or bit-rate limit; the container and encoder variations use the rest
MAX_BIT_RATE = 50_000_000  # of a video, in bits per second; a higher one looks the same
MIN_BIT_RATE = 150_000  # of a video, in bits per second; a lower one is not watchable
FOCUSES = {"centre": "el centro", "top": "lo de arriba", "bottom": "lo de abajo"}
RATIOS = {"1:1": (1, 1), "4:5": (4, 5), "16:9": (16, 9), "9:16": (9, 16), "3:2": (3, 2)}


class CannotConvert(Exception):
    """No conversion of the file would be accepted; `reason` is Spanish and says what a person can do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ConversionPlan:
    """How a new version of a file is made. `steps` says it in Spanish: "recortar, dejando el centro"."""

    kind: str  # "picture" or "video"
    mime: str
    conversion: Conversion
    steps: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "ConversionPlan":
        """Return the plan that `as_data` wrote."""
        return cls(data["kind"], data["mime"], Conversion.from_data(data["conversion"]), tuple(data["steps"]))


@dataclass(frozen=True)
class Choice:
    """What a person chose: a ratio of `RATIOS` ("" is the original's), and the part that a crop preserves."""

    ratio: str = ""
    focus: str = "centre"


def conversion_plan(
    medium: Medium, caps: Capabilities, kinds: Kinds, form: str = "", choice: Choice = Choice()
) -> ConversionPlan:
    """Return how to convert a file so that the network accepts it. Raises `CannotConvert`."""
    if medium.kind == "picture":
        return _of_picture(medium, caps, kinds, choice)
    return _of_video(medium, caps, kinds, prefix_of(form, medium, caps), choice)


def ratios_for(medium: Medium, caps: Capabilities, form: str = "") -> list[str]:
    """Return the names of the usual ratios that the network accepts, for a person to choose from."""
    bounds = _bounds(medium, caps, prefix_of(form, medium, caps))
    return [
        name
        for name, (width, height) in RATIOS.items()
        if bounds.min_ratio * height <= width * 1000 <= bounds.max_ratio * height
    ]


def _of_picture(medium: Medium, caps: Capabilities, kinds: Kinds, choice: Choice) -> ConversionPlan:
    if JPEG not in kinds.pictures:
        raise CannotConvert(f"{caps.label} no recibe imágenes.")
    bounds = _bounds(medium, caps, "picture")
    size = fit_size(medium.width, medium.height, bounds, RATIOS.get(choice.ratio))
    if size is None:
        raise CannotConvert(f"Es demasiado pequeña para {caps.label}: busca una más grande.")
    max_bytes = caps.limits.get("picture_bytes")
    conversion = Conversion(
        width=size[0],
        height=size[1],
        box=crop_box(medium.width, medium.height, size, choice.focus),
        bounds=bounds,
        focus=choice.focus,
        max_bytes=max_bytes.value if max_bytes else 0,
    )
    return ConversionPlan("picture", JPEG, conversion, tuple(_picture_steps(medium, conversion)))


def _picture_steps(medium: Medium, conversion: Conversion) -> Iterator[str]:
    yield from _size_steps(medium, conversion)
    if medium.traits.frames > 1:
        yield "dejar solo el primer cuadro"
    if medium.mime != JPEG or medium.traits.colour not in {"", SRGB}:
        yield "guardar como JPEG en sRGB"
    if conversion.max_bytes and medium.size > conversion.max_bytes:
        yield f"bajar el peso a {decimal(conversion.max_bytes / 1e6)} MB o menos"


def _size_steps(medium: Medium, conversion: Conversion) -> Iterator[str]:
    left, top, right, bottom = conversion.box
    if (right - left, bottom - top) != (medium.width, medium.height):
        yield f"recortar, dejando {FOCUSES[conversion.focus]}"
    if conversion.width < round(right - left) or conversion.height < round(bottom - top):
        yield f"reducir a {number(conversion.width)} × {number(conversion.height)}"
    elif conversion.width > round(right - left) + 1:
        yield f"ampliar a {number(conversion.width)} × {number(conversion.height)}"


def _of_video(medium: Medium, caps: Capabilities, kinds: Kinds, prefix: str, choice: Choice) -> ConversionPlan:
    if MP4 not in kinds.videos:
        raise CannotConvert(f"{caps.label} no recibe videos.")
    _check_length(medium, caps, prefix)
    bounds = replace(_bounds(medium, caps, prefix), step=2)
    size = fit_size(medium.width, medium.height, bounds, RATIOS.get(choice.ratio))
    if size is None:
        raise CannotConvert(f"Es demasiado pequeño para {caps.label}: busca uno más grande.")
    conversion = Conversion(
        width=size[0],
        height=size[1],
        box=crop_box(medium.width, medium.height, size, choice.focus),
        bounds=bounds,
        focus=choice.focus,
        fps=_fps(medium, caps, prefix),
        bit_rate=_bit_rate(medium, caps, prefix),
    )
    return ConversionPlan("video", MP4, conversion, tuple(_video_steps(medium, conversion)))


def _check_length(medium: Medium, caps: Capabilities, prefix: str) -> None:
    lowest, highest = limit_of(caps, prefix, medium, "min_ms"), limit_of(caps, prefix, medium, "max_ms")
    milliseconds = medium.seconds * 1000
    if highest is not None and milliseconds > highest.value:
        raise CannotConvert("Qué quitarle lo decide una persona: córtalo y súbelo de nuevo.")
    if lowest is not None and 0 < milliseconds < lowest.value:
        raise CannotConvert("Es demasiado corto: súbelo más largo.")


def _fps(medium: Medium, caps: Capabilities, prefix: str) -> float:
    """Return the frame rate to convert to, or 0 when the network accepts the one of the file."""
    lowest, highest = limit_of(caps, prefix, medium, "min_fps"), limit_of(caps, prefix, medium, "max_fps")
    fps = medium.traits.fps
    if highest is not None and fps > highest.value:
        return float(highest.value)
    return float(lowest.value) if lowest is not None and 0 < fps < lowest.value else 0.0


def _bit_rate(medium: Medium, caps: Capabilities, prefix: str) -> int:
    """Return the highest bit rate of the images within the network's limits of weight and bit rate."""
    allowed = []
    weight, rate = limit_of(caps, prefix, medium, "bytes"), limit_of(caps, prefix, medium, "max_bit_rate")
    if weight is not None and medium.seconds:
        allowed.append(weight.value * 8 * USABLE_SHARE / medium.seconds - AUDIO_BIT_RATE)
    if rate is not None:
        allowed.append(rate.value * USABLE_SHARE - AUDIO_BIT_RATE)
    if allowed and min(allowed) < MIN_BIT_RATE:
        raise CannotConvert(f"Dura demasiado para lo que {caps.label} deja pesar: súbelo más corto.")
    return int(min([*allowed, MAX_BIT_RATE]))


def _video_steps(medium: Medium, conversion: Conversion) -> Iterator[str]:
    yield from _size_steps(medium, conversion)
    if conversion.fps:
        yield f"pasar a {decimal(conversion.fps)} cuadros por segundo"
    if medium.traits.colour:
        yield f"pasar de {medium.traits.colour} al color de cualquier pantalla"
    yield "convertir a MP4 con H.264 y AAC, con el índice al comienzo"


def _bounds(medium: Medium, caps: Capabilities, prefix: str) -> Bounds:
    limits = {
        name: limit_of(caps, prefix, medium, name)
        for name in ("min_ratio", "max_ratio", "min_width", "max_width", "min_height", "max_height")
    }
    return Bounds(**{name: limit.value for name, limit in limits.items() if limit is not None})
