"""Captions read from WebVTT and SubRip, and written as either."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.media.captions import as_subrip, as_webvtt, cues, read_cues, subrip, webvtt
from pregonero.media.errors import MalformedFile
from pregonero.media.store import store_upload
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
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<i>Más</i> de 2 < 3 y <v Ana>hola</v> &amp; &lt;adiós&gt;\n"

    assert cues(text) == [("00:00:01.000", "00:00:02.000", "Más de 2 < 3 y hola & <adiós>")]
    assert cues(webvtt(cues(text))) == cues(text)


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("00:00:00,00 --> 00:00:01,00", "00:00:00.000", "00:00:01.000"),
        ("0:0:2,5 --> 0:0:2,9", "00:00:02.500", "00:00:02.900"),
        ("00:00:01 --> 00:00:03", "00:00:01.000", "00:00:03.000"),
        ("1:02.5 --> 1:03", "00:01:02.500", "00:01:03.000"),
        ("00:00:01.000-->00:00:02.000", "00:00:01.000", "00:00:02.000"),
        (" 00:00:01,000  -->  00:00:02,000 ", "00:00:01.000", "00:00:02.000"),
        ("00:00:01,000 -> 00:00:02,000", "00:00:01.000", "00:00:02.000"),
        ("00:00:01,000 –> 00:00:02,000", "00:00:01.000", "00:00:02.000"),
        ("00:00:01:500 --> 00:00:02:500", "00:00:01.500", "00:00:02.500"),
        ("00:00:01,000 --> 00:00:02,000 X1:63 X2:223 Y1:43 Y2:58", "00:00:01.000", "00:00:02.000"),
        ("00:00:01.000 --> 00:00:02.000 align:start position:0%", "00:00:01.000", "00:00:02.000"),
        ("99:59:59,999 --> 100:00:00,000", "99:59:59.999", "100:00:00.000"),
    ],
)
def test_times_of_every_form_are_read(written: str, start: str, end: str) -> None:
    assert read_cues(f"1\n{written}\nHola\n") == ([(start, end, "Hola")], [])


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("00:00:01,0000 --> 00:00:02,000", "el tiempo no se entiende"),
        ("uno --> dos", "el tiempo no se entiende"),
        ("00:00:01,000 -->", "el tiempo no se entiende"),
        ("00:61:01,000 --> 00:62:00,000", "tiene más de 59 minutos o segundos"),
        ("00:00:03,000 --> 00:00:02,000", "termina antes de empezar"),
    ],
)
def test_a_caption_whose_times_cannot_be_used_is_named(media_folder: Path, written: str, why: str) -> None:
    text = f"1\n00:00:00,000 --> 00:00:01,000\nPrimera\n\n2\n{written}\nSegunda\n"
    captions, bad = read_cues(text)
    assert [words for _, _, words in captions] == ["Primera"]
    assert [(cue.line, cue.text, cue.why) for cue in bad] == [(6, written, why)]
    with pytest.raises(MalformedFile, match=f"línea 6 .*{why}. Corrígelos"):
        store_upload(iter([text.encode()]), "s.srt", expected="captions")


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize(
    ("styled", "plain"),
    [
        ("{\\an8}<i>Arriba</i> y en cursiva", "Arriba y en cursiva"),
        ('<font color="#ffff00">En amarillo</font>', "En amarillo"),
        ("<B>Negrita</B> <u>subrayada</u>", "Negrita subrayada"),
        ("{\\i1}Cursiva{\\i0}{\\pos(20,30)}", "Cursiva"),
        ("{y:i}Cursiva", "Cursiva"),
        ("Arriba<br/>abajo", "Arriba\nabajo"),
        ("Arriba\\Nabajo\\hy más", "Arriba\nabajo y más"),
        ("<c.amarillo>Color</c> <00:00:01.500>y tiempo", "Color y tiempo"),
        ("Si {esto} < aquello > lo otro", "Si {esto} < aquello > lo otro"),
    ],
)
def test_codes_of_style_are_not_shown_as_words(styled: str, plain: str) -> None:
    for text in (f"1\n00:00:00,000 --> 00:00:01,000\n{styled}\n", f"WEBVTT\n\n00:00.000 --> 00:01.000\n{styled}\n"):
        assert [words for _, _, words in cues(text)] == [plain]


def test_blank_lines_and_missing_ones_in_subrip_lose_no_text() -> None:
    text = (
        "1\n00:00:00,000 --> 00:00:01,000\nPrimera\n\nsigue\n\n\n2\n00:00:01,000 --> 00:00:02,000\nSegunda\n3\n"
        "00:00:02,000 --> 00:00:03,000\nEn\n2026\n"
    )
    assert [words for _, _, words in cues(text)] == ["Primera\nsigue", "Segunda", "En\n2026"]


@pytest.mark.procedure("N-6")
@given(
    times=st.lists(st.integers(0, 359_999_999), min_size=2, max_size=12, unique=True).map(sorted),
    words=st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="<>{}\\-"), min_size=2
    ),
)
def test_captions_are_the_same_after_being_written_in_either_format(times: list[int], words: str) -> None:
    def written(milliseconds: int) -> str:
        seconds, thousandths = divmod(milliseconds, 1000)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{thousandths:03d}"

    text = f"a{words}"
    captions = [(written(start), written(end), text) for start, end in pairwise(times)]
    assert read_cues(subrip(captions)) == (captions, [])
    assert read_cues(webvtt(captions)) == (captions, [])


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_captions_of_any_usual_encoding_keep_their_letters(tmp_path: Path, media_folder: Path, encoding: str) -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,000\r\n¿Año “nuevo”? Más café – 5 €\r\n"
    path = tmp_path / "s.srt"
    path.write_bytes(text.encode(encoding))
    stored = store_upload(iter([path.read_bytes()]), path.name, expected="captions")
    assert "¿Año “nuevo”? Más café – 5 €" in as_webvtt(media_folder / stored.file).decode()
    with as_subrip(media_folder / stored.file) as converted:
        assert "¿Año “nuevo”? Más café – 5 €" in converted.read_text(encoding="utf-8")


@pytest.mark.procedure("N-6")
@pytest.mark.parametrize("data", [b"1\n00:00:01,000 --> 00:00:02,000\n\x00\x01\x81", b"\xff\xfe\x00", b"\x81\x8d"])
def test_captions_that_are_no_text_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(MalformedFile, match="no son texto"):
        store_upload(iter([data]), "s.srt", expected="captions")
