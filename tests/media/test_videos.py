"""Videos of telephones and browsers: what is measured, what is removed, and the version that a network takes (D-1)."""

import hashlib
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from pregonero.media.errors import MalformedFile
from pregonero.media.sandbox.inspect import inspect
from pregonero.media.sandbox.video import clean, convert
from pregonero.media.sandbox.video_metadata import TECHNICAL_TAGS
from pregonero.media.store import StoredFile, store_upload
from pregonero.networks.base import Medium, Post, Traits
from pregonero.networks.media_conversion import conversion_plan
from pregonero.networks.registry import connector, kinds_of
from tests.films import film

pytestmark = pytest.mark.procedure("D-1")
STRICT = ("x", "instagram")
PLACE = {"location": "+04.6097-074.0817/", "comment": "grabado en casa", "make": "Prueba", "title": "Casa"}
TRACES = (b"04.6097", b"grabado en casa", b"Prueba", b"Casa")


def store(path: Path) -> StoredFile:
    return store_upload(iter([path.read_bytes()]), path.name)


def medium_of(path: Path) -> Medium:
    """Return a video as a network receives it, from inspecting the file."""
    found, data = inspect({"path": str(path), "expected": "video"}), path.read_bytes()
    measures = {name: found[name] for name in ("mime", "width", "height", "seconds")}
    digest = hashlib.sha256(data).hexdigest()
    return Medium("video", path, sha256=digest, size=len(data), traits=Traits(**found["traits"]), **measures)


def issues_of(name: str, medium: Medium) -> dict[str, str]:
    """Return the issues of a network about a video, by their key."""
    issues = connector(name).check(Post("Hola", title="Hola", media=(medium,)))
    return {issue.key: issue.text for issue in issues if issue.field.startswith("media:")}


def version_for(name: str, medium: Medium) -> Medium:
    """Convert a video with the plan that the network needs; return the result as inspected."""
    output = medium.path.with_name("version.mp4")
    plan = conversion_plan(medium, connector(name).capabilities, kinds_of(name))
    convert(
        {"path": str(medium.path), "output": str(output), "conversion": plan.conversion.as_data()}, lambda percent: None
    )
    return medium_of(output)


@pytest.mark.parametrize("name", STRICT)
@pytest.mark.parametrize("pixels", ["yuv444p", "yuv422p", "yuv420p10le", "yuv422p10le"])
def test_a_colour_format_that_a_network_does_not_play_is_told_and_converted(
    tmp_path: Path, name: str, pixels: str
) -> None:
    medium = medium_of(film(tmp_path / "v.mp4", seconds=4, fps=25, codec="libx264", sound=True, pixels=pixels))
    expected = f"El video 1 guarda el color en {pixels}: {connector(name).capabilities.label} recibe 4:2:0 de 8 bits."
    assert issues_of(name, medium)["wrong_pixels"] == expected
    made = version_for(name, medium)
    assert (issues_of(name, made), made.traits.pixel_format) == ({}, "yuv420p")


@pytest.mark.parametrize("name", STRICT)
def test_a_profile_of_sound_that_a_network_does_not_play_is_told_and_converted(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / "v.mp4", seconds=4, fps=25, codec="libx264", sound=True)
    # The header of this sound ends in the mark of an absent extension (SBR): with the next bit, it is present.
    path.write_bytes(path.read_bytes().replace(b"\x56\xe5\x00", b"\x56\xe5\x80"))
    medium = medium_of(path)
    assert "HE-AAC" in issues_of(name, medium)["wrong_sound"]
    made = version_for(name, medium)
    assert (issues_of(name, made), made.traits.audio_profile) == ({}, "LC")


@pytest.mark.parametrize("name", STRICT)
def test_a_sound_of_six_channels_is_told_and_converted(tmp_path: Path, name: str) -> None:
    medium = medium_of(film(tmp_path / "v.mp4", seconds=4, fps=25, codec="libx264", sound=True, layout="5.1"))
    assert "lleva 6 canales de sonido" in issues_of(name, medium)["too_many_channels"]
    made = version_for(name, medium)
    assert (issues_of(name, made), made.traits.audio_channels) == ({}, 2)


