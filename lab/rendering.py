"""Turning templates into pages."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lab.clock import BOGOTA, MONTHS, card_date, iso_offset, long_date

ADDRESS = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)]")


def _moment(at: float) -> str:
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} de {MONTHS[moment.month - 1]}, {moment:%H:%M}"


def _linked(text: str) -> Markup:
    """A text as a network shows it: its addresses are links, its line breaks stay."""
    pieces, at = [], 0
    for match in ADDRESS.finditer(text):
        pieces += [escape(text[at : match.start()]), Markup('<a href="{0}">{0}</a>').format(match[0])]
        at = match.end()
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces).replace("\n", Markup("<br>\n"))


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "card_date": card_date, "long_date": long_date, "moment": _moment, "linked": _linked, "iso": iso_offset,
}  # fmt: skip


def page(template: str, *, status: int = 200, content_type: str = "text/html", **values: Any) -> web.Response:
    text = ENVIRONMENT.get_template(template).render(values)
    return web.Response(text=text, status=status, content_type=content_type)
