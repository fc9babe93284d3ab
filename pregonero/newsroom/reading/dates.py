"""Dates as Colombian websites and feeds write them. A date without zone is in Bogotá's; an ambiguous one gives None.

A zone may be an offset ("-0500", "-05:00", "GMT-5"), a letter Z, or one of the names of `ZONES`.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

BOGOTA = ZoneInfo("America/Bogota")
YEARS = range(1990, 2101)
FUTURE_REACH = timedelta(days=731)  # a website may date an announcement by its event; nothing is programmed further
NOON = 12
MONTHS = {
    "ene": 1, "jan": 1, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "jun": 6, "jul": 7,
    "ago": 8, "aug": 8, "sep": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12, "dec": 12,
}  # fmt: skip
MONTH = r"(?P<month>ene|jan|feb|mar|abr|apr|may|jun|jul|ago|aug|sep|set|oct|nov|dic|dec)[a-z]*\.?"
# The zones whose names are unambiguous here; hours from UTC. Any other name says nothing.
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cot": -5, "pet": -5, "ect": -5, "vet": -4, "bot": -4,
    "clt": -4, "clst": -3, "art": -3, "brt": -3, "uyt": -3, "pyt": -3,
}  # fmt: skip
MAX_ZONE_HOURS, MAX_MINUTE = 14, 59
SHIFT = r"(?P<sign>[+\u2212-])\s?(?P<shift>\d{4}|\d{1,2}(?::?\d{2})?)(?!\d)"
ZONE = rf"(?:[\s(]*(?:(?P<zone>{'|'.join(sorted(ZONES, key=len, reverse=True))})\b\s*)?(?:{SHIFT})?)"
SECONDS = r"(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
TIME = rf"(?:\D{{0,12}}?(?P<hour>\d{{1,2}})[:h](?P<minute>\d{{2}}){SECONDS}\s*(?:(?P<half>[ap])\.?\s?m\b\.?)?{ZONE})?"
PATTERNS = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:\s|-|/|de|o\b|\.|,)+{MONTH}(?:\s|-|/|del?|,)+(?P<year>\d{{4}}){TIME}"),
    re.compile(rf"\b{MONTH}\s+(?P<day>\d{{1,2}})(?:\s|del?|,)+(?P<year>\d{{4}}){TIME}"),
    # The day comes first, as in Colombia; with a month above 12 there is no date.
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[/.-](?P<number>\d{{1,2}})[/.-](?P<year>\d{{4}}){TIME}"),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})[/.-](?P<number>\d{{1,2}})[/.-](?P<day>\d{{1,2}})(?!\d){TIME}"),
    # "Thu Nov 26 15:30:00 +0000 2026", and the same without zone or with its name.
    re.compile(rf"\b{MONTH}\s+(?P<day>\d{{1,2}}){TIME}\s+(?P<year>\d{{4}})(?!\d)"),
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


def date_from(written: str | None) -> datetime | None:
    """Return the date of publication that the parsers' process wrote; one in the far future is no date."""
    date = datetime.fromisoformat(written) if written else None
    return date if date is None or date <= datetime.now(UTC) + FUTURE_REACH else None


def _parse_iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d", text):
        return None
    compact = re.sub(r"\s*(?:Z|UTC|GMT)$", "+00:00", text, flags=re.IGNORECASE)
    try:
        return _in_bogota(datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", compact)))
    except ValueError:
        return None


def _parse_mail_header(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if str(date.year) not in text and re.search(r"\s0\d{3}\s", text):
        return None  # the parser takes the year 0001 for 2001
    # "-0000" is an hour of UTC, of a place that is not said (RFC 5322, 3.3). A zone that the parser does not know would
    # be lost: `_parse_written` reads it.
    if date.tzinfo is None:
        return _in_bogota(date.replace(tzinfo=UTC)) if text.endswith("-0000") else None
    return _in_bogota(date)


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
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    try:
        date = datetime(year, month, int(parts["day"] or 0), hour, minute, second, tzinfo=_zone_from(parts))
    except ValueError:
        return None
    return _in_bogota(date)


def _zone_from(parts: dict[str, str | None]) -> tzinfo:
    """Return the zone that a date says; Bogotá's if it says none, or one that cannot be."""
    zone, shift = parts.get("zone"), parts.get("shift")
    if shift is None:
        return BOGOTA if zone is None else timezone(timedelta(hours=ZONES[zone]))
    digits = shift.replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))  # noqa: PLR2004
    if hours > MAX_ZONE_HOURS or minutes > MAX_MINUTE:
        return BOGOTA
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(offset if parts.get("sign") == "+" else -offset)


def _in_bogota(date: datetime) -> datetime | None:
    try:
        return date.replace(tzinfo=BOGOTA) if date.tzinfo is None else date.astimezone(BOGOTA)
    except (OverflowError, ValueError):
        return None
