"""Tables that bring HDR and wide gamut colours to sRGB: what an ordinary screen can show of them.

The white of paper, 203 cd/m² (ITU-R BT.2408), stays nearly white; what is brighter, up to 1,000 cd/m², is compressed
above it. Below half of that white nothing changes.
"""

from collections.abc import Callable
from functools import cache
from itertools import product
from math import exp

# As ITU-T H.273 numbers them.
PQ, HLG = 16, 18
UNKNOWN, BT2020, DCI_P3, DISPLAY_P3 = 2, 9, 11, 12
SIDE = 33  # points of the table on each axis
PAPER_WHITE, PEAK = 203.0, 1000.0  # cd/m²
KNEE = 0.5  # of the white of paper
# Where the curve of each transfer changes its form: the signal, or the light.
HLG_LOW, SRGB_LOW, SRGB_LOW_LIGHT = 0.5, 0.04045, 0.0031308
HLG_GAMMA = 1.2  # of a screen of 1,000 cd/m² (BT.2100)
# Linear light of each set of primaries in that of BT.709, which sRGB uses too.
FROM_BT2020 = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
FROM_P3 = ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979))
MATRICES = {BT2020: FROM_BT2020, DCI_P3: FROM_P3, DISPLAY_P3: FROM_P3}
IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
LUMINANCE = (0.2627, 0.6780, 0.0593)  # of BT.2020

Colour = tuple[float, float, float]


@cache
def srgb_table(primaries: int, transfer: int) -> tuple[Colour, ...]:
    """Return the sRGB colour of each point of a cube whose red changes first, from 0 to 1."""
    is_hdr = transfer in LIGHT
    if is_hdr and primaries == UNKNOWN:
        primaries = BT2020
    matrix, light = MATRICES.get(primaries, IDENTITY), LIGHT.get(transfer, _srgb_light)
    values = [index / (SIDE - 1) for index in range(SIDE)]
    within = _compressed if is_hdr else _unchanged
    return tuple(
        _encoded(within(_times(matrix, light((red, green, blue))))) for blue, green, red in product(*[values] * 3)
    )


def cube_text(primaries: int, transfer: int) -> str:
    """Return the table in the `.cube` format, which FFmpeg's `lut3d` filter reads."""
    lines = ["%.5f %.5f %.5f" % colour for colour in srgb_table(primaries, transfer)]  # noqa: UP031  36,000 lines
    return "\n".join([f"LUT_3D_SIZE {SIDE}", *lines, ""])


def _pq_light(colour: Colour) -> Colour:
    """Return the light of a PQ signal (SMPTE ST 2084), where 1 is the white of paper."""
    return _each(_pq, colour)


@cache
def _pq(signal: float) -> float:
    power = signal ** (1 / 78.84375)
    light = max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)
    return float(10_000 * light ** (1 / 0.1593017578125) / PAPER_WHITE)


def _hlg_light(colour: Colour) -> Colour:
    """Return the light of an HLG signal (BT.2100) on a screen of 1,000 cd/m², where 1 is the white of paper."""
    scene = _each(_hlg, colour)
    luminance = sum(weight * light for weight, light in zip(LUMINANCE, scene, strict=True))
    gain = PEAK / PAPER_WHITE * luminance ** (HLG_GAMMA - 1)
    return (scene[0] * gain, scene[1] * gain, scene[2] * gain)


@cache
def _hlg(signal: float) -> float:
    return signal**2 / 3 if signal <= HLG_LOW else (exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12


def _srgb_light(colour: Colour) -> Colour:
    return _each(lambda value: value / 12.92 if value <= SRGB_LOW else ((value + 0.055) / 1.055) ** 2.4, colour)


LIGHT: dict[int, Callable[[Colour], Colour]] = {PQ: _pq_light, HLG: _hlg_light}


def _compressed(colour: Colour) -> Colour:
    """Return the colour with its brightest part at most 1, in the same proportions so that its hue stays."""
    brightest = max(colour)
    if brightest <= KNEE:
        return colour
    above, most = (min(brightest, PEAK / PAPER_WHITE) - KNEE) / (1 - KNEE), (PEAK / PAPER_WHITE - KNEE) / (1 - KNEE)
    gain = (KNEE + (1 - KNEE) * above * (1 + above / most**2) / (1 + above)) / brightest
    return _each(lambda value: value * gain, colour)


def _unchanged(colour: Colour) -> Colour:
    return colour


def _encoded(colour: Colour) -> Colour:
    """Return the sRGB values of linear light; what is out of reach takes the nearest value of each channel."""
    inside = _each(lambda value: min(max(value, 0.0), 1.0), colour)
    return _each(lambda value: 12.92 * value if value <= SRGB_LOW_LIGHT else 1.055 * value ** (1 / 2.4) - 0.055, inside)


def _times(matrix: tuple[Colour, Colour, Colour], colour: Colour) -> Colour:
    red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return (red, green, blue)


def _each(function: Callable[[float], float], colour: Colour) -> Colour:
    return (function(colour[0]), function(colour[1]), function(colour[2]))