@pytest.mark.parametrize("name", ["facebook", "youtube", "bluesky", "mastodon"])
def test_networks_that_convert_videos_themselves_take_any_colour_format(tmp_path: Path, name: str) -> None:
    medium = medium_of(film(tmp_path / "v.mp4", seconds=4, fps=25, codec="libx264", pixels="yuv444p"))
    assert "wrong_pixels" not in issues_of(name, medium)


def all_tags(path: Path) -> dict[str, str]:
    """Return the tags of a video and of its streams, without those of how it is built."""
    with av.open(str(path)) as video:
        tags = dict(video.metadata)
        for stream in video.streams:
            tags |= stream.metadata
    return {name: value for name, value in tags.items() if name.lower() not in TECHNICAL_TAGS}


FILMS: list[tuple[str, dict[str, Any]]] = [
    ("mp4", {"codec": "libx264"}),
    ("mp4", {"codec": "libx264", "options": {"movflags": "use_metadata_tags"}}),
    ("mov", {"codec": "libx264"}),
    ("webm", {"codec": "libvpx", "sound_codec": "libopus"}),
    ("mkv", {"codec": "libx264"}),
    ("avi", {"codec": "mpeg4"}),
]  # fmt: skip


@pytest.mark.parametrize(("container", "how"), FILMS)
def test_the_place_and_the_camera_of_a_video_are_removed_and_the_original_is_stored_apart(
    media_folder: Path, tmp_path: Path, container: str, how: dict[str, Any]
) -> None:
    path = film(tmp_path / f"v.{container}", seconds=2, fps=25, sound=True, tags=PLACE, **how)
    assert any(trace in path.read_bytes() for trace in TRACES)
    stored = store(path)
    assert stored.original is not None
    assert (media_folder / stored.original.file).read_bytes() == path.read_bytes()
    clean_path = media_folder / stored.file
    assert [trace for trace in TRACES if trace in clean_path.read_bytes()] == []
    assert all_tags(clean_path) == {}
    assert (stored.mime, stored.seconds) == (stored.original.mime, pytest.approx(stored.original.seconds, abs=0.1))
    for trait in ("codec", "audio", "pixel_format", "frames"):
        assert stored.traits[trait] == stored.original.traits[trait]


