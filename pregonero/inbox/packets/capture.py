"""Draws the capture of a conversation as PDF and PNG, from its stored messages; nothing is asked of the network."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import emoji
import fontpkg_work_sans
import typst

TEMPLATE = Path(__file__).with_name("capture.typ")
PIXELS_PER_INCH = 110
MOST_CHARACTERS = 6_000  # of one message; the whole text is in the packet's JSON
MOST_PAGES = 12  # as pictures; the PDF has them all
LONG_WORD = re.compile(r"\S{40}")


def draw_pdf(data: dict[str, Any]) -> bytes:
    """Return the capture as a PDF."""
    return bytes(_compile(data, "pdf")[0])


def draw_pictures(data: dict[str, Any]) -> list[bytes]:
    """Return the capture as one PNG for each page."""
    return _compile(data, "png")[:MOST_PAGES]


def printable(text: str) -> str:
    """Return a text as the capture shows it: emojis by their name, long words with breaks, and cut when it is long."""
    named = emoji.demojize(text[:MOST_CHARACTERS], delimiters=("[", "]"), language="es")
    broken = LONG_WORD.sub(lambda match: f"{match.group()}\u200b", named)
    return f"{broken} […] (sigue en peticion.json)" if len(text) > MOST_CHARACTERS else broken


def _compile(data: dict[str, Any], kind: Literal["pdf", "png"]) -> list[bytes]:
    # One compilation for each call: a compiler keeps its last input, so threads cannot share it.
    pages = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts(),
        format=kind,
        ppi=PIXELS_PER_INCH,
        sys_inputs={"data": json.dumps(data)},
        timestamp=data.get("timestamp", 0),
    )
    return [pages] if isinstance(pages, bytes) else list(pages)


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of the product and those inside typst, so that a capture is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_work_sans.ROOT / "files"])
