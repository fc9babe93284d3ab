"""Dates as Colombian websites and feeds write them; Bogotá when none says its zone. An unsure date is no
date.
"""

import re
import unicodedata
from datetime import datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

BOGOTA = ZoneInfo("America/Bogota")
YEARS = range(1990, 2101)
MONTHS = {
    "ene": 1, "jan": 1, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "jun": 6, "jul": 7,
    "ago": 8, "aug": 8, "sep": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12, "dec": 12,
}  # fmt: skip
MONTH = r"(?P<month>ene|jan|feb|mar|abr|apr|may|jun|jul|ago|aug|sep|set|oct|nov|dic|dec)[a-z]*\.?"
CLOCK = r"(?:\D{0,12}?(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[ap])?)?"
FORMS = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:\s|-|/|de|o\b|\.|,)+{MONTH}(?:\s|-|/|del?|,)+(?P<year>\d{{4}}){CLOCK}"),
    re.compile(rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?:\s|del?|,)+(?P<year>\d{{4}}){CLOCK}"),
    # Day first, as in Colombia; a month above 12 is no date rather than a guess.
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[/.-](?P<number>\d{{1,2}})[/.-](?P<year>\d{{4}}){CLOCK}"),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})[/.-](?P<number>\d{{1,2}})[/.-](?P<day>\d{{1,2}})(?!\d){CLOCK}"),
    re.compile(r"^(?P<short>\d{2})(?P<number>\d{2})(?P<day>\d{2})$"),  # AAMMDD, the end of Presidencia's addresses
)


def instant(value: object) -> datetime | None:
    """Return the aware instant that a text names, or None when it names none for sure."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = " ".join(value.split())[:100]
    found = _iso(text) or _mail(text) or _written(text)
    return found if found is not None and found.year in YEARS else None


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d", text):
        return None
    try:
        found = datetime.fromisoformat(re.sub(r"\s*(?:Z|UTC|GMT)$", "+00:00", text))
    except ValueError:
        return None
    return _in_bogota(found)


def _mail(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # "-0000" and no zone at all both come without one.
    return _in_bogota(found)


def _written(text: str) -> datetime | None:
    folded = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    for form in FORMS:
        if match := form.search(folded):
            return _from_parts(match.groupdict())
    return None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    month = MONTHS.get(parts.get("month") or "") or int(parts.get("number") or 0)
    year = int(parts["year"] or 0) if parts.get("year") else 2000 + int(parts["short"] or 0)
    hour = int(parts.get("hour") or 0)
    if parts.get("half") and hour <= 12:  # noqa: PLR2004  "12:30 a. m." is half an hour after midnight
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    try:
        return datetime(year, month, int(parts["day"] or 0), hour, int(parts.get("minute") or 0), tzinfo=BOGOTA)
    except ValueError:
        return None


def _in_bogota(found: datetime) -> datetime | None:
    try:
        return found.replace(tzinfo=BOGOTA) if found.tzinfo is None else found.astimezone(BOGOTA)
    except (OverflowError, ValueError):
        return None
