"""Dates as Colombian websites and feeds write them. A date without zone is in Bogotá's; an ambiguous one gives None."""

import re
import unicodedata
from datetime import datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

BOGOTA = ZoneInfo("America/Bogota")
YEARS = range(1990, 2101)
NOON = 12
MONTHS = {
    "ene": 1, "jan": 1, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "jun": 6, "jul": 7,
    "ago": 8, "aug": 8, "sep": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12, "dec": 12,
}  # fmt: skip
MONTH = r"(?P<month>ene|jan|feb|mar|abr|apr|may|jun|jul|ago|aug|sep|set|oct|nov|dic|dec)[a-z]*\.?"
TIME = r"(?:\D{0,12}?(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[ap])?)?"
PATTERNS = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:\s|-|/|de|o\b|\.|,)+{MONTH}(?:\s|-|/|del?|,)+(?P<year>\d{{4}}){TIME}"),
    re.compile(rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?:\s|del?|,)+(?P<year>\d{{4}}){TIME}"),
    # The day comes first, as in Colombia; with a month above 12 there is no date.
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[/.-](?P<number>\d{{1,2}})[/.-](?P<year>\d{{4}}){TIME}"),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})[/.-](?P<number>\d{{1,2}})[/.-](?P<day>\d{{1,2}})(?!\d){TIME}"),
    re.compile(r"^(?P<short_year>\d{2})(?P<number>\d{2})(?P<day>\d{2})$"),  # in the addresses of Presidencia
)


def parse_date(value: object) -> datetime | None:
    """Return the aware datetime that a text contains, or None if it contains none or an ambiguous one.

    It accepts ISO 8601, the format of mail headers, and dates in Spanish or English inside other text.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    text = " ".join(value.split())[:100]
    date = _parse_iso(text) or _parse_mail_header(text) or _parse_written(text)
    return date if date is not None and date.year in YEARS else None


def _parse_iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d", text):
        return None
    try:
        return _in_bogota(datetime.fromisoformat(re.sub(r"\s*(?:Z|UTC|GMT)$", "+00:00", text)))
    except ValueError:
        return None


def _parse_mail_header(text: str) -> datetime | None:
    try:
        return _in_bogota(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parse_written(text: str) -> datetime | None:
    without_accents = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    for pattern in PATTERNS:
        if match := pattern.search(without_accents):
            return _from_parts(match.groupdict())
    return None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    month = MONTHS.get(parts.get("month") or "") or int(parts.get("number") or 0)
    year = int(parts["year"] or 0) if parts.get("year") else 2000 + int(parts["short_year"] or 0)
    hour = int(parts.get("hour") or 0)
    if parts.get("half") and hour <= NOON:  # "12:30 a. m." is 00:30
        hour = hour % NOON + (NOON if parts["half"] == "p" else 0)
    try:
        return datetime(year, month, int(parts["day"] or 0), hour, int(parts.get("minute") or 0), tzinfo=BOGOTA)
    except ValueError:
        return None


def _in_bogota(date: datetime) -> datetime | None:
    try:
        return date.replace(tzinfo=BOGOTA) if date.tzinfo is None else date.astimezone(BOGOTA)
    except (OverflowError, ValueError):
        return None
