"""Inspection of untrusted files in the sandbox, and what the store does with its results (D-1)."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pregonero.media.errors import FileTooLarge, MalformedFile, UnusableFile
from pregonero.media.sandbox import inspect, runner
from pregonero.media.sandbox.runner import INSPECTION_LIMITS, Limits, run
from pregonero.media.store import StoredFile, store_upload
from tests.films import CAPTIONS, film, picture
from tests.newsroom.reading.test_media import bomb, stored_files

pytestmark = pytest.mark.procedure("D-1")


def store(data: bytes, name: str = "foto.jpg", expected: str = "media") -> StoredFile:
    return store_upload(iter([data]), name, expected=expected)


def test_a_picture_is_stored_with_its_measures(media_folder: Path) -> None:
    stored = store(picture("PNG", (50, 20)), "foto.png")
    assert (stored.kind, stored.mime, stored.width, stored.height) == ("picture", "image/png", 50, 20)
    assert stored.traits == {"frames": 1, "colour": "sRGB"}
    assert stored_files(media_folder) == [stored.file]


def test_a_video_is_stored_with_its_measures(media_folder: Path, tmp_path: Path) -> None:
    path = film(tmp_path / "v.mp4", seconds=2, sound=True)
    stored = store(path.read_bytes(), "v.mp4")
    traits = {**stored.traits, "bit_rate": 0}
    assert traits == {
        "frames": 10,
        "codec": "mpeg4",
        "pixel_format": "yuv420p",
        "colour": "",
        "fps": 5.0,
        "bit_rate": 0,
        "audio": "aac",
        "audio_profile": "LC",
        "audio_hz": 44_100,
        "audio_channels": 1,
        "moov_first": False,
    }
    assert (stored.width, stored.height) == (64, 48)
    assert stored.traits["bit_rate"] > 0


def test_animation_and_cmyk_are_detected(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    animated, printed = tmp_path / "m.gif", tmp_path / "p.jpg"
    frames[0].save(animated, "GIF", save_all=True, append_images=frames[1:])
    frames[0].convert("CMYK").save(printed, "JPEG")
    assert inspect.inspect_picture(animated)["traits"] == {"frames": 3, "colour": "sRGB"}
    assert inspect.inspect_picture(printed)["traits"] == {"frames": 1, "colour": "CMYK"}


def test_captions_are_stored_with_their_format(media_folder: Path) -> None:
    stored = store(CAPTIONS, "subtitulos.vtt", "captions")
    assert (stored.kind, stored.mime, stored.traits["frames"]) == ("captions", "text/vtt", 1)
    srt = b"1\n00:00:00,000 --> 00:00:01,000\nHola\n"
    assert store(srt, "s.srt", "captions").mime == "application/x-subrip"


def _sideways_photograph_with_place() -> bytes:
    output = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (4.0, 36.0, 35.0)
    Image.linear_gradient("L").resize((60, 40)).convert("RGB").save(output, "JPEG", exif=exif)
    return output.getvalue()


def test_the_place_of_a_photograph_is_removed_and_the_original_is_stored_apart(media_folder: Path) -> None:
    data = _sideways_photograph_with_place()
    stored = store(data)
    assert stored.original is not None
    assert (media_folder / stored.original.file).read_bytes() == data
    with Image.open(media_folder / stored.file) as clean:
        assert (clean.size, dict(clean.getexif()), "exif" in clean.info) == ((40, 60), {}, False)


NOT_PICTURES: dict[str, tuple[bytes, str]] = {
    "a page after a picture": (picture() + b"<!DOCTYPE html><script>alert(1)</script>", "escondida"),
    "a page in a picture's comment": (picture("PNG")[:-12] + b"<html >" + picture("PNG")[-12:], "escondida|dañada"),
    "an SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "es una imagen SVG"),
    "an empty file": (b"", "vacío"),
    "half a picture": (picture(size=(400, 300))[:900], "dañada"),
    "a page": (b"<html><body>hola</body></html>", "es una página web"),
    "an archive": (b"PK\x03\x04" + b"\0" * 200, "comprimido ZIP"),
    "a decompression bomb": (bomb(8000, 8000), "demasiados puntos"),
}


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_a_file_that_is_not_a_picture_is_refused_with_its_reason(name: str, media_folder: Path) -> None:
    data, reason = NOT_PICTURES[name]
    with pytest.raises(UnusableFile, match=reason):
        store(data, "foto")
    assert stored_files(media_folder) == []


@pytest.mark.parametrize("share", [0.5, 0.7])
@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_cut_video_is_refused(kind: str, share: float, media_folder: Path, tmp_path: Path) -> None:
    data = film(tmp_path / f"v.{kind}", seconds=8, codec="libvpx" if kind == "webm" else "mpeg4").read_bytes()
    with pytest.raises(MalformedFile, match="incompleto"):
        store(data[: int(len(data) * share)], f"v.{kind}")
    assert stored_files(media_folder) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [("foto.jpg", "dice ser JPEG y por dentro es PNG"), ("v.mp4", "dice ser MP4 y por dentro es PNG")],
)
def test_a_file_with_a_false_extension_is_refused(name: str, reason: str, media_folder: Path) -> None:
    with pytest.raises(MalformedFile, match=reason):
        store(picture("PNG"), name)
    assert stored_files(media_folder) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hola", "no tiene subt"),
        (b"\xff\xfe\x00", "UTF-8"),
        (CAPTIONS + b"<script>x</script>", "escondida"),
        (b"WEBVTT\n" * 400_000, "2 MB"),
    ],
)
def test_a_file_that_is_not_captions_is_refused(data: bytes, reason: str, media_folder: Path) -> None:
    with pytest.raises(UnusableFile, match=reason):
        store(data, "s.vtt", "captions")


def test_an_upload_over_the_size_limit_is_refused_before_it_ends(media_folder: Path) -> None:
    chunks_read = []

    def endless() -> Iterator[bytes]:
        while True:
            chunks_read.append(1)
            yield b"\0" * 400

    with pytest.raises(FileTooLarge, match="pesa más"):
        store_upload(endless(), "foto.jpg", max_bytes=1_000)
    assert len(chunks_read) == 3
    assert stored_files(media_folder) == []


def test_the_sandbox_limits_memory_and_time(tmp_path: Path) -> None:
    path = tmp_path / "foto"
    path.write_bytes(picture("PNG", (6_000, 6_000)))
    little_memory = Limits(200 * 1024**2, processor=60, clock=120, max_file=0)
    with pytest.raises(UnusableFile, match=r"memoria|dañada"):
        run("inspect", path, little_memory, expected="picture")
    no_time = Limits(INSPECTION_LIMITS.memory, processor=60, clock=0, max_file=0)
    with pytest.raises(MalformedFile, match="tiempo o memoria"):
        run("inspect", path, no_time, expected="picture")


def test_the_sandbox_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = tmp_path / "environment"
    python = tmp_path / "python"
    python.write_text(f"#!{shutil.which('sh')}\nset > {environment}\necho '{{\"done\": {{}}}}'\n")
    python.chmod(0o755)
    monkeypatch.setenv("PREGONERO_SECRET_FOR_TEST", "muy-secreto")
    monkeypatch.setattr(runner.sys, "executable", str(python))
    assert run("inspect", tmp_path / "x", INSPECTION_LIMITS, expected="picture") == {}
    assert "muy-secreto" not in environment.read_text()
