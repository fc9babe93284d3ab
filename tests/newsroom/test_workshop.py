"""What strangers' files are let do: be looked at in a process apart, or be refused in a sentence."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pregonero.newsroom.media_sandbox import inspect, runner
from pregonero.newsroom.media_sandbox.runner import LOOKING, Limits, run
from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreadable
from pregonero.newsroom.reading.media_store import KeptFile, keep_upload
from tests.films import CAPTIONS, film, picture
from tests.newsroom.reading.test_media import bomb, kept_files

pytestmark = pytest.mark.procedure("D-1")


def kept(data: bytes, name: str = "foto.jpg", wanted: str = "media") -> KeptFile:
    return keep_upload(iter([data]), name, wanted=wanted)


def test_a_picture_says_what_it_is(media_folder: Path) -> None:
    found = kept(picture("PNG", (50, 20)), "foto.png")
    assert (found.kind, found.mime, found.width, found.height) == ("picture", "image/png", 50, 20)
    assert found.traits == {"frames": 1, "colour": "sRGB"}
    assert kept_files(media_folder) == [found.file]


def test_a_video_says_what_it_is(media_folder: Path, tmp_path: Path) -> None:
    path = film(tmp_path / "v.mp4", seconds=2, sound=True)
    found = kept(path.read_bytes(), "v.mp4")
    traits = {**found.traits, "bit_rate": 0}
    assert traits == {
        "frames": 10, "codec": "mpeg4", "fps": 5.0, "bit_rate": 0, "audio": "aac", "audio_hz": 44_100,
        "moov_first": False,
    }  # fmt: skip
    assert (found.width, found.height) == (64, 48)
    assert found.traits["bit_rate"] > 0


def test_a_moving_gif_and_a_colour_of_the_press_are_known(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    moving, press = tmp_path / "m.gif", tmp_path / "p.jpg"
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    frames[0].convert("CMYK").save(press, "JPEG")
    assert inspect.look_at_picture(moving)["traits"] == {"frames": 3, "colour": "sRGB"}
    assert inspect.look_at_picture(press)["traits"] == {"frames": 1, "colour": "CMYK"}


def test_captions_are_read(media_folder: Path) -> None:
    found = kept(CAPTIONS, "subtitulos.vtt", "captions")
    assert (found.kind, found.mime, found.traits["frames"]) == ("captions", "text/vtt", 1)
    srt = b"1\n00:00:00,000 --> 00:00:01,000\nHola\n"
    assert kept(srt, "s.srt", "captions").mime == "application/x-subrip"


def _with_place() -> bytes:
    """A photograph that says where it was taken, lying on its side."""
    output = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (4.0, 36.0, 35.0)
    Image.linear_gradient("L").resize((60, 40)).convert("RGB").save(output, "JPEG", exif=exif)
    return output.getvalue()


def test_where_a_photograph_was_taken_does_not_go_out(media_folder: Path) -> None:
    came = _with_place()
    found = kept(came)
    assert found.original is not None
    assert (media_folder / found.original.file).read_bytes() == came
    with Image.open(media_folder / found.file) as seen:
        assert (seen.size, dict(seen.getexif()), "exif" in seen.info) == ((40, 60), {}, False)


POLYGLOTS: dict[str, tuple[bytes, str]] = {
    "a page after a picture": (picture() + b"<!DOCTYPE html><script>alert(1)</script>", "escondida"),
    "a page in a picture's comment": (picture("PNG")[:-12] + b"<html >" + picture("PNG")[-12:], "escondida|dañada"),
    "a drawing with programs": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no es JPEG"),
    "nothing": (b"", "vacío"),
    "half a picture": (picture(size=(400, 300))[:900], "dañada"),
    "a page": (b"<html><body>hola</body></html>", "no es JPEG"),
    "an archive": (b"PK\x03\x04" + b"\0" * 200, "no es JPEG"),
    "a huge picture": (bomb(8000, 8000), "demasiados puntos"),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_is_not_a_picture_is_refused_in_a_sentence(name: str, media_folder: Path) -> None:
    data, words = POLYGLOTS[name]
    with pytest.raises(Unreadable, match=words):
        kept(data, "foto")
    assert kept_files(media_folder) == []


@pytest.mark.parametrize("cut", [0.5, 0.7])
@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_half_a_video_is_refused(kind: str, cut: float, media_folder: Path, tmp_path: Path) -> None:
    whole = film(tmp_path / f"v.{kind}", seconds=8, codec="libvpx" if kind == "webm" else "mpeg4").read_bytes()
    with pytest.raises(Malformed, match="incompleto"):
        kept(whole[: int(len(whole) * cut)], f"v.{kind}")
    assert kept_files(media_folder) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("foto.jpg", "dice ser JPEG y por dentro es PNG"), ("v.mp4", "dice ser MP4 y por dentro es PNG")],
)
def test_a_file_that_lies_about_its_kind_is_refused(name: str, words: str, media_folder: Path) -> None:
    with pytest.raises(Malformed, match=words):
        kept(picture("PNG"), name)
    assert kept_files(media_folder) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"hola", "no tiene subt"), (b"\xff\xfe\x00", "UTF-8"), (CAPTIONS + b"<script>x</script>", "escondida"),
     (b"WEBVTT\n" * 400_000, "2 MB")],
)  # fmt: skip
def test_what_is_not_captions_is_refused(data: bytes, words: str, media_folder: Path) -> None:
    with pytest.raises(Unreadable, match=words):
        kept(data, "s.vtt", "captions")


def test_too_heavy_is_refused_while_it_comes(media_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pregonero.newsroom.reading.media_store.LARGEST", 1_000)
    asked = []

    def endless() -> Any:
        while True:
            asked.append(1)
            yield b"\0" * 400

    with pytest.raises(TooLarge, match="pesa más"):
        keep_upload(endless(), "foto.jpg")
    assert len(asked) == 3
    assert kept_files(media_folder) == []


def test_memory_and_time_have_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "foto"
    path.write_bytes(picture("PNG", (6_000, 6_000)))
    starved = Limits(200 * 1024**2, processor=60, clock=120, largest=0)
    with pytest.raises(Unreadable, match=r"memoria|dañada"):
        run("look", path, starved, wanted="picture")
    with pytest.raises(Malformed, match="tiempo o memoria"):
        run("look", path, Limits(LOOKING.memory, processor=60, clock=0, largest=0), wanted="picture")


def test_nothing_of_ours_reaches_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What opens strangers' files has no environment, where addresses and keys are."""
    told = tmp_path / "told"
    python = tmp_path / "python"
    python.write_text(f"#!{shutil.which('sh')}\nset > {told}\necho '{{\"done\": {{}}}}'\n")
    python.chmod(0o755)
    monkeypatch.setenv("PREGONERO_SECRET_FOR_TEST", "muy-secreto")
    monkeypatch.setattr(runner.sys, "executable", str(python))
    assert run("look", tmp_path / "x", LOOKING, wanted="picture") == {}
    assert "muy-secreto" not in told.read_text()
