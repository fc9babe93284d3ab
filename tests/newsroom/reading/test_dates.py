"""Dates in the formats of websites and feeds."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.newsroom.reading.dates import BOGOTA, parse_date

MONTH_NAMES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
               "noviembre", "diciembre"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21 mayo 2026", "2026-05-21T00:00-05:00"),
        ("21 de mayo de 2026", "2026-05-21T00:00-05:00"),
        ("1.º de octubre del 2026", "2026-10-01T00:00-05:00"),
        ("Mayo 21 de 2026", "2026-05-21T00:00-05:00"),
        ("miércoles 14 ene 2026", "2026-01-14T00:00-05:00"),
        ("14 Sept 2012", "2012-09-14T00:00-05:00"),
        ("21/05/2026", "2026-05-21T00:00-05:00"),
        ("21/05/2026 3:30 p. m.", "2026-05-21T15:30-05:00"),
        ("3 de septiembre de 2026 a las 12:05 a. m.", "2026-09-03T00:05-05:00"),
        ("2026-05-21", "2026-05-21T00:00-05:00"),
        ("2026-05-21T10:00:00Z", "2026-05-21T05:00-05:00"),
        ("2026-05-21 10:00", "2026-05-21T10:00-05:00"),
        ("Thu, 21 May 2026 10:00:00 GMT", "2026-05-21T05:00-05:00"),
        ("Thu, 21 May 2026 10:00:00", "2026-05-21T10:00-05:00"),
        ("jue, 21 may 2026 10:00:00 -0500", "2026-05-21T10:00-05:00"),
        ("260829", "2026-08-29T00:00-05:00"),
    ],
)
def test_parse_date_reads_the_usual_formats(text: str, expected: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat(timespec="minutes") == expected


# Every one is 10:30 in Bogotá, on the 26 of November of 2026.
WITH_ZONE = [
    "Thu, 26 Nov 2026 15:30:00 +0000", "jue, 26 nov 2026 15:30:00 +0000", "2026-11-26 15:30:00 +0000",
    "Thu, 26 Nov 2026 15:30:00 Z", "Thu, Nov 26 2026 15:30:00 +0000", "26/11/2026 15:30:00 +0000",
    "2026-11-26T15:30:00+00:00", "2026-11-26T15:30:00 Z", "2026-11-26T15:30:00z", "20261126T153000Z",
    "2026-11-26 15:30 UTC", "2026/11/26 15:30 GMT", "26-11-2026 15:30 UTC", "26.11.2026 15:30:00Z",
    "Thu, 26 Nov 2026 15:30:00 -0000", "Thu, 26 Nov 2026 15:30:00 UT", "jueves, 26 de noviembre de 2026 15:30 GMT",
    "26 de noviembre de 2026, 10:30 a. m. (GMT-5)", "26 de noviembre de 2026 10:30 UTC-05:00",
    "26 noviembre 2026 10:30 a.m. -05:00", "noviembre 26 de 2026 10:30 -0500", "Nov 26, 2026 3:30 p. m. GMT",
    "26/11/2026 10:30:00 -0500", "26/11/2026 10:30", "26/11/2026 10:30 COT", "Thu Nov 26 15:30:00 +0000 2026",
    "Thu Nov 26 15:30:00 UTC 2026", "jue, 26 nov 2026 16:30 +01:00", "jue, 26 nov 2026 21:00:00 +0530",
    "26/11/2026 10:30 a. m. hora de Colombia", "Publicado: 26/11/2026 - 15:30 UTC", "26 nov 2026 15:30:00.123 Z",
    "Thu, 26 Nov 2026 10:30:00 COT", "26/11/2026 7:30:00 PST", "26 de noviembre de 2026 a las 10:30 EST",
    "2026-11-26T10:30:00 -05:00", "26/11/2026 15:30:00 +00", "jue, 26 nov 2026 15:30:00 (UTC)",
]  # fmt: skip


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("text", WITH_ZONE)
def test_the_zone_of_a_date_is_read(text: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat() in {"2026-11-26T10:30:00-05:00", "2026-11-26T10:30:00.123000-05:00"}


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vie, 01 ene 2027 02:30:00 +0000", "2026-12-31T21:30-05:00"),
        ("01/01/2027 02:30 UTC", "2026-12-31T21:30-05:00"),
        ("31 de diciembre de 2026 11:30 p. m. -0600", "2027-01-01T00:30-05:00"),
        ("jue, 20 ago 2026 15:30:00 +0000", "2026-08-20T10:30-05:00"),
    ],
)
def test_a_zone_may_change_the_day(text: str, expected: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat(timespec="minutes") == expected


@given(
    st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001  without a zone
    st.integers(-12 * 60, 14 * 60),
    st.sampled_from(["%d/%m/%Y %H:%M:%S {}", "%d de {month} de %Y %H:%M:%S {}", "%Y-%m-%d %H:%M:%S {}"]),
)
def test_any_written_date_with_an_offset_is_its_instant(moment: datetime, minutes: int, form: str) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    moment = moment.replace(microsecond=0)
    written = moment.strftime(form.replace("{month}", MONTH_NAMES[moment.month - 1]))
    expected = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for offset in (f"{sign}{hours:02}{rest:02}", f"{sign}{hours:02}:{rest:02}", f"GMT{sign}{hours:02}:{rest:02}"):
        assert parse_date(written.format(offset)) == expected


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+05:00", "Mon, 01 Jan 0001 00:00:00 +0500", "9999-12-31T23:59:59-05:00",
             "Sat, 31 Dec 9999 23:59:59 -0500", "31/12/9999 23:59 -0500", "01/01/0001", "26/11/2126"]
)  # fmt: skip
def test_the_first_and_the_last_years_are_no_dates(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["", "hoy", "Enero 30", "31 de febrero de 2026", "24/13/2026", "0001-01-01", "99999999", "hace 3 horas"]
)
def test_parse_date_returns_none_for_ambiguous_text(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{1,4}[-/. ][a-z0-9]{1,5}[-/. ]\d{1,6}.{0,10}", fullmatch=True))
def test_parse_date_returns_an_aware_date_or_none_for_any_text(text: str) -> None:
    found = parse_date(text)
    assert found is None or (found.tzinfo is not None and 1990 <= found.year <= 2100)


@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001  without a zone
def test_a_date_without_zone_is_in_bogota(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == moment.replace(tzinfo=BOGOTA)
