"""Captions in the formats that networks accept: WebVTT and SubRip. Pure functions, without a library."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGE, LANGUAGE_NAME = "es", "Español"
_TIME = r"(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*\n(.+?)(?:\n\s*\n|\Z)", re.M | re.S)
_WEBVTT_TAG = re.compile(r"</?(?:c|v|lang|ruby|rt)\b[^>\n]*>|<\d[\d:.]*>")  # SubRip has no such tags

Cue = tuple[str, str, str]


def cues(text: str) -> list[Cue]:
    """Return the captions of a WebVTT or SubRip file: start and end as HH:MM:SS.mmm, and the text."""
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [
        (_time(*match.group(1, 2, 3, 4)), _time(*match.group(5, 6, 7, 8)), _WEBVTT_TAG.sub("", match[9]).strip())
        for match in _CUE.finditer(unified)
    ]


def _time(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> str:
    return f"{int(hours or 0):02d}:{minutes}:{seconds}.{milliseconds}"


def subrip(captions: list[Cue]) -> str:
    """Return captions as SubRip: numbered, with a comma before the milliseconds."""
    return "".join(
        f"{number}\n{start.replace('.', ',')} --> {end.replace('.', ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(captions, start=1)
    )


def webvtt(captions: list[Cue]) -> str:
    """Return captions as WebVTT."""
    return "WEBVTT\n\n" + "".join(f"{start} --> {end}\n{text}\n\n" for start, end, text in captions)


@contextmanager
def as_subrip(path: Path) -> Iterator[Path]:
    """Yield a temporary SubRip copy of a file of captions."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".srt") as file:
        file.write(subrip(cues(path.read_text(encoding="utf-8"))))
        file.flush()
        yield Path(file.name)


def as_webvtt(path: Path) -> bytes:
    """Return a file of captions as WebVTT."""
    return webvtt(cues(path.read_text(encoding="utf-8"))).encode()
