"""Captions in the form that each network takes: WebVTT as the open web has it, or SubRip."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGE, LANGUAGE_NAME = "es", "Español"
_TIME = r"(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*\n(.+?)(?:\n\s*\n|\Z)", re.M | re.S)
_STYLED = re.compile(r"</?(?:c|v|lang|ruby|rt)\b[^>\n]*>|<\d[\d:.]*>")

Cue = tuple[str, str, str]


def cues(text: str) -> list[Cue]:
    """Return each caption of a file of either kind: when it begins, when it ends, and its words."""
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [
        (_instant(*match.group(1, 2, 3, 4)), _instant(*match.group(5, 6, 7, 8)), _STYLED.sub("", match[9]).strip())
        for match in _CUE.finditer(whole)
    ]


def _instant(hours: str | None, minutes: str, seconds: str, thousandths: str) -> str:
    return f"{int(hours or 0):02d}:{minutes}:{seconds}.{thousandths}"


def subrip(found: list[Cue]) -> str:
    """Return captions as SubRip, which numbers them and writes a comma before the thousandths."""
    comma = [(begins.replace(".", ","), ends.replace(".", ","), words) for begins, ends, words in found]
    return "".join(f"{at}\n{begins} --> {ends}\n{words}\n\n" for at, (begins, ends, words) in enumerate(comma, start=1))


def webvtt(found: list[Cue]) -> str:
    """Return captions as WebVTT."""
    return "WEBVTT\n\n" + "".join(f"{begins} --> {ends}\n{words}\n\n" for begins, ends, words in found)


@contextmanager
def as_subrip(path: Path) -> Iterator[Path]:
    """Give a file of captions as SubRip, for the time of the block."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".srt") as written:
        written.write(subrip(cues(path.read_text(encoding="utf-8"))))
        written.flush()
        yield Path(written.name)


def as_webvtt(path: Path) -> bytes:
    """Return a file of captions as WebVTT."""
    return webvtt(cues(path.read_text(encoding="utf-8"))).encode()
