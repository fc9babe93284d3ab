"""Publications as an iCalendar file (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from pregonero.publishing.models import Publication

LASTS = timedelta(minutes=15)  # how long an entry is in the other calendar
LONGEST_LINE = 75  # bytes (RFC 5545, 3.1)


def calendar_text(
    publications: Iterable[Publication], *, name: str, now: datetime, address_of: Callable[[Publication], str]
) -> str:
    """Return the calendar. `address_of` gives the address of the page of a publication."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pregonero//Parrilla//ES",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "X-WR-TIMEZONE:America/Bogota",
    ]
    for publication in publications:
        lines += _event(publication, address_of(publication), now)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(publication: Publication, address: str, now: datetime) -> list[str]:
    if publication.due_at is None:
        return []
    about = ". ".join(filter(None, (f"Expediente {publication.number}", publication.theme, publication.why)))
    return [
        "BEGIN:VEVENT",
        f"UID:{publication.key}@pregonero",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(publication.due_at)}",
        f"DTEND:{_utc(publication.due_at + LASTS)}",
        f"LAST-MODIFIED:{_utc(publication.edited_at)}",
        f"SUMMARY:{escaped(publication.title)}",
        f"DESCRIPTION:{escaped(about)}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text as a value: without control characters, which would end the line and begin another property."""
    for character, written in (
        ("\\", "\\\\"),
        (";", "\\;"),
        (",", "\\,"),
        ("\r\n", "\\n"),
        ("\r", "\\n"),
        ("\n", "\\n"),
    ):
        text = text.replace(character, written)
    return "".join(character for character in text if character.isprintable())


def folded(line: str) -> str:
    """Return a line folded at 75 bytes, never inside a character."""
    parts, part, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LONGEST_LINE:
            parts.append(part)
            part, size = "", 1  # the space that begins the next part
        part += character
        size += width
    return "\r\n ".join([*parts, part])
