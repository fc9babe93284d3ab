"""Conversion plans: the file that each one produces is accepted by its network (D-1)."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.media.conversion import Bounds, crop_box, fit_size
from pregonero.media.sandbox import image
from pregonero.networks.base import Medium, Post, Traits
from pregonero.networks.media_conversion import RATIOS, CannotConvert, Choice, ConversionPlan, conversion_plan
from pregonero.networks.registry import NETWORKS, connector, kinds_of
from tests.films import picture

pytestmark = pytest.mark.procedure("D-1")
WITH_PICTURES = [name for name in NETWORKS if kinds_of(name).pictures]
WITH_VIDEO = [name for name in NETWORKS if kinds_of(name).videos]
SIDES = st.integers(min_value=1, max_value=12_000)


def medium(kind: str, width: int, height: int, mime: str, **more: object) -> Medium:
    base = Medium(kind, Path("/no-hay"), mime, "a" * 64, 1_000, width, height, alt="x" * (kind == "picture"))
    return replace(base, **more)  # type: ignore[arg-type]


def complaints(name: str, found: Medium, form: str = "") -> list[str]:
    """Return the issues of a network about a medium, without those about the text."""
    issues = connector(name).check(Post("Hola", title="Hola", media=(found,), format=form))
    return [issue.key for issue in issues if issue.field.startswith("media:")]


@pytest.mark.parametrize("name", WITH_PICTURES)
@given(width=SIDES, height=SIDES, mime=st.sampled_from(["image/png", "image/gif", "image/tiff", "image/jpeg"]))
def test_every_picture_has_a_version_of_a_size_that_is_taken(name: str, width: int, height: int, mime: str) -> None:
    came = medium("picture", width, height, mime, traits=Traits(frames=900, colour="CMYK"))
    plan = conversion_plan(came, connector(name).capabilities, kinds_of(name))
    made = medium(
        "picture", plan.conversion.width, plan.conversion.height, plan.mime, traits=Traits(frames=1, colour="sRGB")
    )
    assert complaints(name, made) == []
    left, top, right, bottom = plan.conversion.box
    assert 0 <= left < right <= width + 1e-6
    assert 0 <= top < bottom <= height + 1e-6


@pytest.mark.parametrize("name", WITH_VIDEO)
@given(
    width=st.integers(16, 8_000),
    height=st.integers(16, 8_000),
    fps=st.floats(1, 240),
    form=st.sampled_from(["", "reel"]),
)
def test_every_video_has_a_version_that_is_taken_or_a_reason(
    name: str, width: int, height: int, fps: float, form: str
) -> None:
    came = medium("video", width, height, "video/webm", seconds=20.0, traits=Traits(codec="vp9", fps=round(fps, 2)))
    try:
        plan = conversion_plan(came, connector(name).capabilities, kinds_of(name), form)
    except CannotConvert as reason:
        assert "pequeño" in reason.reason
        return
    assert plan.conversion.width % 2 == plan.conversion.height % 2 == 0
    traits = Traits(
        codec="h264", audio="aac", audio_hz=48_000, fps=plan.conversion.fps or round(fps, 2), moov_first=True
    )
    made = medium("video", plan.conversion.width, plan.conversion.height, plan.mime, seconds=20.0, traits=traits)
    assert complaints(name, made, form) == []


@given(width=SIDES, height=SIDES, ratio=st.sampled_from([None, *RATIOS.values()]), step=st.sampled_from([1, 2]))
def test_a_size_is_within_its_bounds(width: int, height: int, ratio: tuple[int, int] | None, step: int) -> None:
    bounds = Bounds(800, 1_910, 320, 1_440, 1, 1_000_000, step)
    found = fit_size(width, height, bounds, ratio)
    if found is None:  # it would have to grow to more than twice its size
        wanted = min(max(ratio[0] / ratio[1] if ratio else width / height, 0.8), 1.91)
        assert min(width, height * wanted) * 2 < 320 + 2 * step
        return
    assert 320 <= found[0] <= 1_440
    assert 800 * found[1] <= found[0] * 1000 <= 1_910 * found[1]
    assert found[0] % step == found[1] % step == 0


def test_what_must_stay_stays() -> None:
    assert crop_box(100, 300, (100, 100), "top") == (0, 0, 100, 100)
    assert crop_box(100, 300, (100, 100), "centre") == (0, 100, 100, 200)
    assert crop_box(100, 300, (100, 100), "bottom") == (0, 200, 100, 300)


@pytest.mark.parametrize("name", WITH_PICTURES)
@settings(max_examples=12)
@given(
    width=st.integers(2, 900),
    height=st.integers(2, 900),
    kind=st.sampled_from(["PNG", "GIF", "JPEG", "WEBP"]),
    ratio=st.sampled_from(["", "1:1", "16:9"]),
    focus=st.sampled_from(["centre", "top", "bottom"]),
)
def test_the_very_file_passes_the_check(
    name: str, tmp_path_factory: pytest.TempPathFactory, width: int, height: int, kind: str, ratio: str, focus: str
) -> None:
    path = tmp_path_factory.mktemp("foto") / "original"
    path.write_bytes(picture(kind, (width, height)))
    came = medium("picture", width, height, f"image/{kind.lower()}", size=path.stat().st_size)
    caps = connector(name).capabilities
    plan = conversion_plan(came, caps, kinds_of(name), choice=Choice(ratio, focus))
    made = written(path, plan)
    assert complaints(name, made) == []


def written(path: Path, plan: ConversionPlan) -> Medium:
    """Run the conversion, and inspect the file that it produces."""
    from pregonero.media.sandbox.inspect import inspect_picture

    output = path.with_suffix(".made")
    image.convert({"path": str(path), "output": str(output), "conversion": plan.conversion.as_data()})
    found, data = inspect_picture(output), output.read_bytes()
    return Medium(
        "picture",
        output,
        found["mime"],
        hashlib.sha256(data).hexdigest(),
        len(data),
        found["width"],
        found["height"],
        alt="x",
        traits=Traits(**found["traits"]),
    )


def test_a_weight_is_kept_by_quality_and_then_by_size(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(picture("PNG", (900, 700)))
    came = medium("picture", 900, 700, "image/png", size=path.stat().st_size)
    plan = conversion_plan(came, connector("bluesky").capabilities, kinds_of("bluesky"))
    made = written(path, replace(plan, conversion=replace(plan.conversion, max_bytes=6_000)))
    assert made.size <= 6_000
    assert made.width <= 900


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "original"
    path.write_bytes(picture("PNG", (64, 64), "RGBA"))
    came = medium("picture", 64, 64, "image/png")
    made = written(path, conversion_plan(came, connector("x").capabilities, kinds_of("x")))
    with Image.open(made.path) as seen:
        assert seen.mode == "RGB"
        assert min(seen.convert("RGB").getpixel((32, 0))) > 240  # type: ignore[arg-type,type-var]


@pytest.mark.parametrize(
    ("name", "seconds", "reason"),
    [("x", 200.0, "córtalo"), ("x", 0.1, "demasiado corto")],
)
def test_what_no_version_puts_right_says_why(name: str, seconds: float, reason: str) -> None:
    came = medium("video", 640, 360, "video/mp4", seconds=seconds)
    with pytest.raises(CannotConvert) as refused:
        conversion_plan(came, connector(name).capabilities, kinds_of(name))
    assert reason in refused.value.reason


def test_a_plan_survives_json() -> None:
    came = medium("picture", 640, 360, "image/png")
    plan = conversion_plan(came, connector("instagram").capabilities, kinds_of("instagram"))
    assert ConversionPlan.from_data(plan.as_data()) == plan
