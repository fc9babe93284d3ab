"""Signed notices that the official website sends when it publishes; the format is docs/formats/aviso-de-la-sede.md."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.text import SUMMARY_LIMIT, TITLE_LIMIT, loose_line
from pregonero.newsroom.reading.urls import canonical_link
from pregonero.newsroom.sources.base import Item, Notice, NotSigned, PushSourceKind

TOLERANCE = 300  # seconds between the signature and now, in either direction
HEADER = "X-Pregonero-Signature"
SIGNATURE = re.compile(r"^\s*t=(\d{1,12})\s*,\s*v1=([0-9a-f]{64})\s*$")
SHORT_LIMIT = 80  # characters of the section and of the reference


class WebhookSource(PushSourceKind):
    """A website that sends each news item when it publishes it."""

    code = "WEBHOOK"
    label = "aviso de la sede"
    description = "La sede avisa por sí sola al publicar. Quien la administra instala un secreto."

    def receive(self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Notice:
        """Return the news of a signed request. Raises `NotSigned` or `Malformed`."""
        timestamp = signed_at(secret, headers.get(HEADER, ""), body, now=now.timestamp())
        if timestamp is None:
            raise NotSigned
        return Notice(parse_notice(body), delivery_key(timestamp, body), datetime.fromtimestamp(timestamp, tz=UTC))


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of the signature header for a body sent at a Unix time."""
    return f"t={timestamp},v1={_digest(secret, timestamp, body)}"


def signed_at(secret: str, header: str, body: bytes, *, now: float) -> int | None:
    """Return the Unix time of a signature, or None if it is wrong or more than `TOLERANCE` away from now."""
    match = SIGNATURE.match(header)
    if match is None:
        return None
    timestamp = int(match.group(1))
    is_valid = hmac.compare_digest(_digest(secret, timestamp, body), match.group(2))
    return timestamp if is_valid and abs(now - timestamp) <= TOLERANCE else None


def delivery_key(timestamp: int, body: bytes) -> str:
    """Return the key of one delivery: the same time and body give the same key."""
    return hashlib.sha256(f"{timestamp}.".encode() + body).hexdigest()


def _digest(secret: str, timestamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def parse_notice(body: bytes) -> Item:
    """Return the news item of a notice. Raises `Malformed` with what is missing."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("El cuerpo no es JSON.") from error
    if not isinstance(data, dict):
        raise Malformed("El cuerpo debe ser un objeto JSON.")
    title = loose_line(data.get("title"), TITLE_LIMIT)
    if not title:
        raise Malformed("Falta «title», el título de la noticia.")
    return Item(
        address=_address(data),
        title=title,
        summary=loose_line(data.get("summary"), SUMMARY_LIMIT),
        section=loose_line(data.get("section"), SHORT_LIMIT),
        published_at=_published_at(data),
        reference=loose_line(data.get("reference"), SHORT_LIMIT),
    )


def _address(data: dict[str, Any]) -> str:
    address = data.get("address")
    if not isinstance(address, str) or not address.strip():
        raise Malformed("Falta «address», el enlace de la noticia.")
    return canonical_link(address)


def _published_at(data: dict[str, Any]) -> datetime | None:
    text = data.get("published_at")
    if text in (None, ""):
        return None
    date = parse_date(text)
    if date is None:
        raise Malformed("«published_at» no es una fecha que se entienda; usa ISO 8601.")
    return date
