"""Captions in the formats that networks accept: WebVTT and SubRip. Pure functions, without a library."""

import codecs
import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

LANGUAGE, LANGUAGE_NAME = "es", "Español"
# Hours and thousandths may be missing, and each number may have fewer digits: "0:0:2,5" is two seconds and a half.
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*(?:-{{1,3}}|[–—])>\s*{_TIME}(?:\s.*)?")
_ARROW = "-->"
_SIXTY = 60
_TAGS = "i|b|u|s|em|strong|font|span|p|c|v|lang|ruby|rt"
_STYLES = re.compile(
    rf"</?(?:{_TAGS})(?=[\s.>/])[^<>\n]*>|<\d[\d:.]*>|{{\\[^{{}}\n]*}}|{{[A-Za-z]:[^{{}}\n]*}}", re.IGNORECASE
)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE_BREAKS = re.compile(r"<br\s*/?>|\\N", re.IGNORECASE)

Cue = tuple[str, str, str]


@dataclass(frozen=True)
class BadCue:
    """A line with the times of a caption that cannot be used: its number in the file, its text, and why in Spanish."""

    line: int
    text: str
    why: str


def decode(data: bytes) -> str:
    """Return the text of a file of captions: UTF-8, UTF-16 with its mark, or else Windows-1252, as old editors save.

    Raises `ValueError` for a file that is in none of them.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("windows-1252")
    if _NOT_TEXT.search(text):
        raise ValueError("the captions have control characters: they are not text")
    return text


def cues(text: str) -> list[Cue]:
    """Return the captions of a WebVTT or SubRip file: start and end as HH:MM:SS.mmm, and the text without styles."""
    return read_cues(text)[0]


def read_cues(text: str) -> tuple[list[Cue], list[BadCue]]:
    """Return the captions of a file, and those whose times cannot be used: none is lost without being named."""
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    is_webvtt, lines = unified.lstrip().startswith("WEBVTT"), unified.split("\n")
    starts = [number for number, line in enumerate(lines) if _ARROW in line or _TIMES.fullmatch(line)]
    found: list[Cue] = []
    bad: list[BadCue] = []
    for start, end in pairwise([*starts, len(lines)]):
        times = _times(lines[start])
        if isinstance(times, str):
            bad.append(BadCue(start + 1, lines[start].strip(), times))
            continue
        words = _text(lines[start + 1 : end], is_webvtt=is_webvtt, is_last=end == len(lines))
        if words:
            found.append((*times, words))
    return found, bad


def _times(line: str) -> tuple[str, str] | str:
    """Return the start and the end of a caption, or why they cannot be used."""
    match = _TIMES.fullmatch(line)
    if match is None:
        return "el tiempo no se entiende"
    numbers = [int(number or 0) for number in match.groups()]
    if max(numbers[1], numbers[2], numbers[5], numbers[6]) >= _SIXTY:
        return "tiene más de 59 minutos o segundos"
    start, end = _time(*match.group(1, 2, 3, 4)), _time(*match.group(5, 6, 7, 8))
    return (start, end) if (len(start), start) < (len(end), end) else "termina antes de empezar"


def _time(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> str:
    return f"{int(hours or 0):02d}:{int(minutes):02d}:{int(seconds):02d}.{(fraction or '').ljust(3, '0')}"


def _text(lines: list[str], *, is_webvtt: bool, is_last: bool) -> str:
    """Return the text of a caption from the lines up to the next one, without its styles.

    In WebVTT a blank line ends it. In SubRip only the number of the next caption does: some files have blank lines
    inside a caption.
    """
    if is_webvtt:
        lines = lines[: next((number for number, line in enumerate(lines) if not line.strip()), len(lines))]
    elif not is_last and lines and lines[-1].strip().isdigit():
        lines = lines[:-1]
    text = _LINE_BREAKS.sub("\n", _STYLES.sub("", "\n".join(lines))).replace("\\h", " ")
    if is_webvtt:
        text = html.unescape(text)
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def subrip(captions: list[Cue]) -> str:
    """Return captions as SubRip: numbered, with a comma before the milliseconds."""
    return "".join(
        f"{number}\n{start.replace('.', ',')} --> {end.replace('.', ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(captions, start=1)
    )


def webvtt(captions: list[Cue]) -> str:
    """Return captions as WebVTT."""
    return "WEBVTT\n\n" + "".join(
        f"{start} --> {end}\n{html.escape(text, quote=False)}\n\n" for start, end, text in captions
    )


@contextmanager
def as_subrip(path: Path) -> Iterator[Path]:
    """Yield a temporary SubRip copy of a file of captions."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".srt") as file:
        file.write(subrip(cues(decode(path.read_bytes()))))
        file.flush()
        yield Path(file.name)


def as_webvtt(path: Path) -> bytes:
    """Return a file of captions as WebVTT."""
    return webvtt(cues(decode(path.read_bytes()))).encode()
