"""Captions read from WebVTT and SubRip, and written as either."""

from pathlib import Path

import pytest

from pregonero.media.captions import as_subrip, as_webvtt, cues
from tests.networks.subjects import CAPTIONS

SUBRIP = """1
00:00:00,000 --> 00:00:02,500
Las exportaciones crecieron.

2
00:00:02,500 --> 00:00:06,000
Café, flores
y software.

"""
CUES = [
    ("00:00:00.000", "00:00:02.500", "Las exportaciones crecieron."),
    ("00:00:02.500", "00:00:06.000", "Café, flores\ny software."),
]


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize(
    "text", [CAPTIONS, SUBRIP, SUBRIP.replace("\n", "\r\n"), "\ufeff" + SUBRIP, CAPTIONS + "\nNOTE nada\n"]
)
def test_webvtt_and_subrip_give_the_same_cues(text: str) -> None:
    assert cues(text) == CUES


def test_each_format_converts_to_the_other(tmp_path: Path) -> None:
    path = tmp_path / "subtitulos"
    path.write_text(CAPTIONS, encoding="utf-8")

    with as_subrip(path) as written:
        assert written.read_text(encoding="utf-8") == SUBRIP
        assert cues(as_webvtt(written).decode()) == CUES
    assert not written.exists()


def test_webvtt_tags_are_removed_and_other_angle_brackets_stay() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<i>Más</i> de 2 < 3 y <v Ana>hola</v>\n"

    assert cues(text) == [("00:00:01.000", "00:00:02.000", "<i>Más</i> de 2 < 3 y hola")]
