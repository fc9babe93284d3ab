"""The colours of videos: which ones are HDR or wide gamut, and how they are converted for ordinary screens (BT.709).

FFmpeg's `scale` filter maps the tones. Without it the picture looks washed out, because its values mean other colours.
"""

from typing import Any

# As FFmpeg numbers them (ITU-T H.273).
PQ, HLG = 16, 18
HDR_NAMES = {PQ: "HDR (PQ)", HLG: "HDR (HLG)"}
WIDE_NAMES = {9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
BT709, UNKNOWN, LIMITED_RANGE = 1, 2, 1
TO_BT709 = "out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709:intent=perceptual"


def colour_name(properties: Any) -> str:
    """Return the name of the HDR or wide gamut colours of a frame or a codec; an empty string for ordinary colours."""
    hdr = HDR_NAMES.get(int(properties.color_trc))
    return hdr or WIDE_NAMES.get(int(properties.color_primaries), "")


def scale_options(frame: Any) -> str:
    """Return the options of the `scale` filter that bring a frame to the colours of ordinary screens."""
    return f"out_range=tv:{TO_BT709}" if colour_name(frame) else "out_range=tv"


def write_colour_tags(encoder: Any, source: Any) -> None:
    """Write the colour tags of a new video, so that players do not guess; `source` is the codec context read."""
    encoder.color_range = LIMITED_RANGE
    if colour_name(source):
        encoder.color_primaries = encoder.color_trc = encoder.colorspace = BT709
    elif UNKNOWN not in {int(source.color_primaries), int(source.color_trc), int(source.colorspace)}:
        encoder.color_primaries, encoder.color_trc = source.color_primaries, source.color_trc
        encoder.colorspace = source.colorspace
