"""Dates in the formats of websites and feeds."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.newsroom.reading.dates import BOGOTA, parse_date


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
