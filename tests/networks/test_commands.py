"""The output of `pregonero inspect`: what is seen in a file, what a network says of it, what its conversion makes."""

import json
from pathlib import Path

import pytest

from pregonero.networks.commands import inspect_file, report
from tests.films import film, picture

pytestmark = [pytest.mark.procedure("D-1"), pytest.mark.usefixtures("media_folder")]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_picture_that_a_network_does_not_take_is_converted(tmp_path: Path) -> None:
    data = inspect_file(written(tmp_path / "mapa.png", picture("PNG", (900, 300))), "instagram")
    assert (data["ok"], data["seen"]["format"], data["seen"]["width"]) == (False, "PNG", 900)
    assert data["issues"][0]["text"] == "La imagen 1 es PNG: Instagram recibe JPG."
    assert data["conversion"]["steps"] == ["recortar, dejando el centro", "guardar como JPEG en sRGB"]
    made = data["conversion"]["made"]
    assert (made["format"], data["conversion"]["issues"]) == ("JPEG", [])
    assert made["width"] / made["height"] <= 1.91


def test_a_video_without_its_place_is_received_as_it_will_be_stored(tmp_path: Path) -> None:
    path = film(tmp_path / "v.mp4", seconds=2, fps=25, codec="libx264", tags={"location": "+04.6-074.0/"})
    data = inspect_file(path, "x")
    assert data["ok"] is True
    assert data["conversion"] is None
    assert data["received"]["steps"] == ["quitar lo que decía del lugar, la hora y la cámara"]
    assert data["received"]["pixel_format"] == "yuv420p"


def test_a_video_that_is_too_short_for_a_network_says_why_it_is_not_converted(tmp_path: Path) -> None:
    data = inspect_file(film(tmp_path / "v.mp4", seconds=1, fps=25, codec="libx264"), "instagram")
    assert data["conversion"]["possible"] is False
    assert "más largo" in data["conversion"]["reason"]


def test_captions_are_shown_as_they_will_go_out(tmp_path: Path) -> None:
    path = written(tmp_path / "s.srt", b"1\n0:0:0,5 --> 0:0:1\n{\\an8}<i>Hola</i>\n")
    data = inspect_file(path, "youtube")
    assert data["cues"] == [{"start": "00:00:00.500", "end": "00:00:01.000", "text": "Hola"}]


def test_a_file_of_another_kind_is_named_with_what_the_network_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "acta.pdf", b"%PDF-1.7\n")
    assert report(path=path, network="instagram", is_reel=False, as_json=False) == 1
    output = capsys.readouterr().out
    assert "El archivo es un documento PDF" in output
    assert "Instagram recibe JPG, MP4, MOV." in output


def test_the_text_says_the_steps_and_the_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "mapa.png", picture("PNG"))
    assert report(path=path, network="instagram", is_reel=False, as_json=False) == 1
    assert "Se puede arreglar: " in capsys.readouterr().out
    assert report(path=path, network="x", is_reel=False, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["network"] == "x"
    assert report(path=path, network="x", is_reel=False, as_json=False) == 0
    assert "✓ X lo recibe como está." in capsys.readouterr().out
