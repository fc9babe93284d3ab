"""Jinja templates of the lab's pages and of the demonstration website."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from lab.clock import BOGOTA, MONTHS, card_date, iso_offset, long_date

URL = re.compile(r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)]")


def _moment(at: float) -> str:
    moment = datetime.fromtimestamp(at, BOGOTA)
    return f"{moment.day} de {MONTHS[moment.month - 1]}, {moment:%H:%M}"


def _with_links(text: str) -> Markup:
    """Return a text as HTML: URLs become links and line breaks become <br>."""
    pieces, at = [], 0
    for match in URL.finditer(text):
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
    "card_date": card_date,
    "long_date": long_date,
    "moment": _moment,
    "linked": _with_links,
    "iso": iso_offset,
}


def render_page(template: str, *, status: int = 200, content_type: str = "text/html", **values: Any) -> web.Response:
    """Return the HTTP response of a template."""
    text = ENVIRONMENT.get_template(template).render(values)
    return web.Response(text=text, status=status, content_type=content_type)