def boxed(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


@pytest.mark.parametrize("box", [boxed(b"uuid", b"\xbe\x7a\xcf\xcb" * 4 + b"<x:xmpmeta>Casa"), boxed(b"meta", b"Casa")])
def test_boxes_of_metadata_that_no_player_reads_are_removed(media_folder: Path, tmp_path: Path, box: bytes) -> None:
    path = film(tmp_path / "v.mp4", seconds=2, codec="libx264")
    path.write_bytes(path.read_bytes() + box)
    stored = store(path)
    assert stored.original is not None
    assert b"Casa" not in (media_folder / stored.file).read_bytes()


def test_a_video_without_metadata_is_stored_as_it_came(media_folder: Path, tmp_path: Path) -> None:
    for container in ("mp4", "mov", "webm"):
        path = film(tmp_path / f"v.{container}", seconds=1, codec="libvpx" if container == "webm" else "libx264")
        stored = store(path)
        assert stored.original is None
        assert (media_folder / stored.file).read_bytes() == path.read_bytes()


def test_a_video_that_lies_on_its_side_still_does_without_its_metadata(tmp_path: Path) -> None:
    path, output = film(tmp_path / "v.mp4", seconds=1, codec="libx264", tags=PLACE), tmp_path / "clean.mp4"
    data = path.read_bytes()
    upright = b"\0\1\0\0" + b"\0" * 12 + b"\0\1\0\0" + b"\0" * 12 + b"\x40\0\0\0"
    sideways = b"\0" * 4 + b"\0\1\0\0" + b"\0" * 4 + b"\xff\xff\0\0" + b"\0" * 4 + b"\0" * 12 + b"\x40\0\0\0"
    at = data.index(upright, data.index(b"tkhd"))
    path.write_bytes(data[:at] + sideways + data[at + len(sideways) :])
    assert (medium_of(path).width, medium_of(path).height) == (48, 64)
    clean({"path": str(path), "output": str(output)})
    assert (medium_of(output).width, medium_of(output).height) == (48, 64)


class Stream(io.RawIOBase):
    """A file that cannot go back, as what a browser records: the length cannot be written at its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def write(self, data: Any) -> int:
        """Append the data."""
        self.data += bytes(data)
        return len(data)

    def writable(self) -> bool:
        """Return True."""
        return True


RECORDINGS: dict[str, dict[str, Any]] = {
    "webm": {"codec": "libvpx", "sound_codec": "libopus"},
    "mkv": {"codec": "libx264"},
    "mp4": {"codec": "libx264", "options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}},
}


@pytest.mark.parametrize("sound", [True, False])
@pytest.mark.parametrize("container", RECORDINGS)
def test_a_recording_without_a_length_is_measured_and_converted(tmp_path: Path, container: str, sound: bool) -> None:
    stream, path = Stream(), tmp_path / f"v.{container}"
    film(path, seconds=4, fps=25, sound=sound, file=stream, **RECORDINGS[container])
    path.write_bytes(stream.data)
    medium = medium_of(path)
    assert medium.seconds == pytest.approx(4, abs=0.2)
    assert medium.traits.fps == pytest.approx(25, abs=1)
    for name in STRICT:
        assert not {"too_short", "too_fast", "too_slow"} & issues_of(name, medium).keys()
        made = version_for(name, medium)
        assert (issues_of(name, made), made.seconds) == ({}, pytest.approx(4, abs=0.2))


@pytest.mark.parametrize("container", ["mp4", "mov", "webm", "mkv"])
@pytest.mark.parametrize("lengths", [(2, 6), (6, 2)])
def test_images_and_sound_of_different_length_are_received(
    tmp_path: Path, container: str, lengths: tuple[int, int]
) -> None:
    how = {"codec": "libvpx", "sound_codec": "libopus"} if container == "webm" else {"codec": "libx264"}
    path = film(tmp_path / f"v.{container}", seconds=lengths[0], sound=True, sound_seconds=lengths[1], **how)
    assert medium_of(path).seconds == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("container", ["mp4", "mov", "webm", "mkv", "avi"])
def test_a_cut_video_is_refused(tmp_path: Path, container: str, share: float) -> None:
    how = {"codec": "libvpx", "sound_codec": "libopus"} if container == "webm" else {"codec": "mpeg4"}
    path = film(tmp_path / f"v.{container}", seconds=10, sound=True, **how)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(MalformedFile):
        medium_of(path)


@pytest.mark.parametrize("container", ["webm", "mkv"])
def test_the_unit_of_the_clock_is_not_taken_for_the_frame_rate(tmp_path: Path, container: str) -> None:
    path = tmp_path / f"v.{container}"
    with av.open(str(path), "w", format="webm" if container == "webm" else "matroska") as made:
        stream = made.add_stream("libvpx", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(100):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = number * 40, Fraction(1, 1000)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    medium = medium_of(path)
    assert medium.traits.fps == pytest.approx(25, abs=1)
    for name in STRICT:
        assert "too_fast" not in issues_of(name, medium)
        made_version = version_for(name, medium)
        assert issues_of(name, made_version) == {}
        assert made_version.traits.fps == pytest.approx(25, abs=1)


@pytest.mark.parametrize("name", STRICT)
def test_the_version_for_a_network_does_not_say_the_place(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / "v.mov", seconds=4, fps=25, codec="libx264", sound=True, tags=PLACE)
    made = version_for(name, medium_of(path))
    assert [trace for trace in TRACES if trace in made.path.read_bytes()] == []
    assert all_tags(made.path) == {}


def test_codecs_that_a_network_does_not_take_are_told_in_plain_spanish(tmp_path: Path) -> None:
    path = film(tmp_path / "v.webm", seconds=4, fps=25, codec="libvpx", sound=True, sound_codec="libopus")
    issues = issues_of("x", replace(medium_of(path), mime="video/mp4"))
    assert issues["wrong_codec"] == "La imagen del video 1 es vp8: X recibe H.264."
    assert issues["wrong_sound"] == "El sonido del video 1 es opus: X recibe AAC."
