"""The body of a notice of the official website (docs/formats/aviso-de-la-sede.md)."""

import json
from datetime import datetime
from typing import Any

from pregonero.newsroom.reading.dates import instant
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.item import SUMMARY_LIMIT, TITLE_LIMIT, Item
from pregonero.newsroom.reading.plain_text import line
from pregonero.newsroom.reading.urls import canonical

BODY_LIMIT = 64 * 1024  # bytes
SHORT_LIMIT = 80


def read_notice(body: bytes) -> Item:
    """Return the news item that a notice tells of. Raises `Malformed` with what it lacks."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("El cuerpo no es JSON.") from error
    if not isinstance(data, dict):
        raise Malformed("El cuerpo debe ser un objeto JSON.")
    title = line(data.get("title"), TITLE_LIMIT)
    if not title:
        raise Malformed("Falta «title», el título de la noticia.")
    return Item(
        address=_address(data),
        title=title,
        summary=line(data.get("summary"), SUMMARY_LIMIT),
        section=line(data.get("section"), SHORT_LIMIT),
        published_at=_published(data),
        reference=line(data.get("reference"), SHORT_LIMIT),
    )


def _address(data: dict[str, Any]) -> str:
    address = data.get("address")
    if not isinstance(address, str) or not address.strip():
        raise Malformed("Falta «address», el enlace de la noticia.")
    return canonical(address)


def _published(data: dict[str, Any]) -> datetime | None:
    written = data.get("published_at")
    if written in (None, ""):
        return None
    found = instant(written)
    if found is None:
        raise Malformed("«published_at» no es una fecha que se entienda; usa ISO 8601.")
    return found
