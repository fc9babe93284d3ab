"""The template filters for times and dates."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import pregonero
from pregonero.ui.templatetags import ui_time

PACKAGE = Path(pregonero.__file__).parent
BARE = re.compile(r"\{\{ [^}]*\|(moment|stamp):now[^}]*\}\}")
AFTER_WORDS = re.compile(r"(\w|\}\}) $")
NOW = datetime(2026, 11, 24, 15, 8, tzinfo=UTC)  # 10:08 in Bogotá, a Tuesday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return that hour of November in Bogotá."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)


def test_hours_and_dates() -> None:
    assert ui_time.hour(at(24, 9, 40)) == "09:40"
    assert ui_time.hour_exact(at(24, 10, 30) + timedelta(seconds=1)) == "10:30:01"
    assert ui_time.day_words(NOW) == "martes 24 de noviembre"
    assert ui_time.day_words(date(2027, 1, 1), NOW) == "viernes 1 de enero de 2027"
    assert ui_time.day_short(date(2026, 11, 3)) == "3 nov"


def test_day_is_that_of_bogota() -> None:
    assert ui_time.day_words(datetime(2026, 11, 25, 4, 59, tzinfo=UTC)) == "martes 24 de noviembre"
    assert ui_time.day_words(datetime(2026, 11, 25, 5, 0, tzinfo=UTC)) == "miércoles 25 de noviembre"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "hace un momento"),
        (NOW + timedelta(minutes=1), "hace un momento"),
        (NOW - timedelta(seconds=59), "hace un momento"),
        (NOW - timedelta(seconds=60), "hace 1 min"),
        (at(24, 9, 56), "hace 12 min"),
        (at(24, 9, 8), "hace 1 h"),
        (at(24, 0, 1), "hace 10 h"),
        (at(23, 23), "hace 11 h"),
        (at(23, 9), "ayer"),
        (at(21, 9), "hace 3 días"),
        (at(3, 9), "el 3 nov"),
    ],
)
def test_ago(moment: datetime, text: str) -> None:
    assert ui_time.ago(moment, NOW) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "ahora"),
        (NOW + timedelta(seconds=20), "en 1 minuto"),
        (at(24, 10, 30), "en 22 minutos"),
        (at(24, 11, 10), "en 62 minutos"),
        (at(24, 16), "en 5 horas"),
        (at(25, 8), "mañana a las 08:00"),
        (at(26, 8), "el jueves a las 08:00"),
        (at(24, 8) + timedelta(days=14), "el 8 dic a las 08:00"),
    ],
)
def test_until(moment: datetime, text: str) -> None:
    assert ui_time.until(moment, NOW) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at(24, 9, 40), "09:40"),
        (at(23, 9), "ayer"),
        (at(25, 9), "mañana"),
        (at(26, 9), "jueves"),
        (at(3, 9), "3 nov"),
        (at(3, 9) - timedelta(days=365), "3 nov de 2025"),
    ],
)
def test_moment(moment: datetime, text: str) -> None:
    assert ui_time.moment(moment, NOW) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at(24, 9, 40), "a las 09:40"),
        (at(24, 1, 5), "a la 01:05"),
        (at(23, 9), "ayer"),
        (at(25, 9), "mañana"),
        (at(26, 9), "el jueves"),
        (at(3, 9), "el 3 de noviembre"),
        (at(3, 9) - timedelta(days=365), "el 3 de noviembre de 2025"),
    ],
)
def test_at_and_since_follow_a_verb(moment: datetime, text: str) -> None:
    assert ui_time.at(moment, NOW) == text
    assert ui_time.since(moment, NOW) == f"desde {text.removeprefix('a ')}"


def test_at_time_always_has_the_hour() -> None:
    assert ui_time.at_time(at(24, 9, 40), NOW) == "a las 09:40"
    assert ui_time.at_time(at(23, 1, 5), NOW) == "el 23 de noviembre a la 01:05"
    assert ui_time.at_time(at(3, 9) - timedelta(days=365), NOW) == "el 3 de noviembre de 2025 a las 09:00"


def test_no_template_puts_a_bare_hour_after_a_verb_or_a_name() -> None:
    """«Lo pidió Ana 13:38» is nobody's Spanish: `moment` and `stamp` stand alone or after a comma."""
    wrong = [
        f"{path}: {' '.join(text[max(0, found.start() - 50) : found.end()].split())}"
        for path in sorted(PACKAGE.rglob("templates/**/*.html"))
        for text in [path.read_text(encoding="utf-8")]
        for found in BARE.finditer(text)
        if AFTER_WORDS.search(re.sub(r"(\s|\{% (if|endif)[^%]*%\})+$", " ", text[: found.start()]))
    ]
    assert wrong == []
