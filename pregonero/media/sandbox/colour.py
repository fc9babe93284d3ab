"""The colours of videos and pictures: which ones are HDR or wide gamut, and their conversion for ordinary screens.

Without it the picture looks washed out, because its values mean other colours.
"""

from tempfile import NamedTemporaryFile
from typing import Any

import av
from av.filter import Graph
from PIL import Image

from pregonero.media.sandbox.srgb_tables import BT2020, DCI_P3, DISPLAY_P3, HLG, PQ, UNKNOWN, cube_text

HDR_NAMES = {PQ: "HDR (PQ)", HLG: "HDR (HLG)"}
WIDE_NAMES = {BT2020: "BT.2020", DCI_P3: "DCI-P3", DISPLAY_P3: "Display P3"}
BT709, LIMITED_RANGE = 1, 1
RGB, FULL_RANGE = 0, 2


def colour_name(primaries: int, transfer: int) -> str:
    """Return the name of HDR or wide gamut colours, as ITU-T H.273 numbers them; an empty string for ordinary ones."""
    return HDR_NAMES.get(transfer) or WIDE_NAMES.get(primaries, "")


def colour_of(properties: Any) -> str:
    """Return the name of the HDR or wide gamut colours of a frame or a codec; an empty string for ordinary colours."""
    return colour_name(int(properties.color_primaries), int(properties.color_trc))


def scale_filters(graph: Any, frame: Any, size: str) -> list[Any]:
    """Return the filters that resize the frames of a video and bring them to the colours of ordinary screens."""
    if not colour_of(frame):
        return [graph.add("scale", f"{size}:out_range=tv")]
    return [
        graph.add("scale", size),
        graph.add("format", "pix_fmts=gbrp16le"),
        _table_filter(graph, int(frame.color_primaries), int(frame.color_trc)),
        graph.add("setparams", "color_primaries=bt709:color_trc=bt709"),
        graph.add("scale", "out_color_matrix=bt709:out_range=tv"),
    ]


def picture_in_srgb(picture: Image.Image, primaries: int, transfer: int) -> Image.Image:
    """Return an RGB picture with HDR or wide gamut colours in sRGB."""
    graph = Graph()
    source = f"video_size={picture.width}x{picture.height}:pix_fmt=rgb24:time_base=1/1:colorspace=gbr:range=pc"
    filters = [graph.add("buffer", source), _table_filter(graph, primaries, transfer)]
    filters += [graph.add("format", "pix_fmts=rgb24"), graph.add("buffersink")]
    graph.link_nodes(*filters).configure()
    frame: Any = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    frame.colorspace, frame.color_range = RGB, FULL_RANGE
    graph.push(frame)
    converted: Any = graph.pull()
    result: Image.Image = converted.to_image()
    return result


def _table_filter(graph: Any, primaries: int, transfer: int) -> Any:
    with NamedTemporaryFile("w", suffix=".cube", encoding="ascii") as table:  # the filter reads it when it is made
        table.write(cube_text(primaries, transfer))
        table.flush()
        return graph.add("lut3d", f"file={table.name}:interp=tetrahedral")


def write_colour_tags(encoder: Any, source: Any) -> None:
    """Write the colour tags of a new video, so that players do not guess; `source` is the codec context read."""
    encoder.color_range = LIMITED_RANGE
    if colour_of(source):
        encoder.color_primaries = encoder.color_trc = encoder.colorspace = BT709
    elif UNKNOWN not in {int(source.color_primaries), int(source.color_trc), int(source.colorspace)}:
        encoder.color_primaries, encoder.color_trc = source.color_primaries, source.color_trc
        encoder.colorspace = source.colorspace
