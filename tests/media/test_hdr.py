"""Videos with more colours than ordinary screens show: told beforehand, and converted without washing out (D-1)."""

from pathlib import Path

import av
import pytest

from pregonero.networks.media_conversion import conversion_plan
from pregonero.networks.registry import NETWORKS, connector, kinds_of
from tests.films import film
from tests.media.test_videos import issues_of, medium_of, version_for

pytestmark = pytest.mark.procedure("D-1")
BT709 = (1, 1, 1)
# Primaries, transfer and matrix, as ITU-T H.273 numbers them.
HDR = {"HDR (PQ)": (9, 16, 9), "HDR (HLG)": (9, 18, 9)}
WIDE = {"BT.2020": (9, 14, 9), "Display P3": (12, 1, 1), "DCI-P3": (11, 1, 1)}


def filmed(folder: Path, colours: tuple[int, int, int], *, grey: float = 0.5, pixels: str = "yuv420p10le") -> Path:
    """Return a video of one grey with these colours."""
    return film(
        folder / f"v{grey}.mp4",
        seconds=4,
        fps=24,
        codec="libx264",
        pixels=pixels,
        colours=colours,
        grey=grey,
        size=(160, 120),
    )


def grey_of(path: Path) -> float:
    """Return the grey in the middle of the first frame, from 0 (black) to 1 (white)."""
    with av.open(str(path)) as video:
        frame = next(video.decode(video=0))
        plane = frame.planes[0]
        return (bytes(plane)[plane.line_size * 100 + 100] - 16) / 219


@pytest.mark.parametrize(("name", "colours"), {**HDR, **WIDE}.items())
def test_colours_that_a_network_does_not_show_are_told(
    tmp_path: Path, name: str, colours: tuple[int, int, int]
) -> None:
    medium = medium_of(filmed(tmp_path, colours))
    assert medium.traits.colour == name
    for network in NETWORKS:
        sentence = issues_of(network, medium).get("wrong_colour", "")
        assert sentence.startswith(f"El video 1 está en {name}: en ") == (network != "youtube"), network


@pytest.mark.parametrize("colours", [BT709, (2, 2, 2), (5, 6, 5), (6, 6, 6)])
def test_ordinary_colours_have_nothing_to_be_told(tmp_path: Path, colours: tuple[int, int, int]) -> None:
    medium = medium_of(filmed(tmp_path, colours, pixels="yuv420p"))
    assert medium.traits.colour == ""
    assert [network for network in NETWORKS if "wrong_colour" in issues_of(network, medium)] == []


@pytest.mark.parametrize(
    ("network", "colours"), [("instagram", HDR["HDR (PQ)"]), ("mastodon", HDR["HDR (HLG)"]), ("x", WIDE["BT.2020"])]
)
def test_converted_hdr_is_ordinary_colour(tmp_path: Path, network: str, colours: tuple[int, int, int]) -> None:
    medium = medium_of(filmed(tmp_path, colours))
    made = version_for(network, medium)
    assert (made.traits.colour, issues_of(network, made)) == ("", {})
    with av.open(str(made.path)) as video:
        context = video.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("colours", "grey", "least", "most"),
    [
        (HDR["HDR (PQ)"], 0.0, 0.0, 0.01),
        (HDR["HDR (PQ)"], 0.58, 0.85, 0.92),  # the white of paper, 203 cd/m²; untouched it would be a grey
        (HDR["HDR (PQ)"], 0.75, 0.97, 1.01),  # 1,000 cd/m²
        (HDR["HDR (HLG)"], 0.0, 0.0, 0.01),
        (HDR["HDR (HLG)"], 0.75, 0.85, 0.92),
        (HDR["HDR (HLG)"], 1.0, 0.97, 1.01),
    ],
)
def test_converted_hdr_keeps_black_and_white(
    tmp_path: Path, colours: tuple[int, int, int], grey: float, least: float, most: float
) -> None:
    made = version_for("x", medium_of(filmed(tmp_path, colours, grey=grey)))
    assert least <= grey_of(made.path) <= most


@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p", "yuv420p10le"])
def test_ordinary_grey_stays_as_it_is(tmp_path: Path, pixels: str) -> None:
    path = film(tmp_path / "v.mp4", seconds=1, fps=5, codec="libx264", pixels=pixels, size=(160, 120), grey=0.5)
    made = version_for("facebook", medium_of(path))
    full = (16 + 219 * 0.5) / 255  # a video of the full range says the same grey with another number
    assert grey_of(made.path) == pytest.approx(full if pixels == "yuvj420p" else 0.5, abs=0.02)


def test_step_of_the_conversion_says_it(tmp_path: Path) -> None:
    medium = medium_of(filmed(tmp_path, HDR["HDR (PQ)"]))
    plan = conversion_plan(medium, connector("instagram").capabilities, kinds_of("instagram"))
    assert "pasar de HDR (PQ) al color de cualquier pantalla" in plan.steps
